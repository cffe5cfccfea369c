import fc from 'fast-check';
import { type EvictionName, MemoryCache } from 'nuthatch/engine';
import { references } from './references.js';

interface Answer {
  readonly hit: boolean;
  readonly evicted: readonly number[];
}

/** The cache itself, asked as a reference is. */
function open(eviction: EvictionName, maxItems: number): (key: number) => Answer {
  const cache = new MemoryCache<number, number>({ maxItems, eviction });
  let evicted: number[] = [];
  cache.onRemoval(({ key, cause }) => cause === 'evicted' && evicted.push(key));
  return (key) => {
    evicted = [];
    const hit = cache.get(key) !== undefined;
    if (!hit) cache.set(key, key);
    cache.audit();
    return { hit, evicted };
  };
}

const loop = fc
  .record({
    from: fc.nat(40),
    length: fc.integer({ min: 1, max: 50 }),
    times: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ from, length, times }) =>
    Array.from({ length: length * times }, (_, turn) => from + (turn % length)),
  );
/** Low keys often, high ones seldom. */
const skewed = fc.array(
  fc.nat(99).map((draw) => Math.floor((draw * draw) / 200)),
  { maxLength: 80 },
);
const even = fc.array(fc.nat(60), { maxLength: 60 });
const stream = fc.array(fc.oneof(loop, skewed, even), { maxLength: 6 }).map((parts) => parts.flat());

describe.each(Object.keys(references))('%s beside its naive reference', (name) => {
  it('hits and evicts the same', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 30 }), (keys, capacity) => {
        // The register of references uses the names of the strategies; a wrong one fails to open.
        const ask = open(name as EvictionName, capacity);
        const reference = references[name]?.(capacity);
        for (const [turn, key] of keys.entries())
          expect({ turn, key, ...ask(key) }).toEqual({ turn, key, ...reference?.request(key) });
      }),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 100) },
    );
  });
});
