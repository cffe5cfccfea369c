import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';

function open(maxItems = 3): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'lruK' });
}

/** Asks for each key, and puts in what is missing. */
function request(cache: MemoryCache<string, number>, keys: string): void {
  for (const key of keys) if (cache.get(key) === undefined) cache.set(key, 0);
}

describe('lruK', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('evicts first, in order of use, what was used once', () => {
    request(cache, 'aabcde');
    expect([...cache.keys()]).toEqual(['a', 'd', 'e']);
  });

  it('evicts whose use before the last is longest ago, not whose last is', () => {
    request(cache, 'abbcca');
    request(cache, 'x');
    expect([...cache.keys()]).toEqual(['b', 'c', 'x']);
  });

  it('keeps no newcomer beyond the next one while all others were used twice', () => {
    request(cache, 'aabbcc');
    request(cache, 'x');
    expect(cache.has('x')).toBe(true);
    request(cache, 'y');
    expect([...cache.keys()]).toEqual(['b', 'c', 'y']);
  });

  it('remembers the last use of what was evicted', () => {
    request(cache, 'bbcccaxa');
    // Both uses of a are known, although it was away in between: x has one use only.
    request(cache, 'y');
    expect([...cache.keys()]).toEqual(['c', 'a', 'y']);
  });

  it('forgets it when it is older than the use that condemns a victim', () => {
    // n drives out p, whose two uses are later than the one of a.
    request(cache, 'appqqrrn');
    request(cache, 'a');
    cache.delete('q');
    request(cache, 'mk');
    expect([...cache.keys()]).toEqual(['r', 'm', 'k']);
  });

  it('does not remember what was deleted', () => {
    request(cache, 'aabbc');
    cache.delete('c');
    request(cache, 'cx');
    expect(cache.has('c')).toBe(false);
  });

  it('takes at a swap what was read for what was used twice', () => {
    cache = new MemoryCache({ maxItems: 3, eviction: 'lru' });
    request(cache, 'bbaac');
    cache.swapEviction('lruK');
    request(cache, 'xyz');
    expect([...cache.keys()]).toEqual(['b', 'a', 'z']);
  });

  // Table 4.1 of the paper: every second request is for one of 100 pages, the others for one of 10,000.
  it.each([
    { maxItems: 60, lru: 0.14, lruK: 0.291 },
    { maxItems: 100, lru: 0.22, lruK: 0.459 },
    { maxItems: 200, lru: 0.37, lruK: 0.505 },
  ])('hits as often as in the experiment with two pools of pages, at $maxItems buffers', (row) => {
    for (const eviction of ['lru', 'lruK'] as const)
      expect(Math.abs(twoPools(row.maxItems, eviction) - row[eviction])).toBeLessThan(0.02);
  });
});

function twoPools(maxItems: number, eviction: 'lru' | 'lruK'): number {
  const cache = new MemoryCache<number, number>({ maxItems, eviction });
  const random = seededRandom(7);
  const requests = 20_000;
  let hits = 0;
  for (let turn = 0; turn < requests; turn++) {
    const page = turn % 2 === 0 ? random.next() * 100 : 100 + random.next() * 10_000;
    if (cache.get(Math.floor(page)) !== undefined) hits++;
    else cache.set(Math.floor(page), 0);
  }
  return hits / requests;
}
