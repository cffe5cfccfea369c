import type { ExecutionContext } from '@nestjs/common';
import { principalOfContext } from './context-principal.js';

function messageWith(getMap: () => object): ExecutionContext {
  // All of it that is asked for.
  return {
    getType: () => 'rpc',
    switchToRpc: () => ({ getContext: () => ({ getMap }) }),
  } as unknown as ExecutionContext;
}

describe('principalOfContext', () => {
  it('tells who has sent a message', () => {
    expect(principalOfContext(messageWith(() => ({ authorization: 'anna' })))).toMatchObject({
      kind: 'someone',
    });
    expect(principalOfContext(messageWith(() => ({})))).toEqual({ kind: 'anyone' });
  });

  it('knows nobody where reading throws, and does not say what was thrown', () => {
    const principal = principalOfContext(
      messageWith(() => {
        throw new Error('secret');
      }),
    );
    expect(principal.kind).toBe('unidentified');
    expect(JSON.stringify(principal)).not.toContain('secret');
  });
});
