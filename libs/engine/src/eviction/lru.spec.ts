import { MemoryCache } from '../memory/memory-cache.js';

function open(maxItems: number): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'lru' });
}

function fill(cache: MemoryCache<string, number>, ...keys: string[]): void {
  for (const key of keys) cache.set(key, 0);
}

describe('lru', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open(3)));
  afterEach(() => cache.audit());

  it('evicts what was set longest ago where nothing was read', () => {
    fill(cache, 'a', 'b', 'c', 'd');
    expect([...cache.keys()]).toEqual(['b', 'c', 'd']);
  });

  it('spares what was read', () => {
    fill(cache, 'a', 'b', 'c');
    cache.get('a');
    fill(cache, 'd');
    expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
  });

  it('spares what was overwritten', () => {
    fill(cache, 'a', 'b', 'c', 'a', 'd');
    expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
  });

  it('takes neither a peek nor a look for a use', () => {
    fill(cache, 'a', 'b', 'c');
    cache.peek('a');
    cache.has('a');
    fill(cache, 'd');
    expect(cache.has('a')).toBe(false);
  });

  it('is swept clean by a scan', () => {
    fill(cache, 'a', 'b', 'c');
    for (let round = 0; round < 10; round++) cache.get('a');
    fill(cache, 'x', 'y', 'z');
    expect([...cache.keys()]).toEqual(['x', 'y', 'z']);
  });
});
