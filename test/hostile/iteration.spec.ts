import { type NumberCache, names, open } from './open.js';

const SIZE = 30;

describe.each(names)('iteration over %s', (eviction) => {
  function full() {
    const made = open(eviction, { maxItems: SIZE, ttl: 60_500 });
    for (let at = 0; at < SIZE; at++) made.cache.set(at, at);
    return made;
  }

  it.each<[string, (cache: NumberCache, key: number) => unknown]>([
    ['the entry at hand is deleted', (cache, key) => cache.delete(key)],
    ['the entry to come is deleted', (cache, key) => cache.delete(key + 1)],
    ['the entry at hand is overwritten', (cache, key) => cache.set(key, key)],
    ['every entry is read', (cache) => [...cache.keys()].forEach((key) => cache.get(key))],
    ['it is cleared', (cache) => cache.clear()],
    ['it is made small', (cache) => cache.resize({ maxItems: 3 })],
    ['another strategy takes over', (cache, key) => cache.swapEviction(key % 2 === 0 ? 'lru' : eviction)],
    ['another iteration runs', (cache) => expect([...cache].length).toBe(SIZE)],
  ])('lists nothing twice and nothing that is gone, though %s', (_, act) => {
    const { cache } = full();
    const seen: unknown[] = [];
    for (const [key, value] of cache.entries()) {
      expect([cache.has(key), cache.peek(key)]).toEqual([true, value]);
      seen.push(key);
      act(cache, value);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted((one, other) => Number(one) - Number(other)));
  });

  it('goes on over what comes in the meantime, and ends', () => {
    const { cache } = full();
    const seen: unknown[] = [];
    let more = 100;
    for (const key of cache.keys()) {
      seen.push(key);
      if (more-- > 0) cache.set(`new ${more}`, more);
    }
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('leaves out what ends in the meantime and is not swept yet', () => {
    const { cache, clock } = full();
    cache.set(SIZE - 1, 0, { ttl: 120_000 });
    const seen: unknown[] = [];
    for (const key of cache.keys()) {
      seen.push(key);
      if (seen.length === 2) clock.advance(60_700);
    }
    expect(seen).toEqual([0, 1, SIZE - 1]);
  });

  it('may be left in the middle', () => {
    const { cache } = full();
    for (const key of cache.keys()) if (key === 5) break;
    expect(cache.size).toBe(SIZE);
  });
});
