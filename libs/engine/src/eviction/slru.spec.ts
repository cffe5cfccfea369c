import { MemoryCache } from '../memory/memory-cache.js';

function open(maxItems: number): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'slru' });
}

function fill(cache: MemoryCache<string, number>, ...keys: string[]): void {
  for (const key of keys) cache.set(key, 0);
}

describe('slru', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open(5)));
  afterEach(() => cache.audit());

  it('evicts the longest unused of those that were used once', () => {
    fill(cache, 'a', 'b', 'c', 'd', 'e');
    cache.get('a');
    cache.get('c');
    fill(cache, 'x', 'y');
    expect([...cache.keys()]).toEqual(['a', 'c', 'e', 'x', 'y']);
  });

  it('keeps what was used again through a scan', () => {
    fill(cache, 'a', 'b', 'c');
    for (const key of ['a', 'b', 'c']) cache.get(key);
    for (let key = 0; key < 100; key++) cache.set(`scan:${key}`, 0);
    expect([...cache.keys()]).toEqual(['a', 'b', 'c', 'scan:98', 'scan:99']);
  });

  it('gives what is pushed out of the protected segment another chance, as the newest on probation', () => {
    fill(cache, 'a', 'b', 'c', 'd', 'e');
    for (const key of ['a', 'b', 'c', 'd', 'e']) cache.get(key);
    fill(cache, 'x');
    expect(cache.has('a')).toBe(false);
    cache = open(5);
    fill(cache, 'a', 'b', 'c', 'd');
    for (const key of ['a', 'b', 'c', 'd']) cache.get(key);
    fill(cache, 'e');
    cache.get('e');
    cache.get('a');
    fill(cache, 'x');
    expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
  });

  it.each([1, 2, 3])('lets a newcomer in at capacity %d although all others were used again', (capacity) => {
    cache = open(capacity);
    for (const key of ['a', 'b', 'c']) {
      fill(cache, key);
      cache.get(key);
    }
    fill(cache, 'x');
    expect(cache.has('x')).toBe(true);
    expect(cache.size).toBe(capacity);
  });

  it('lets a heavy newcomer in at the cost of protected entries', () => {
    cache = new MemoryCache({ maxBytes: 10_240, weigh: (weight) => weight, eviction: 'slru' });
    for (let key = 0; key < 10; key++) cache.set(`light:${key}`, 1024);
    for (let key = 0; key < 8; key++) cache.get(`light:${key}`);
    expect(cache.set('heavy', 9216)).toBe(true);
    expect([...cache.keys()]).toEqual(['light:7', 'heavy']);
  });

  it('protects at a swap what was read', () => {
    cache = new MemoryCache({ maxItems: 5, eviction: 'lru' });
    fill(cache, 'a', 'b', 'c', 'd', 'e');
    for (const key of ['b', 'a']) cache.get(key);
    cache.swapEviction('slru');
    fill(cache, 'v', 'w', 'x', 'y', 'z');
    expect([...cache.keys()]).toEqual(['a', 'b', 'x', 'y', 'z']);
  });
});
