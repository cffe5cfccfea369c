import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import type { Cache } from '../cache.js';
import { createCache } from '../create-cache.js';
import { shardedTier } from './sharded-tier.js';

const KEYS = Array.from({ length: 40 }, (_, number) => `bird:${number}`);
const opened: Cache<number>[] = [];

async function open(count = 2) {
  const clock = new FakeClock();
  const tiers = { a: new LocalTier(clock), b: new LocalTier(clock), c: new LocalTier(clock) };
  const join = async () => {
    const cache = await createCache<number>({ clock, sharedTier: shardedTier({ nodes: tiers }) });
    opened.push(cache);
    return cache;
  };
  const caches: Cache<number>[] = [];
  for (let number = 0; number < count; number++) caches.push(await join());
  const [here, there] = caches;
  if (here === undefined || there === undefined) throw new Error('two caches are needed');
  const pass = async (byMs: number): Promise<void> => {
    for (let passed = 0; passed < byMs; passed += 50) await clock.advanceAsync(50);
    await settle();
  };
  await pass(500);
  return { clock, tiers, here, there, join, pass };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
});

const entries = (from: number): [string, number][] => KEYS.map((key, number) => [key, from + number]);

describe('caches over a sharded tier', () => {
  it('share what each of them has written', async () => {
    const { here, there, join } = await open();
    await here.setMany(entries(0));
    expect([...(await there.getMany(KEYS))]).toEqual(entries(0));
    await there.delete('bird:3');
    await settle();
    expect(await here.get('bird:3')).toBeUndefined();
    expect((await (await join()).getMany(KEYS)).size).toBe(39);
  });

  it('load a key once', async () => {
    const { here, there, pass } = await open();
    let loads = 0;
    const load = async () => (loads += 1);
    const loading = Promise.all([here.getOrLoad('owl', load), there.getOrLoad('owl', load)]);
    await pass(200);
    expect([await loading, loads]).toEqual([[1, 1], 1]);
  });

  it('go on with the other nodes when one is down, and see nothing old when it is back', async () => {
    const { here, there, tiers, join, pass } = await open();
    await here.setMany(entries(0));
    tiers.b.down();
    await pass(6000);
    await here.setMany(entries(100));
    await pass(100);
    expect([...(await there.getMany(KEYS))]).toEqual(entries(100));
    const late = await join();
    await pass(4000);
    expect([...(await late.getMany(KEYS))]).toEqual(entries(100));
    tiers.b.up();
    await pass(8000);
    const newcomer = await join();
    await pass(6000);
    for (const cache of [here, there, newcomer])
      for (const [key, value] of await cache.getMany(KEYS))
        expect(value).toBeGreaterThanOrEqual(100 + KEYS.indexOf(key));
    await there.setMany(entries(200));
    await pass(100);
    expect([...(await here.getMany(KEYS))]).toEqual(entries(200));
    expect([...(await newcomer.getMany(KEYS))]).toEqual(entries(200));
  });
});
