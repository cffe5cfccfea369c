import fc from 'fast-check';
import { MemoryCache } from 'nuthatch/engine';
import { GdsfReference } from './gdsf.js';

/** Weights from 1 to 50, the same for a key at all times. */
function weightOf(key: number): number {
  return 1 + ((key * 37) % 50);
}

describe('gdsf beside its naive reference, among entries of unequal weight', () => {
  it('hits and evicts the same', () => {
    const keys = fc.array(
      fc.nat(99).map((draw) => Math.floor((draw * draw) / 150)),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(keys, fc.integer({ min: 50, max: 400 }), (stream, maxBytes) => {
        const cache = new MemoryCache<number, number>({ maxBytes, weigh: weightOf, eviction: 'gdsf' });
        let evicted: number[] = [];
        cache.onRemoval(({ key, cause }) => cause === 'evicted' && evicted.push(key));
        const twin = new GdsfReference(maxBytes, weightOf);
        for (const [turn, key] of stream.entries()) {
          evicted = [];
          const hit = cache.get(key) !== undefined;
          if (!hit) cache.set(key, key);
          expect({ turn, key, hit, evicted }).toEqual({ turn, key, ...twin.request(key) });
        }
        cache.audit();
      }),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 100) },
    );
  });
});
