import { mock } from 'node:test';
import { expect, jest } from '@jest/globals';
import { createCache, createTypedCache, defineCache, MapStore } from 'nuthatch/engine';
import {
  cacheMatchers,
  type CacheMatchers,
  createTestCache,
  FakeClock,
  settle,
  watchLoads,
} from 'nuthatch/testing';
import { z } from 'zod';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> extends CacheMatchers<R> {}
}

expect.extend(cacheMatchers);

/** What an assertion that does not hold says. */
async function complaintOf(assertion: () => unknown): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('the assertion holds');
}

describe('toHaveLoadedOnce', () => {
  it('counts the loads of a key, and of all keys', async () => {
    const { cache, clock } = await createTestCache({ ttl: '5m' });
    const find = (key: string): Promise<unknown> => cache.getOrLoad(key, async () => `the ${key}`);
    expect(cache).not.toHaveLoadedOnce();
    await Promise.all([find('owl'), find('owl')]);
    await find('owl');
    expect(cache).toHaveLoadedOnce('owl');
    expect(cache).toHaveLoadedOnce();
    expect(cache).not.toHaveLoadedOnce('wren');
    clock.advance('6m');
    await find('owl');
    await find('wren');
    expect(cache).not.toHaveLoadedOnce('owl');
    expect(cache).toHaveLoadedTimes(2, 'owl');
    expect(cache).toHaveLoadedTimes(3);
    expect(cache).toHaveLoadedTimes(0, 'jay');
    await cache.close();
  });

  it('counts a load that fails, and one that is under way', async () => {
    const { cache } = await createTestCache();
    await expect(cache.getOrLoad('owl', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(cache).toHaveLoadedOnce('owl');
    let finish = (): void => undefined;
    const loading = cache.getOrLoad(
      'wren',
      () => new Promise<string>((resolve) => (finish = () => resolve('wren'))),
    );
    await settle();
    expect(cache).toHaveLoadedOnce('wren');
    finish();
    await loading;
    await cache.close();
  });

  it('names five of the keys that were loaded instead', async () => {
    const { cache } = await createTestCache();
    for (const key of ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g']) {
      await cache.getOrLoad(key, () => 1);
      if (key === 'a') await cache.delete(key);
    }
    expect(await complaintOf(() => expect(cache).toHaveLoadedOnce('owl'))).toContain(
      'it has loaded "a" 2 times, "b" once, "c" once, "d" once, "e" once and 2 keys more',
    );
    await cache.close();
  });

  it('says what was loaded instead, both ways', async () => {
    const { cache } = await createTestCache({ name: 'birds' });
    expect(await complaintOf(() => expect(cache).toHaveLoadedOnce('owl'))).toBe(
      `expected the cache "birds" to have loaded 'owl' once, but it has loaded nothing`,
    );
    await cache.getOrLoad('owl', () => 1);
    expect(await complaintOf(() => expect(cache).toHaveLoadedTimes(2, 'owl'))).toBe(
      `expected the cache "birds" to have loaded 'owl' 2 times, but it has loaded "owl" once`,
    );
    expect(await complaintOf(() => expect(cache).not.toHaveLoadedOnce('owl'))).toBe(
      `expected the cache "birds" not to have loaded 'owl' once, but it has loaded "owl" once`,
    );
    await cache.close();
  });

  it('counts the calls of a mock function of jest, and of node:test', async () => {
    const { cache } = await createTestCache();
    const loaders = [jest.fn(({ key }: { key: string }) => key), mock.fn(({ key }: { key: string }) => key)];
    for (const [index, loader] of loaders.entries()) {
      await cache.getOrLoad(`owl ${index}`, loader);
      await cache.getOrLoad(`owl ${index}`, loader);
      expect(loader).toHaveLoadedOnce();
      expect(loader).toHaveLoadedOnce(`owl ${index}`);
      expect(loader).not.toHaveLoadedOnce('wren');
      expect(await complaintOf(() => expect(loader).toHaveLoadedOnce('wren'))).toBe(
        `expected the loader to have loaded 'wren' once, but it has loaded "owl ${index}" once`,
      );
    }
    await cache.close();
  });

  it('says what it needs', async () => {
    const cache = await createCache({ name: 'birds' });
    expect(await complaintOf(() => expect(cache).toHaveLoadedOnce())).toBe(
      'toHaveLoadedOnce: the cache "birds" is not watched; call watchLoads(cache) before it loads, or use createTestCache or CacheTestingModule',
    );
    const log = watchLoads(cache);
    await cache.getOrLoad('owl', () => 1);
    expect(cache).toHaveLoadedOnce('owl');
    expect(watchLoads(cache)).toBe(log);
    log.clear();
    expect(cache).toHaveLoadedTimes(0);
    for (const wrong of [undefined, {}, 'cache', () => 1])
      expect(await complaintOf(() => expect(wrong).toHaveLoadedOnce())).toContain('must be given a cache');
    await cache.close();
  });
});

describe('toHaveCached', () => {
  it('looks for a fresh entry, and for its value', async () => {
    const { cache, clock } = await createTestCache({ ttl: '1m', grace: '1h', name: 'birds' });
    await cache.setMany([
      ['owl', { wings: 2 }],
      ['none', undefined],
    ]);
    await expect(cache).toHaveCached('owl');
    await expect(cache).toHaveCached('none');
    await expect(cache).toHaveCached('owl', { wings: 2 });
    await expect(cache).toHaveCached('owl', expect.objectContaining({ wings: 2 }));
    await expect(cache).not.toHaveCached('owl', { wings: 3 });
    await expect(cache).not.toHaveCached('owl', undefined);
    await expect(cache).not.toHaveCached('wren');
    expect(cache.metrics().hits).toBe(0);
    expect(await complaintOf(() => expect(cache).not.toHaveCached('owl'))).toBe(
      'expected the cache "birds" not to have "owl" cached, but it has, in memory',
    );
    expect(await complaintOf(() => expect(cache).toHaveCached('owl', 3))).toBe(
      'expected the cache "birds" to have "owl" cached as 3, but it has { wings: 2 }',
    );
    clock.advance('2m');
    await expect(cache).not.toHaveCached('owl');
    await cache.close();
  });

  it('finds what is in the store alone', async () => {
    const { cache } = await createTestCache({ store: new MapStore(), maxItems: 1, ttl: '5m' });
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    await cache.set('jay', 3);
    for (const [key, value] of Object.entries({ owl: 1, wren: 2, jay: 3 })) {
      await expect(cache).toBeCachedFor(key, '5m');
      await expect(cache).toHaveCached(key, value);
    }
    await cache.close();
  });
});

describe('toBeCachedFor', () => {
  it('is about what is left of a life', async () => {
    const { cache, clock } = await createTestCache({ name: 'birds' });
    await cache.set('owl', 1, { ttl: '5m' });
    await cache.set('wren', 2);
    await expect(cache).toBeCachedFor('owl', '5m');
    await expect(cache).toBeCachedFor('wren', Infinity);
    await expect(cache).not.toBeCachedFor('wren', '5m');
    clock.advance('1m');
    await expect(cache).toBeCachedFor('owl', '4m');
    await expect(cache).not.toBeCachedFor('owl', '5m');
    expect(await complaintOf(() => expect(cache).toBeCachedFor('owl', '5m'))).toBe(
      'expected the cache "birds" to have "owl" cached for 300000 ms, but it has, for 240000 ms',
    );
    expect(await complaintOf(() => expect(cache).not.toBeCachedFor('owl', '4m'))).toBe(
      'expected the cache "birds" not to have "owl" cached for 240000 ms, but it has, for 240000 ms',
    );
    expect(await complaintOf(() => expect(cache).toBeCachedFor('jay', '4m'))).toContain('but it has not');
    expect(await complaintOf(() => expect(cache).toBeCachedFor('owl', 'soon'))).toContain('life must be');
    await cache.close();
  });
});

describe('the matchers of a typed cache', () => {
  it('take the arguments of its methods for keys', async () => {
    const Birds = defineCache({
      name: 'birds',
      key: ({ id }: { id: number }) => `bird:${id}`,
      value: z.string(),
      ttl: '1m',
    });
    const birds = await createTypedCache(Birds, { clock: new FakeClock() });
    watchLoads(birds.cache);
    await birds.getOrLoad({ id: 1 }, async () => 'owl');
    expect(birds).toHaveLoadedOnce({ id: 1 });
    expect(birds).not.toHaveLoadedOnce({ id: 2 });
    await expect(birds).toHaveCached({ id: 1 }, 'owl');
    await expect(birds).toBeCachedFor({ id: 1 }, '1m');
    await birds.cache.close();
  });
});

describe('a matcher without a test runner', () => {
  it('is a function that answers whether it passes, and what to say where that is not wanted', async () => {
    const { cache } = await createTestCache({ name: 'birds' });
    await cache.set('owl', { wings: 2 });
    const there = await cacheMatchers.toHaveCached(cache, 'owl', { wings: 2 });
    expect([there.pass, there.message()]).toEqual([true, expect.stringContaining('not to have "owl"')]);
    const { toHaveCached } = cacheMatchers;
    expect((await toHaveCached.call(undefined, cache, 'owl', { wings: 3 })).pass).toBe(false);
    const never = cacheMatchers.toHaveLoadedOnce(cache, 'owl');
    expect([never.pass, never.message()]).toEqual([false, expect.stringContaining('it has loaded nothing')]);
    await cache.close();
  });
});
