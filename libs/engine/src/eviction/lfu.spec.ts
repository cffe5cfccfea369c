import fc from 'fast-check';
import { MemoryCache } from '../memory/memory-cache.js';
import { agingLfu } from './lfu.js';

function open(maxItems = 3): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'lfu' });
}

/** Sets a key and reads it so many times. */
function use(cache: MemoryCache<string, number>, key: string, reads: number): void {
  cache.set(key, 0);
  for (let read = 0; read < reads; read++) cache.get(key);
}

describe('lfu', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('evicts what was used least', () => {
    use(cache, 'a', 5);
    use(cache, 'b', 1);
    use(cache, 'c', 3);
    cache.set('c', 1);
    use(cache, 'd', 2);
    expect([...cache.keys()]).toEqual(['a', 'c', 'd']);
  });

  it('evicts the longest unused among equals', () => {
    for (const key of ['a', 'b', 'c']) use(cache, key, 1);
    use(cache, 'a', 0);
    cache.get('b');
    cache.set('d', 0);
    expect([cache.has('c'), cache.has('a'), cache.has('b')]).toEqual([false, true, true]);
  });

  it('counts an overwrite as a use', () => {
    for (const key of ['a', 'b', 'c', 'a']) cache.set(key, 0);
    cache.set('d', 0);
    cache.set('e', 0);
    expect(cache.has('a')).toBe(true);
  });

  it('takes in a newcomer although all others were used more', () => {
    for (const key of ['a', 'b', 'c']) use(cache, key, 5);
    cache.get('a');
    cache.get('b');
    expect(cache.set('d', 0)).toBe(true);
    expect([...cache.keys()]).toEqual(['a', 'b', 'd']);
  });

  it('holds out against a scan', () => {
    cache = open(5);
    for (const key of ['a', 'b', 'c', 'd']) use(cache, key, 3);
    for (let key = 0; key < 1000; key++) cache.set(`scan:${key}`, 0);
    expect([...cache.keys()]).toEqual(['a', 'b', 'c', 'd', 'scan:999']);
  });

  it('forgets how often a deleted entry was used', () => {
    use(cache, 'a', 9);
    use(cache, 'b', 2);
    cache.delete('a');
    use(cache, 'a', 0);
    use(cache, 'c', 2);
    cache.set('d', 0);
    expect(cache.has('a')).toBe(false);
  });

  it('learns at a swap how often every entry was read', () => {
    cache = new MemoryCache({ maxItems: 3, eviction: 'lru' });
    use(cache, 'a', 5);
    use(cache, 'b', 1);
    use(cache, 'c', 3);
    cache.get('b');
    cache.swapEviction('lfu');
    cache.set('d', 0);
    cache.set('e', 0);
    expect([...cache.keys()]).toEqual(['a', 'c', 'e']);
  });

  it('keeps its chain of buckets in order at a thousand different frequencies', () => {
    cache = open(1000);
    for (let reads = 0; reads < 1000; reads++) use(cache, `read:${(reads * 7) % 1000}`, (reads * 7) % 1000);
    cache.audit();
    cache.resize({ maxItems: 10 });
    expect([...cache.keys()].sort()).toEqual(Array.from({ length: 10 }, (_, at) => `read:${990 + at}`));
  });
});

describe('agingLfu', () => {
  it('forgets in time what was used often long ago', () => {
    const outlives = (eviction: 'lfu' | typeof agingLfu): boolean => {
      const cache = new MemoryCache<string, number>({ maxItems: 3, eviction });
      use(cache, 'old', 20);
      for (let turn = 0; turn < 100; turn++) use(cache, `new:${Math.floor(turn / 2)}`, 1);
      cache.audit();
      return cache.has('old');
    };
    expect([outlives('lfu'), outlives(agingLfu)]).toEqual([true, false]);
  });

  it('does not age by what was deleted', () => {
    const cache = new MemoryCache<string, number>({ maxItems: 3, eviction: agingLfu });
    use(cache, 'deleted', 5);
    use(cache, 'high', 20);
    cache.delete('deleted');
    use(cache, 'middle', 15);
    use(cache, 'other', 40);
    use(cache, 'next', 0);
    expect([...cache.keys()]).toEqual(['high', 'other', 'next']);
  });

  it('does not age by an entry that grew too heavy to be kept', () => {
    const weigh = (weight: number): number => weight;
    const cache = new MemoryCache<string, number>({ maxBytes: 3, weigh, eviction: agingLfu });
    for (const [key, reads] of Object.entries({ heavy: 50, high: 20 })) {
      cache.set(key, 1);
      for (let read = 0; read < reads; read++) cache.get(key);
    }
    cache.set('heavy', 4);
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 1);
    expect(cache.has('high')).toBe(true);
  });

  it('evicts what has been used least since the frequency of the victims when it came', () => {
    interface Entry {
      readonly key: number;
      readonly frequency: number;
    }
    fc.assert(
      fc.property(
        fc.array(fc.nat(15), { maxLength: 200 }),
        fc.integer({ min: 1, max: 8 }),
        (keys, maxItems) => {
          const cache = new MemoryCache<number, number>({ maxItems, eviction: agingLfu });
          let age = 0;
          /** The longest unused first. */
          let entries: Entry[] = [];
          for (const key of keys) {
            const present = entries.find((entry) => entry.key === key);
            entries = entries.filter((entry) => entry.key !== key);
            if (present === undefined && entries.length === maxItems) {
              age = Math.max(age, Math.min(...entries.map(({ frequency }) => frequency)));
              const least = Math.min(...entries.map(({ frequency }) => frequency));
              entries.splice(
                entries.findIndex(({ frequency }) => frequency === least),
                1,
              );
            }
            entries.push({ key, frequency: (present?.frequency ?? age) + 1 });
            if (cache.get(key) === undefined) cache.set(key, key);
            cache.audit();
            expect([...cache.keys()].sort()).toEqual(entries.map((entry) => entry.key).sort());
          }
        },
      ),
    );
  });
});
