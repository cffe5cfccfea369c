import { FakeClock } from 'nuthatch/testing';
import { MemoryCache } from '../memory/memory-cache.js';

function open(): MemoryCache<string, number> {
  return new MemoryCache<string, number>({
    maxItems: 3,
    eviction: 'ttl',
    clock: new FakeClock(),
    ttlResolutionMs: 0,
  });
}

describe('ttl', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  it('evicts what would expire soonest', () => {
    cache.set('a', 0, { ttl: '3m' });
    cache.set('b', 0, { ttl: '1m' });
    cache.set('c', 0, { ttl: '2m' });
    cache.set('d', 0, { ttl: '4m' });
    expect([...cache.keys()]).toEqual(['a', 'c', 'd']);
  });

  it('evicts a newcomer that would expire before all others', () => {
    for (const key of ['a', 'b', 'c']) cache.set(key, 0, { ttl: '5m' });
    expect(cache.set('d', 0, { ttl: '1m' })).toBe(false);
    expect([...cache.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('evicts what never expires last, in order of arrival', () => {
    cache.set('a', 0);
    cache.set('b', 0);
    cache.set('c', 0, { ttl: '30 days' });
    cache.set('d', 0);
    cache.set('e', 0);
    expect([...cache.keys()]).toEqual(['b', 'd', 'e']);
  });

  it('does not care how often an entry is read', () => {
    cache.set('a', 0, { ttl: '1m' });
    cache.set('b', 0, { ttl: '2m' });
    cache.set('c', 0, { ttl: '3m' });
    for (let read = 0; read < 10; read++) cache.get('a');
    cache.set('d', 0, { ttl: '4m' });
    expect(cache.has('a')).toBe(false);
  });

  it('follows an overwrite that changes the life, both ways', () => {
    for (const [key, ttl] of [
      ['a', '1m'],
      ['b', '2m'],
      ['c', '3m'],
      ['a', '9m'],
      ['c', '1s'],
    ] as const) {
      cache.set(key, 0, { ttl });
      cache.audit();
    }
    cache.set('d', 0, { ttl: '5m' });
    cache.set('e', 0, { ttl: '5m' });
    expect([...cache.keys()]).toEqual(['a', 'd', 'e']);
  });
});
