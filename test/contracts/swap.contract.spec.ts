import { type EvictionName, evictionStrategies, MemoryCache } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';

const names = Object.keys(evictionStrategies) as EvictionName[];
const pairs = names.flatMap((from) => names.map((to): [EvictionName, EvictionName] => [from, to]));
/** More than change hands in three slices. */
const ITEMS = 2000;
const HOT = 50;

/** A full cache in which the first keys have been used much, and lately. */
function open(eviction: EvictionName): { cache: MemoryCache<number, number>; clock: FakeClock } {
  const clock = new FakeClock();
  const cache = new MemoryCache<number, number>({ maxItems: ITEMS, eviction, clock });
  for (let key = 0; key < ITEMS; key++) cache.set(key, key);
  for (let round = 0; round < 10; round++) for (let key = 0; key < HOT; key++) cache.get(key);
  return { cache, clock };
}

describe.each(pairs)('a swap from %s to %s', (from, to) => {
  it('keeps every entry, and goes on in slices while the cache is used', () => {
    const { cache, clock } = open(from);
    const before = new Set(cache.keys());
    cache.swapEviction(to);
    cache.audit();
    expect([cache.eviction, new Set(cache.keys())]).toEqual([to, before]);
    for (let key = 0; key < 500; key++) {
      cache.get(key % 100);
      cache.set(ITEMS + key, key);
      if (key % 3 === 0) cache.delete(key + 1000);
    }
    cache.audit();
    clock.advance('1s');
    cache.audit();
    for (let key = 0; key < 500; key++) cache.set(2 * ITEMS + key, key);
    cache.audit();
    expect(cache.size).toBeLessThanOrEqual(ITEMS);
  });

  it('keeps what was used most and last', () => {
    const { cache, clock } = open(from);
    cache.swapEviction(to);
    clock.advance('1s');
    for (let key = 0; key < ITEMS / 20; key++) cache.set(ITEMS + key, key);
    const kept = Array.from({ length: HOT }, (_, key) => cache.has(key)).filter(Boolean);
    // Where uses count for nothing; in 2Q's first queue neither, until an entry has left and come back.
    const indifferent = ['fifo', 'ttl', 'twoQueue'].includes(from) || ['fifo', 'ttl'].includes(to);
    expect(kept.length).toBeGreaterThanOrEqual(indifferent ? 0 : HOT - 5);
  });
});
