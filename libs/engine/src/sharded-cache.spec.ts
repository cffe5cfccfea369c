import { describe, expect, it } from '@jest/globals';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { firstValueFrom, Subject, toArray } from 'rxjs';
import { createShardedCache, type ShardedCacheOptions } from './create-sharded-cache.js';
import { CacheError } from './kernel/errors.js';
import type { CacheOptions } from './options.js';
import { MapStore } from './store/map-store.js';

const KEYS = Array.from({ length: 60 }, (_, number) => `bird:${number}`);

async function open(options: CacheOptions<number> = {}, shards: ShardedCacheOptions['shards'] = 3) {
  const clock = new FakeClock();
  const stores = new Map<string, FaultyStore>();
  const cache = await createShardedCache<number>({
    shards,
    optionsOf: (name) => {
      const store = new FaultyStore(new MapStore());
      stores.set(name, store);
      return { clock, store, ...options };
    },
  });
  return { cache, clock, stores };
}

describe('a sharded cache', () => {
  it('keeps each key in one shard, which is the same for the same names', async () => {
    const [one, other] = [await open(), await open()];
    await one.cache.setMany(KEYS.map((key, number) => [key, number]));
    for (const [number, key] of KEYS.entries()) {
      expect(await one.cache.get(key)).toBe(number);
      expect(one.cache.shardOf(key).peek(key)).toBe(number);
      expect(other.cache.shardNameOf(key)).toBe(one.cache.shardNameOf(key));
    }
    const sizes = Array.from(one.cache.shards.values(), ({ size }) => size);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(60);
    expect(Math.min(...sizes)).toBeGreaterThan(5);
    expect([...one.cache.shards.keys()]).toEqual(['shard-1', 'shard-2', 'shard-3']);
  });

  it('has the verbs of a cache for one key', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    expect([await cache.has('owl'), cache.peek('owl'), await cache.getOrLoad('owl')]).toEqual([true, 1, 1]);
    expect(await cache.expire('owl')).toBe(true);
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
    expect(await cache.explain('owl')).toMatchObject({ key: 'owl' });
    expect([await cache.delete('owl'), await cache.delete('owl')]).toEqual([true, false]);
    await expect(cache.get('')).rejects.toMatchObject({ code: 'bad_key' });
    expect(() => cache.shardOf('')).toThrow('key must be');
  });

  it('answers many keys in their order, asking each shard once', async () => {
    const { cache } = await open();
    await cache.setMany(KEYS.slice(0, 30).map((key, number) => [key, number]));
    const asked = [...KEYS].reverse();
    expect([...(await cache.getMany(asked)).keys()]).toEqual(asked.slice(30));
    const batches: (readonly string[])[] = [];
    const loaded = await cache.getManyOrLoad([...asked, ...asked], (keys) => {
      batches.push(keys);
      return keys.map(() => 7);
    });
    expect([...loaded.keys()]).toEqual(asked);
    expect([batches.length, batches.flat().length]).toEqual([3, 30]);
    expect(await cache.deleteMany([...KEYS, ...KEYS])).toBe(60);
  });

  it('names the shard that has failed, and lets the others do their part', async () => {
    const { cache, stores } = await open({ resilience: { whenDown: 'refuse' } });
    stores.get('shard-2')?.failAlways('apply');
    const writing = cache.setMany(KEYS.map((key, number) => [key, number]));
    const error: unknown = await writing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CacheError);
    expect(error).toMatchObject({ message: expect.stringMatching(/^the shard "shard-2": /) });
    for (const [number, key] of KEYS.entries()) {
      const isLost = cache.shardNameOf(key) === 'shard-2';
      expect(cache.peek(key)).toBe(isLost ? undefined : number);
    }
  });

  it('hands on what a loader has thrown as it is', async () => {
    const { cache } = await open();
    const error = new RangeError('no owl');
    await expect(cache.getOrLoad('owl', () => Promise.reject(error))).rejects.toBe(error);
  });

  it('clears and invalidates in every shard', async () => {
    const { cache } = await open();
    const fill = () => cache.setMany(KEYS.map((key, number) => [key, number]), { tags: ['birds'] }); // prettier-ignore
    const left = async () => (await cache.getMany(KEYS)).size;
    const ways = [
      () => cache.clear(),
      () => cache.invalidateTags('birds'),
      () => cache.invalidateMatching('bird:*'),
      () => cache.bumpVersion('bird'),
    ];
    for (const way of ways) {
      await fill();
      await way();
      expect(await left()).toBe(0);
    }
    const stop = cache.invalidateOn('flown', ['bird:*']);
    await fill();
    await cache.publish('flown');
    expect(await left()).toBe(0);
    stop();
    await fill();
    await cache.publish('flown');
    expect(await left()).toBe(60);
  });

  it('listens to a stream in every shard', async () => {
    const { cache } = await open();
    const flown = new Subject<string>();
    cache.invalidateOn(flown, (key: string) => ({ matching: [key] }));
    await cache.setMany([['owl', 1], ['wren', 2]]); // prettier-ignore
    flown.next('owl');
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 2]);
  });

  it('takes back what some shards have begun where another refuses', async () => {
    const { cache } = await open();
    await cache.shards.get('shard-2')?.close();
    expect(() => cache.registerLoader('bird', () => 1)).toThrow('closed');
    expect(cache.shards.get('shard-1')?.registerLoader('bird', () => 2)).toBeDefined();
  });

  it('shows what is in memory, shard by shard', async () => {
    const { cache } = await open();
    await cache.setMany(KEYS.map((key, number) => [key, number]));
    expect([...cache.keys()].sort()).toEqual([...KEYS].sort());
    expect(new Map(cache).size).toBe(60);
    expect(cache.size).toBe(60);
  });

  it('tells of everything that happens, and in which shard', async () => {
    const { cache } = await open();
    const told = firstValueFrom(cache.events$.pipe(toArray()));
    await cache.set('owl', 1);
    await cache.close();
    const written = (await told).filter(({ type }) => type === 'entry_set');
    expect(written).toEqual([
      expect.objectContaining({ shard: cache.shardNameOf('owl'), cache: cache.shardNameOf('owl') }),
    ]);
  });

  it('adds up what its shards have counted', async () => {
    const { cache } = await open();
    await cache.setMany(KEYS.map((key, number) => [key, number]));
    await cache.getMany([...KEYS, 'nobody']);
    const metrics = cache.metrics();
    expect(metrics).toMatchObject({ sets: 60, hits: 60, misses: 1, current_items: 60 });
    expect(metrics.latencies.store.count).toBeGreaterThan(2);
    expect(Object.keys(metrics.shards)).toEqual(['shard-1', 'shard-2', 'shard-3']);
    expect(cache.health()).toMatchObject({ status: 'up', items: 60, hitRatio: 60 / 61, problem: undefined });
  });

  it('is as well as its worst shard', async () => {
    const { cache, stores } = await open();
    stores.get('shard-3')?.failAlways('get');
    const key = KEYS.find((each) => cache.shardNameOf(each) === 'shard-3') ?? '';
    await cache.get(key).catch(() => undefined);
    const health = cache.health();
    expect(health.status).toBe('degraded');
    expect(health.problem).toMatch(/^the shard shard-3: /);
    expect(health.problems[0]).toMatchObject({ shard: 'shard-3' });
    await cache.shards.get('shard-1')?.close();
    expect(cache.health().status).toBe('down');
  });

  it('splits new bounds by weight', async () => {
    const { cache } = await open({}, { small: 1, large: 3 });
    cache.resize({ maxItems: 41, maxBytes: '4kb' });
    const bounds = Array.from(cache.shards.values(), (shard) => shard.info());
    expect(bounds.map(({ maxItems }) => maxItems)).toEqual([10, 31]);
    expect(bounds.map(({ maxBytes }) => maxBytes)).toEqual([1024, 3072]);
    cache.resize({ maxItems: 1 });
    expect(Array.from(cache.shards.values(), (shard) => shard.info().maxItems)).toEqual([1, 1]);
    expect(() => cache.resize({ maxItems: -1 })).toThrow('maxItems must be');
  });

  it('swaps what is in charge of every shard, each with one of its own', async () => {
    const { cache } = await open();
    await cache.setMany(KEYS.map((key, number) => [key, number]));
    cache.swapEviction('lfu');
    await cache.swapWritePolicy('writeBack');
    const infos = Array.from(cache.shards.values(), (shard) => shard.info());
    expect(infos.every((info) => info.eviction.strategy === 'lfu' && info.writePolicy === 'writeBack')).toBe(
      true,
    );
    await cache.set('owl', 1);
    expect(await cache.flush()).toBe(1);
    expect(cache.size).toBe(61);
  });

  it('closes all shards, and reports what each has left', async () => {
    const { cache, stores } = await open({ writePolicy: 'writeBack' });
    await cache.setMany(KEYS.map((key, number) => [key, number]));
    const mine = KEYS.filter((key) => cache.shardNameOf(key) === 'shard-1').length;
    stores.get('shard-1')?.failAlways('apply');
    const report = await cache.close();
    expect(report).toMatchObject({ left: mine, flushed: 60 - mine });
    expect(report.shards['shard-1']?.left).toBe(mine);
    expect(String(report.error)).toMatch('shard "shard-1"');
    await expect(cache.get('owl')).rejects.toMatchObject({ code: 'closed' });
  });

  it('runs with other defaults on any shard', async () => {
    const { cache, clock } = await open();
    await cache.withOverrides({ ttl: '1s' }, () => cache.setMany(KEYS.map((key) => [key, 1])));
    clock.advance('2s');
    expect((await cache.getMany(KEYS)).size).toBe(0);
  });

  it('moves keys to a new shard alone', async () => {
    const [three, four] = [await open(), await open({}, 4)];
    const many = Array.from({ length: 4000 }, (_, number) => `bird:${number}`);
    const moved = many.filter((key) => three.cache.shardNameOf(key) !== four.cache.shardNameOf(key));
    expect(new Set(moved.map((key) => four.cache.shardNameOf(key)))).toEqual(new Set(['shard-4']));
    expect(moved.length / many.length).toBeGreaterThan(0.15);
    expect(moved.length / many.length).toBeLessThan(0.35);
  });

  it('closes what is open where a shard cannot be opened, and names that', async () => {
    const opened: FaultyStore[] = [];
    const opening = createShardedCache({
      shards: ['a', 'b'],
      optionsOf: (name) => {
        const store = new FaultyStore(new MapStore());
        if (name === 'b') store.failAlways('open');
        else opened.push(store);
        return { store };
      },
    });
    await expect(opening).rejects.toThrow('the shard "b": ');
    expect(opened.map((store) => store.calls('close'))).toEqual([1]);
  });

  it('refuses wrong options', async () => {
    const shards: unknown[] = [0, [], {}, ['a', 'a'], null, 1.5];
    for (const wrong of shards)
      await expect(createShardedCache({ shards: wrong as number })).rejects.toMatchObject({
        code: 'bad_option',
      });
    await expect(createShardedCache({ shards: { a: -1 } })).rejects.toThrow('weight of the node "a"');
    // @ts-expect-error an option that there is not
    await expect(createShardedCache({ shards: 2, shard: 1 })).rejects.toThrow('no option shard');
    await expect(createShardedCache({ shards: 1, optionsOf: () => ({ maxItems: 0 }) })).rejects.toThrow(
      'the shard "shard-1": maxItems',
    );
  });
});
