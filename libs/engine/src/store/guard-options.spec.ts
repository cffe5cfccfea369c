import { mapStore } from './map-store.js';
import { createCache } from '../create-cache.js';
import type { CacheError } from '../kernel/errors.js';
import { resolved } from '../../../../test/support/guarded.js';
import type { ResilienceOptions } from './guard-options.js';

function refusalOf(options: unknown): string[] {
  try {
    // What a caller without a compiler may give.
    resolved(options as ResilienceOptions);
    return [];
  } catch (error) {
    return (error as CacheError).message.split('\n');
  }
}

describe('the option resilience', () => {
  it('is filled in', () => {
    expect(resolved({})).toEqual({
      timeoutMs: 2000,
      writeTimeoutMs: 30_000,
      breaker: { threshold: 0.5, calls: 20, minCalls: 5, slowCallMs: Infinity, halfOpenAfterMs: 5000 },
      whenDown: 'refuse',
      maxRepairs: 10_000,
      repairsRefusals: false,
    });
    expect(resolved({ breaker: false }).breaker).toBeUndefined();
    expect(resolved({ breaker: { calls: 3 } }).breaker).toMatchObject({ calls: 3, minCalls: 3 });
    expect(resolved({ timeout: Infinity, breaker: { slowCall: '1h' } }).timeoutMs).toBe(Infinity);
  });

  it.each<[unknown, string]>([
    [7, 'resilience must be an object of options, got 7'],
    [{ timeout: 0 }, 'resilience.timeout must be a positive number'],
    [{ timeout: '10' }, 'resilience.timeout must be a positive number'],
    [{ writeTimeout: -1 }, 'resilience.writeTimeout must be a positive number'],
    [{ whenDown: 'drop' }, 'resilience.whenDown must be one of refuse, memory, got "drop"'],
    [{ maxRepairs: 0.5 }, 'resilience.maxRepairs must be a positive whole number, got 0.5'],
    [{ retries: 3 }, 'there is no option resilience.retries; there are resilience.timeout, '],
    [{ breaker: true }, 'resilience.breaker must be an object of options, got true'],
    [{ breaker: null }, 'resilience.breaker must be an object of options, got null'],
    [{ breaker: { limit: 1 } }, 'there is no option resilience.breaker.limit; there are '],
    [{ breaker: { threshold: 1 } }, 'resilience.breaker.threshold must be a share between 0 and 1, got 1'],
    [{ breaker: { threshold: NaN } }, 'resilience.breaker.threshold must be a share between 0 and 1'],
    [{ breaker: { calls: 0 } }, 'resilience.breaker.calls must be a positive whole number, got 0'],
    [
      { breaker: { minCalls: 30 } },
      'resilience.breaker.minCalls must be no more than resilience.breaker.calls, 20, got 30',
    ],
    [
      { breaker: { slowCall: '3s' } },
      'resilience.breaker.slowCall must be shorter than resilience.timeout, 2000 ms, got "3s"',
    ],
    [{ breaker: { halfOpenAfter: 'soon' } }, 'resilience.breaker.halfOpenAfter must be a positive number'],
    [
      { breaker: false, whenDown: 'memory' },
      "resilience.breaker must be on where resilience.whenDown is 'memory', got false",
    ],
  ])('%j is refused by name', (options, message) => {
    expect(refusalOf(options)[0]).toContain(message);
  });

  it('is refused with everything that is wrong in one message, beside what else is wrong', async () => {
    const resilience = { timeout: -1, maxRepairs: 0, breaker: { threshold: 2 } };
    const error = await createCache({ maxItems: -1, resilience }).catch((thrown: CacheError) => thrown);
    expect(error).toMatchObject({ code: 'bad_option' });
    for (const name of ['maxItems', 'resilience.timeout', 'maxRepairs', 'breaker.threshold'])
      expect((error as CacheError).message).toContain(name);
  });

  it('does not acknowledge what belongs in a store of the user', async () => {
    const opening = createCache({ store: mapStore({ role: 'record' }), resilience: { whenDown: 'memory' } });
    await expect(opening).rejects.toMatchObject({
      code: 'bad_option',
      message: `resilience.whenDown must be 'refuse' where the store is of the role 'record', got "memory"`,
    });
  });
});
