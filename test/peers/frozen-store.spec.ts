import type { Cache, CacheOptions, StoreRole } from 'nuthatch/engine';
import type { StoreMethod } from 'nuthatch/testing';
import { openStored } from '../support/caches.js';

const DEADLINES: CacheOptions<number> = { resilience: { timeout: 200, writeTimeout: 300 } };
const METHODS: readonly StoreMethod[] = ['get', 'getMany', 'apply', 'clear', 'invalidate'];

const calls: Readonly<Record<string, (cache: Cache<number>) => Promise<unknown>>> = {
  get: (cache) => cache.get('owl'),
  getMany: (cache) => cache.getMany(['owl', 'wren']),
  has: (cache) => cache.has('owl'),
  getOrLoad: (cache) => cache.getOrLoad('owl', () => 1),
  getManyOrLoad: (cache) =>
    cache.getManyOrLoad(['owl', 'wren'], (keys) => new Map(keys.map((key) => [key, 1]))),
  set: (cache) => cache.set('owl', 1),
  delete: (cache) => cache.delete('owl'),
  expire: (cache) => cache.expire('owl'),
  invalidateTags: (cache) => cache.invalidateTags('night'),
  invalidateMatching: (cache) => cache.invalidateMatching('o*'),
  clear: (cache) => cache.clear(),
};

/* cacheable 2 and bentocache 1 hold their callers for more than 15 s where the server behind them is stopped (SIGSTOP). */
describe.each<StoreRole>(['cache', 'record'])('a store that never answers, of the role %s', (role) => {
  it.each(Object.keys(calls))('holds a %s no longer than its deadlines', async (name) => {
    const { cache, clock, store } = await openStored<number>({ ...DEADLINES, role });
    const releases = METHODS.map((method) => store.hold(method));
    let isAnswered = false;
    const call = calls[name] as (cache: Cache<number>) => Promise<unknown>;
    const answer = call(cache).then(
      () => (isAnswered = true),
      () => (isAnswered = true),
    );
    // A read, and then a write.
    await clock.advanceAsync(501);
    expect(isAnswered).toBe(true);
    await answer;
    for (const release of releases) release();
  });
});

describe('a store that never answers', () => {
  it('is left alone after a while, and callers get what the loader answers at once', async () => {
    const { cache, clock, store } = await openStored<number>(DEADLINES);
    const releases = METHODS.map((method) => store.hold(method));
    for (let call = 0; call < 10; call++) {
      const answer = cache.getOrLoad(`owl:${call}`, () => 1);
      await clock.advanceAsync(200);
      expect(await answer).toBe(1);
    }
    const before = clock.now();
    expect(await cache.getOrLoad('wren', () => 2)).toBe(2);
    expect(clock.now()).toBe(before);
    for (const release of releases) release();
  });
});
