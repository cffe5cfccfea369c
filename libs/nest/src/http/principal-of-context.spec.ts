import type { ExecutionContext } from '@nestjs/common';
import { carrierOf } from './principal-of-context.js';

/** A context of a kind, whose client or message is this. */
function contextOf(type: string, it: unknown): ExecutionContext {
  const context = {
    getType: () => type,
    getArgs: () => [undefined, {}, it, {}],
    switchToHttp: () => ({ getRequest: () => it }),
    switchToWs: () => ({ getClient: () => it }),
    switchToRpc: () => ({ getContext: () => it }),
  };
  // All of it that is asked for.
  return context as unknown as ExecutionContext;
}

function whose(type: string, it: unknown, options = {}): string {
  const { principal } = carrierOf(contextOf(type, it), options);
  return principal.kind === 'someone' ? principal.id : principal.kind;
}

const handshake = (more: object) => ({ handshake: { headers: {}, auth: {}, query: { EIO: '4' }, ...more } });

describe('who asks', () => {
  it.each([
    ['by the metadata of gRPC', 'rpc', (who: string) => ({ getMap: () => ({ authorization: who }) })],
    ['by the headers of NATS', 'rpc', (who: string) => ({ getHeaders: () => new Map([['x-user', [who]]]) })],
    ['by a user on a message', 'rpc', (who: string) => ({ user: { id: who } })],
    [
      'by the headers of a handshake',
      'ws',
      (who: string) => handshake({ headers: { cookie: `sid=${who}` } }),
    ],
    ['by what a handshake says of itself', 'ws', (who: string) => handshake({ auth: { token: who } })],
    ['by a token in the query of a handshake', 'ws', (who: string) => handshake({ query: { token: who } })],
    ['by a user in the data of a socket', 'ws', (who: string) => ({ data: { user: { id: who } } })],
    ['by the request of GraphQL', 'graphql', (who: string) => ({ req: { headers: { authorization: who } } })],
    [
      'by a user beside it',
      'graphql',
      (who: string) => ({ req: { headers: {}, auth: 'x' }, user: { id: who } }),
    ],
  ])('is told %s', (_how, type, of) => {
    const [ann, again, ben] = [whose(type, of('ann')), whose(type, of('ann')), whose(type, of('ben'))];
    expect(ann).toMatch(/^[\w-]{43}$/);
    expect([again, ben === ann]).toEqual([ann, false]);
  });

  it.each<[whose: string, type: string, it: unknown, kind: string]>([
    ['of a message without headers', 'rpc', {}, 'anyone'],
    ['of a handshake without credentials', 'ws', handshake({}), 'anyone'],
    ['of a socket that shows no handshake', 'ws', { send: () => undefined }, 'unidentified'],
    ['of GraphQL without a request', 'graphql', {}, 'unidentified'],
  ])('is %s', (...[, type, it, kind]) => {
    expect(whose(type, it)).toBe(kind);
  });

  it('is asked of identify where nothing else tells', () => {
    const identify = ({ client }: { client?: unknown }) => (client as { id: string }).id;
    expect(whose('ws', { id: 'ann' }, { identify })).not.toBe(whose('ws', { id: 'ben' }, { identify }));
  });

  it('is nobody to ask for what is for everyone', () => {
    expect(whose('ws', { user: { id: 1 } }, { forEveryone: true })).toBe('anyone');
  });
});
