import fc from 'fast-check';
import type { Removal, RemovalCause } from 'nuthatch/engine';
import { type NumberCache, names, open } from './open.js';

const causes: readonly RemovalCause[] = ['evicted', 'expired', 'deleted', 'replaced', 'cleared'];

describe.each(names)('listeners that attack %s', (eviction) => {
  /** A cache to which everything happens that makes an entry leave. */
  function live(listen: (removal: Removal<unknown, number>, cache: NumberCache) => void) {
    const { cache, clock, warnings } = open(eviction, { maxItems: 4, ttl: 10_000 });
    const seen: RemovalCause[] = [];
    cache.onRemoval((removal) => {
      seen.push(removal.cause);
      listen(removal, cache);
    });
    for (let at = 0; at < 8; at++) cache.set(at, at);
    const [key] = [...cache.keys()];
    cache.set(key, -1);
    cache.delete(key);
    cache.set('short', 1, { ttl: 500 });
    clock.advance(5000);
    cache.resize({ maxItems: 2 });
    cache.set('last', 1);
    cache.clear();
    return { cache, warnings, seen };
  }

  it('may throw: nothing is lost by it, and the others hear as well', () => {
    const { seen: heard } = live(() => undefined);
    expect(causes.filter((cause) => !heard.includes(cause))).toEqual([]);
    const { cache, seen, warnings } = live(() => {
      throw new Error('no');
    });
    expect([seen, warnings.length, cache.size]).toEqual([heard, heard.length, 0]);
  });

  it.each<[string, (cache: NumberCache, removal: Removal<unknown, number>) => unknown]>([
    ['put back what left', (cache, { key, value }) => cache.set(key, value)],
    ['put in something else', (cache, { value }) => cache.set(`other ${value}`, value, { ttl: 100 })],
    ['read everything', (cache) => [...cache].forEach(([key]) => cache.get(key))],
    ['delete everything', (cache) => [...cache.keys()].forEach((key) => cache.delete(key))],
    ['delete what left', (cache, { key }) => cache.delete(key)],
    ['clear the cache', (cache) => cache.clear()],
    ['make it small', (cache) => cache.resize({ maxItems: 1 })],
    ['make it large', (cache) => cache.resize({ maxItems: 100 })],
    ['put another strategy in charge', (cache) => cache.swapEviction('fifo')],
    ['close it', (cache) => cache.close()],
  ])('may %s', (_, act) => {
    // Without an end to it, a listener that puts back what was evicted evicts the next for ever.
    let left = 20;
    const { warnings } = live((removal, cache) => {
      if (left-- > 0) act(cache, removal);
    });
    expect(warnings).toEqual([]);
  });

  it('may do anything at any time', () => {
    const act = fc.constantFrom('set', 'get', 'delete', 'clear', 'shrink', 'grow', 'throw', 'nothing');
    const key = fc.nat(12);
    const acts = fc.array(fc.tuple(act, key), { maxLength: 30 });
    const steps = fc.array(fc.tuple(fc.constantFrom('set', 'get', 'delete', 'wait', 'clear'), key), {
      minLength: 10,
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, acts, (calls, answers) => {
        const { cache, clock, warnings } = open(eviction, {
          maxItems: 5,
          maxBytes: 40,
          weigh: (value) => value % 13,
        });
        const rest = [...answers];
        const written = new Map<unknown, number>();
        let turn = 0;
        const does: Readonly<Record<string, (at: number) => unknown>> = {
          set: (at) => {
            written.set(at, ++turn);
            const isKept = cache.set(at, turn, { ttl: (turn % 5) * 300 + 1 });
            // A listener may have put in another value, which is none of this call's.
            if (isKept) expect(cache.has(at)).toBe(true);
          },
          get: (at) => {
            // Where what has expired is found, a listener may write meanwhile.
            const found = cache.get(at);
            expect([undefined, written.get(at)]).toContain(found);
          },
          delete: (at) => cache.delete(at),
          clear: () => cache.clear(),
          shrink: () => cache.resize({ maxItems: 1 }),
          grow: () => cache.resize({ maxItems: 9 }),
          wait: (at) => clock.advance(at * 100 + 1),
          throw: () => {
            throw new Error('no');
          },
        };
        cache.onRemoval(() => {
          const next = rest.shift();
          if (next !== undefined) does[next[0]]?.(next[1]);
        });
        for (const [call, at] of calls) does[call]?.(at);
        expect(warnings.filter((warning) => !warning.endsWith(': no'))).toEqual([]);
      }),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 60) },
    );
  });

  it('hear the same value that left, once for each entry', () => {
    const { cache, clock } = open(eviction, { maxItems: 4 });
    const balance = new Map<string, number>();
    cache.onRemoval(({ key, value }) => balance.set(`${String(key)}=${value}`, 0));
    for (let at = 0; at < 60; at++) {
      if (cache.set(at % 9, at, { ttl: 1000 + at })) balance.set(`${at % 9}=${at}`, 1);
      cache.get((at * 5) % 9);
      clock.advance(20);
    }
    const left = [...balance].filter(([, count]) => count === 1).map(([entry]) => entry);
    expect(left.sort()).toEqual([...cache].map(([key, value]) => `${String(key)}=${value}`).sort());
  });
});
