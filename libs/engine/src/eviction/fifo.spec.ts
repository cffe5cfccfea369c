import { MemoryCache } from '../memory/memory-cache.js';

function open(): MemoryCache<string, number> {
  const cache = new MemoryCache<string, number>({ maxItems: 3, eviction: 'fifo' });
  for (const key of ['a', 'b', 'c']) cache.set(key, 0);
  return cache;
}

describe('fifo', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('evicts what came first, however often it was read', () => {
    for (let round = 0; round < 10; round++) cache.get('a');
    cache.set('d', 0);
    expect([...cache.keys()]).toEqual(['b', 'c', 'd']);
  });

  it('does not take an overwrite for an arrival', () => {
    cache.set('a', 1);
    cache.set('d', 0);
    expect(cache.has('a')).toBe(false);
  });

  it('takes what comes back after its removal for a newcomer', () => {
    cache.delete('a');
    cache.set('a', 1);
    cache.set('d', 0);
    expect([...cache.keys()]).toEqual(['c', 'a', 'd']);
  });
});
