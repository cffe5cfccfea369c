import { jest } from '@jest/globals';
import Keyv, { type KeyvStoreAdapter } from 'keyv';
import { type Cache, type CacheOptions, createCache, mapStore } from 'nuthatch/engine';
import { FakeClock, LocalTier } from 'nuthatch/testing';
import { NuthatchKeyv } from '../../libs/compat/src/keyv/nuthatch-keyv.js';

// What Keyv asks of an adapter is asked by its own suite: scripts/keyv-suite.mjs.

const caches: Cache[] = [];

afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
});

/** A cache as an adapter, and a Keyv before it. */
async function open(options: CacheOptions = {}, namespace?: string) {
  const clock = new FakeClock(Date.now());
  const cache = await createCache({ clock, ...options });
  caches.push(cache);
  const adapter = new NuthatchKeyv(cache);
  return { cache, clock, adapter, keyv: new Keyv({ store: adapter, ...(namespace && { namespace }) }) };
}

async function listed(pairs: AsyncIterable<[string, unknown]>): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const pair of pairs) found.push(pair);
  return found.sort();
}

it('is taken by a Keyv, whose entries are in the cache', async () => {
  const { cache, keyv } = await open({}, 'shop');
  expect(await keyv.set('owl', { wings: 2 })).toBe(true);
  expect(await keyv.get('owl')).toEqual({ wings: 2 });
  expect(await keyv.has('owl')).toBe(true);
  expect([...cache.keys()]).toEqual(['shop:owl']);
});

it('has what the types of Keyv ask of an adapter', async () => {
  const { adapter } = await open();
  const typed: KeyvStoreAdapter = adapter;
  expect(await typed.get('owl')).toBeUndefined();
});

it('gives an entry the time to live that it is told, and else that of the cache', async () => {
  const { adapter, clock } = await open({ ttl: '1m' });
  await adapter.setMany([
    { key: 'a', value: 1, ttl: 1000 },
    { key: 'b', value: 2 },
  ]);
  clock.advance('2s');
  expect(await adapter.getMany(['a', 'b', 'c'])).toEqual([undefined, 2, undefined]);
  clock.advance('1m');
  expect(await adapter.has('b')).toBe(false);
});

it.each([0, -1])('deletes what is to live %s ms', async (ttl) => {
  const { adapter } = await open();
  await adapter.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 1 })));
  await adapter.set('a', 2, ttl);
  await adapter.setMany([{ key: 'b', value: 2, ttl }]);
  expect(await adapter.hasMany(['a', 'b', 'c'])).toEqual([false, false, true]);
});

it('answers whether all keys were there to be deleted', async () => {
  const { adapter } = await open();
  await adapter.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 1 })));
  expect(await adapter.deleteMany(['a', 'b', 'a'])).toBe(true);
  expect(await adapter.deleteMany(['c', 'd'])).toBe(false);
  expect(await adapter.has('c')).toBe(false);
});

describe('a namespace', () => {
  it('is cleared alone, whatever characters it has', async () => {
    const { cache, adapter } = await open();
    await cache.setMany(['a*b:x', 'aXb:x', 'a*b', 'other'].map((key) => [key, 1]));
    adapter.namespace = 'a*b';
    await adapter.clear();
    expect([...cache.keys()].sort()).toEqual(['a*b', 'aXb:x', 'other']);
    adapter.namespace = undefined;
    await adapter.clear();
    expect(cache.size).toBe(0);
  });

  it('is put before keys that have none, as by a Keyv that is told not to', async () => {
    const { cache, adapter } = await open();
    const keyv = new Keyv({ store: adapter, namespace: 'shop', useKeyPrefix: false });
    await keyv.set('owl', 1);
    expect([...cache.keys()]).toEqual(['shop:owl']);
    expect(await keyv.get('owl')).toBe(1);
    expect(new NuthatchKeyv(cache, { namespace: 'mine' }).namespace).toBe('mine');
  });
});

describe('entries are listed', () => {
  it('of a namespace, those included that are in the store alone', async () => {
    const { adapter, keyv, cache } = await open({ maxItems: 2, store: 'map' }, 'shop');
    for (let at = 0; at < 250; at++) await keyv.set(`key ${at}`, at);
    await cache.set('elsewhere', 1);
    expect(cache.size).toBe(2);
    expect(await listed(adapter.iterator())).toHaveLength(250);
    const found = await listed((keyv.iterator as NonNullable<typeof keyv.iterator>)(undefined));
    expect(found.map(([, value]) => value).sort()).toEqual(Array.from({ length: 250 }, (_, at) => at).sort());
    expect(await listed(adapter.iterator('nothing'))).toEqual([]);
  });

  it('also where they are in a shared tier alone', async () => {
    const clock = new FakeClock(Date.now());
    const { adapter, cache } = await open({ clock, maxItems: 1, sharedTier: new LocalTier(clock) });
    await adapter.set('owl', 1);
    await adapter.set('wren', 2);
    expect(cache.size).toBe(1);
    expect(await listed(adapter.iterator())).toHaveLength(2);
  });

  it('of everything where there is no namespace, without those that have expired', async () => {
    const { cache, clock } = await open();
    const adapter = new NuthatchKeyv(cache);
    await adapter.set('a:b', 1);
    await adapter.set('c', 2, 1000);
    clock.advance('1s');
    expect(await listed(adapter.iterator())).toEqual([['a:b', 1]]);
  });
});

it('flushes when it is disconnected, and leaves the cache open', async () => {
  const { adapter, cache, keyv } = await open({ store: mapStore(), writePolicy: 'writeBack' });
  await keyv.set('owl', 1);
  expect(cache.metrics().dirty_writes_pending).toBe(1);
  await keyv.disconnect();
  expect(cache.metrics().dirty_writes_pending).toBe(0);
  expect(await adapter.has('keyv:owl')).toBe(true);
});

it('tells its listeners of a read that failed, which a Keyv takes for a miss', async () => {
  const { keyv, adapter, cache } = await open();
  const [failed, gone] = [jest.fn(), jest.fn()];
  keyv.on('error', failed);
  adapter.on('error', gone).off('error', gone);
  await cache.close();
  expect(await keyv.get('owl')).toBeUndefined();
  expect(failed.mock.calls).toEqual([[expect.objectContaining({ code: 'closed' })]]);
  expect(gone).not.toHaveBeenCalled();
});

it('refuses what is no cache', () => {
  expect(() => new NuthatchKeyv(new Map() as never)).toThrow(
    /^cache must be a cache of createCache, got an instance of Map$/,
  );
});
