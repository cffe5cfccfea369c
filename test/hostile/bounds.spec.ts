import fc from 'fast-check';
import { names, open } from './open.js';

describe.each(names)('bounds that attack %s', (eviction) => {
  it('may be a single entry', () => {
    const { cache } = open(eviction, { maxItems: 1 });
    for (let at = 0; at < 200; at++) {
      const key = (at * at) % 7;
      const isKept = cache.set(key, at);
      expect([cache.size, cache.has(key), cache.get(key)]).toEqual([1, isKept, isKept ? at : undefined]);
      cache.get(at % 5);
    }
    const [key] = [...cache.keys()];
    expect([cache.delete(key), cache.size, cache.set('a', 1), cache.get('a')]).toEqual([true, 0, true, 1]);
  });

  it('may fall to a single entry and rise again, over and over', () => {
    const { cache } = open(eviction, { maxItems: 40 });
    for (let round = 0; round < 6; round++) {
      for (let at = 0; at < 60; at++) {
        if (cache.get(at % 45) === undefined) cache.set(at % 45, round);
        cache.get(at % 7);
      }
      expect(cache.size).toBeGreaterThan(30);
      cache.resize({ maxItems: 1 });
      expect(cache.size).toBe(1);
      cache.set('one', round);
      cache.resize({ maxItems: 40 + round });
      expect(cache.size).toBe(1);
    }
    for (let at = 0; at < 100; at++) cache.set(at, at);
    expect(cache.size).toBe(45);
  });

  it('may be far beyond what is ever held', () => {
    const { cache } = open(eviction, { maxItems: Number.MAX_SAFE_INTEGER });
    for (let at = 0; at < 300; at++) cache.set(at, at);
    expect([cache.size, cache.get(0), cache.get(299)]).toEqual([300, 0, 299]);
    cache.resize({ maxItems: 2 });
    expect(cache.size).toBe(2);
  });

  it('may change between any two calls, and hold after each', () => {
    const key = fc.nat(30);
    const step = fc.oneof(
      fc.record({ set: key, ttl: fc.constantFrom(undefined, 1, 20) }),
      fc.record({ get: key }),
      fc.record({ delete: key }),
      fc.record({ resize: fc.oneof(fc.constantFrom(1, 2, 3), fc.integer({ min: 1, max: 40 })) }),
      fc.record({ advance: fc.integer({ min: 1, max: 1500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
        const { cache, clock } = open(eviction, { maxItems: 20 });
        const written = new Map<number, number>();
        steps.forEach((each, at) => {
          if ('set' in each) {
            const isKept = cache.set(each.set, at, { ttl: each.ttl });
            written.set(each.set, at);
            expect(cache.has(each.set)).toBe(isKept);
          }
          if ('get' in each) expect([undefined, written.get(each.get)]).toContain(cache.get(each.get));
          if ('delete' in each) expect(cache.delete(each.delete) && cache.has(each.delete)).toBe(false);
          if ('resize' in each) cache.resize({ maxItems: each.resize });
          if ('advance' in each) clock.advance(each.advance);
        });
      }),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 60) },
    );
  });
});
