import { MemoryCache } from '../memory/memory-cache.js';

/** Of 8 entries, 2 are newcomers when the room is tight, and 4 that left are remembered. */
function open(maxItems = 8): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'twoQueue' });
}

function fill(cache: MemoryCache<string, number>, ...keys: string[]): void {
  for (const key of keys) cache.set(key, 0);
}

/** Keys that nobody asks for twice. */
function scan(cache: MemoryCache<string, number>, length: number): void {
  for (let key = 0; key < length; key++) cache.set(`scan:${key}`, 0);
}

/** Puts keys in, lets them leave and come back. */
function bringBack(cache: MemoryCache<string, number>, ...keys: string[]): void {
  fill(cache, ...keys);
  for (let key = 0; cache.has(keys.at(-1)!); key++) cache.set(`until ${keys.join()} left:${key}`, 0);
  fill(cache, ...keys);
}

describe('twoQueue', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('lets newcomers leave in order of arrival, however often they are used', () => {
    fill(cache, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    for (let round = 0; round < 5; round++) cache.get('a');
    fill(cache, 'x', 'y');
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([false, false, true]);
  });

  it('keeps what came back soon after it had left through a scan', () => {
    bringBack(cache, 'a', 'b', 'c', 'd');
    scan(cache, 100);
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.has(key))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes what left longer ago than it remembers for a newcomer', () => {
    fill(cache, 'a');
    scan(cache, 8 + 4);
    fill(cache, 'a');
    scan(cache, 100);
    expect(cache.has('a')).toBe(false);
  });

  it('evicts the longest unused of those that came back, once there are few newcomers', () => {
    cache = open(4);
    bringBack(cache, 'a', 'b');
    cache.get('a');
    bringBack(cache, 'c', 'd');
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.has(key))).toEqual(['a', 'c', 'd']);
  });

  it('spares who came last when it becomes smaller', () => {
    bringBack(cache, 'a', 'b', 'c', 'd');
    for (const key of ['a', 'b', 'c']) cache.get(key);
    cache.resize({ maxItems: 1 });
    expect([...cache.keys()]).toEqual(['d']);
  });

  it('does not remember what was deleted', () => {
    fill(cache, 'a', 'b');
    cache.delete('a');
    fill(cache, 'a');
    scan(cache, 100);
    expect(cache.has('a')).toBe(false);
  });

  it('takes at a swap what was read for what came back', () => {
    cache = new MemoryCache({ maxItems: 8, eviction: 'lru' });
    fill(cache, 'a', 'b', 'c');
    cache.get('b');
    cache.swapEviction('twoQueue');
    scan(cache, 100);
    expect(['a', 'b', 'c'].filter((key) => cache.has(key))).toEqual(['b']);
  });

  it.each([1, 2, 3])('takes in every newcomer at capacity %d', (capacity) => {
    cache = open(capacity);
    for (const key of 'abacbdabcabdacbdaabbccdd') {
      fill(cache, key);
      expect(cache.has(key)).toBe(true);
      cache.audit();
    }
    expect(cache.size).toBe(capacity);
  });
});
