import { deflateSync, inflateSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { Cacheable } from 'cacheable';
import Keyv from 'keyv';
import { type Cache, type CacheEvent, type CacheOptions, createCache, type Row } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import {
  keyvStore,
  type KeyvStoreOptions,
  type KeyvStoreSource,
} from '../../libs/compat/src/keyv/keyv-store.js';
import { NuthatchKeyv } from '../../libs/compat/src/keyv/nuthatch-keyv.js';
import { memoryAdapter, oldStore, plainAdapter } from './stores.js';

const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] };
const caches: Cache[] = [];

afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
});

/** A store of a Keyv, opened. */
async function openStore(source: KeyvStoreSource, options: KeyvStoreOptions = {}, namespace = 'birds') {
  const clock = new FakeClock(Date.now());
  const store = keyvStore(source, options).create({ namespace, clock });
  await store.open();
  return { store, clock, put: (...rows: Row[]) => store.apply(rows.map((row) => ({ type: 'set', row }))) };
}

/** A cache before a Keyv, and what happens in it. */
async function openCache(source: KeyvStoreSource, options: CacheOptions = {}) {
  const cache = await createCache({ store: keyvStore(source), ...options });
  caches.push(cache);
  const events: CacheEvent[] = [];
  cache.events$.subscribe((event) => events.push(event));
  return { cache, events };
}

/** A promise, and how to keep it. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('a time to live', () => {
  it.each([
    [
      'a Keyv',
      () => {
        const adapter = memoryAdapter();
        return { source: new Keyv({ store: adapter }), asked: () => adapter.calls };
      },
    ],
    [
      'an adapter',
      () => {
        const source = memoryAdapter();
        return { source, asked: () => source.calls };
      },
    ],
    [
      'a store of cache-manager',
      () => {
        const source = oldStore();
        return { source, asked: () => source.ttls.map((ttl) => `set ttl ${ttl}`) };
      },
    ],
  ])('is what is left of it, in %s', async (_what, make) => {
    const { source, asked } = make();
    const { put, clock } = await openStore(source);
    await put({ ...owl, expiresAt: clock.wallNow() + 5000.25 });
    expect(asked()).toEqual(['set ttl 5001']);
  });

  it('that is over deletes what was there', async () => {
    const adapter = memoryAdapter();
    const { store, put, clock } = await openStore(adapter);
    await put(owl);
    await put({ ...owl, version: 2, expiresAt: clock.wallNow() });
    expect(adapter.keys()).toEqual([]);
    expect(await store.get('owl')).toBeUndefined();
  });

  it('does not end what belongs to a record', async () => {
    const adapter = memoryAdapter();
    const { store, put, clock } = await openStore(adapter, { role: 'record' });
    await put({ ...owl, expiresAt: clock.wallNow() - 1 });
    expect(adapter.calls).toEqual(['set ttl undefined']);
    expect(await store.get('owl')).toMatchObject({ value: '1' });
  });

  it('of the Keyv itself does not end what lives for ever', async () => {
    const adapter = memoryAdapter();
    const { put } = await openStore(new Keyv({ store: adapter, ttl: 1000 }));
    await put(owl);
    expect(adapter.calls).toEqual(['set ttl undefined']);
  });
});

describe('an error', () => {
  const refused = new Error('the line is cut');
  const failing = (method: string) =>
    Object.assign(memoryAdapter(), { [method]: async () => Promise.reject(refused) });

  it.each([
    ['get', 'a read', 1],
    ['getMany', 'a read of many', 2],
  ])('of %s, which a Keyv takes for a miss, rejects %s', async (method, _what, keys) => {
    const keyv = new Keyv({ store: failing(method) });
    keyv.on('error', () => undefined);
    const { store } = await openStore(keyv);
    await expect(store.getMany(['owl', 'wren'].slice(0, keys))).rejects.toBe(refused);
  });

  it('of an adapter without getMany rejects a read of many', async () => {
    const { store } = await openStore(new Keyv({ store: plainAdapter(failing('get')) }));
    await expect(store.getMany(['owl', 'wren'])).rejects.toBe(refused);
  });

  it.each(['set', 'setMany', 'delete', 'deleteMany', 'clear'])(
    'of %s, which a Keyv only emits, rejects',
    async (method) => {
      const emitted = jest.fn();
      const keyv = new Keyv({ store: failing(method) });
      keyv.on('error', emitted);
      const { store, put } = await openStore(keyv);
      const wren = { ...owl, key: 'wren' };
      const deletion = (key: string) => ({ type: 'delete', key, version: 2 }) as const;
      const calls: Record<string, () => Promise<unknown>> = {
        set: () => put(owl),
        setMany: () => put(owl, wren),
        delete: () => store.apply([deletion('owl')]),
        deleteMany: () => store.apply([deletion('owl'), deletion('wren')]),
        clear: () =>
          openStore(new Keyv({ store: { ...plainAdapter(), clear: failing('clear').clear } })).then((other) =>
            other.store.clear(),
          ),
      };
      await expect(calls[method]?.()).rejects.toBe(refused);
    },
  );

  it('leaves the Keyv of the user as it is: it does not throw', async () => {
    const keyv = new Keyv({ store: failing('get') });
    const { store } = await openStore(keyv);
    await expect(store.get('owl')).rejects.toBe(refused);
    expect(keyv.throwOnErrors).toBe(false);
    expect(await keyv.get('owl')).toBeUndefined();
  });

  it.each([
    ['a Keyv', (adapter: ReturnType<typeof memoryAdapter>) => new Keyv({ store: adapter })],
    [
      'a Keyv that emits nothing',
      (adapter: ReturnType<typeof memoryAdapter>) => new Keyv({ store: adapter, emitErrors: false }),
    ],
    ['an adapter', (adapter: ReturnType<typeof memoryAdapter>) => adapter],
  ])(
    'that is emitted and not thrown rejects a read that found nothing, and a write, of %s',
    async (_what, make) => {
      const adapter = memoryAdapter();
      const { store, put } = await openStore(make(adapter));
      const emits = async () => void adapter.emit('error', refused);
      await put(owl);
      adapter.set = emits as never;
      adapter.get = emits as never;
      await expect(put(owl)).rejects.toMatchObject({ code: 'store_failed', cause: refused });
      await expect(store.get('owl')).rejects.toThrow(/emitted an error: the line is cut/);
    },
  );

  it('of another call leaves a read alone that has found what it asked for', async () => {
    const adapter = memoryAdapter();
    const { store, put } = await openStore(adapter);
    await put(owl);
    const { opened, open } = gate();
    const get = adapter.get.bind(adapter);
    adapter.get = async (key) => {
      await opened;
      return get(key);
    };
    const [found, lost] = [store.get('owl'), store.get('wren')];
    adapter.emit('error', refused);
    open();
    expect(await found).toMatchObject({ value: '1' });
    await expect(lost).rejects.toMatchObject({ cause: refused });
  });

  it('while nothing is asked is told to onError', async () => {
    const onError = jest.fn();
    const adapter = memoryAdapter();
    const { store } = await openStore(adapter, { onError });
    adapter.emit('error', refused);
    expect(onError.mock.calls).toEqual([[refused]]);
    expect(await store.get('owl')).toBeUndefined();
    await store.close();
    expect(adapter.listenerCount('error')).toBe(0);
  });

  it('while nothing is asked is a warning by default, once as long as it is the same', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const adapter = memoryAdapter();
    await openStore(adapter);
    for (const message of ['cut', 'cut', 'still cut']) adapter.emit('error', new Error(message));
    const warned = warn.mock.calls.map(([warning]) => warning);
    warn.mockRestore();
    expect(warned).toEqual([
      'MemoryAdapter behind a cache emitted an error: cut',
      'MemoryAdapter behind a cache emitted an error: still cut',
    ]);
  });

  it.each([
    ['a Keyv', (adapter: object) => new Keyv({ store: adapter })],
    ['an adapter', (adapter: object) => adapter as KeyvStoreSource],
  ])('is what an answer false means, of %s', async (_what, make) => {
    const { put } = await openStore(make({ ...plainAdapter(), set: async () => false }));
    await expect(put(owl)).rejects.toThrow(/has not kept .*owl/);
  });

  it('opens the breaker of the cache, whose reads go on to the loader', async () => {
    const adapter = memoryAdapter();
    const resilience = { breaker: { minCalls: 3, threshold: 0.3 } };
    const { cache, events } = await openCache(new Keyv({ store: adapter }), { resilience });
    adapter.get = async () => Promise.reject(refused);
    for (const key of ['a', 'b', 'c', 'd']) expect(await cache.getOrLoad(key, async () => key)).toBe(key);
    expect(events.filter(({ type }) => type === 'tier_degraded')).toHaveLength(1);
    expect(cache.health().status).not.toBe('up');
  });
});

describe('a write', () => {
  it('that is slow does not bring back what was deleted after it', async () => {
    const adapter = memoryAdapter();
    const { cache } = await openCache(new Keyv({ store: adapter }));
    const { opened, open } = gate();
    const set = adapter.set.bind(adapter);
    adapter.set = async (...args) => {
      await opened;
      return set(...args);
    };
    const [written, deleted] = [cache.set('owl', 'old'), cache.delete('owl')];
    await settle();
    open();
    await Promise.all([written, deleted]);
    expect(adapter.keys()).toEqual([]);
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('of many is over when all of it is, also where some of it is refused', async () => {
    const adapter = plainAdapter();
    const { opened, open } = gate();
    const set = adapter.set;
    adapter.set = async (key, value, ttl) => {
      if (key.endsWith('owl')) throw new Error('no owls');
      await opened;
      return set(key, value, ttl);
    };
    const { put } = await openStore(adapter);
    const written = put(owl, { ...owl, key: 'wren' });
    const outcome = jest.fn();
    written.then(outcome, outcome);
    await settle();
    expect(outcome).not.toHaveBeenCalled();
    open();
    await expect(written).rejects.toThrow('no owls');
  });

  it('is one call where the adapter takes many', async () => {
    const adapter = memoryAdapter();
    const { put } = await openStore(new Keyv({ store: adapter }));
    await put(owl, { ...owl, key: 'wren' }, { ...owl, key: 'jay' });
    expect(adapter.calls).toEqual(['setMany']);
  });
});

describe('a Keyv', () => {
  it('has its serializer and its compression at work', async () => {
    const adapter = memoryAdapter();
    const compression = {
      compress: async (value: string) => deflateSync(value).toString('base64'),
      decompress: async (value: string) => inflateSync(Buffer.from(value, 'base64')).toString(),
      serialize: JSON.stringify,
      deserialize: JSON.parse,
    };
    const { store, put } = await openStore(new Keyv({ store: adapter, compression }));
    await put({ ...owl, value: 'x'.repeat(10_000) }, { ...owl, key: 'wren' });
    expect(JSON.stringify(await adapter.get(adapter.keys()[0] ?? '')).length).toBeLessThan(1000);
    expect((await store.get('owl'))?.value).toBe('x'.repeat(10_000));
  });

  it('may be a Cacheable as well, or a cache of Nuthatch', async () => {
    const behind = await createCache();
    caches.push(behind);
    for (const source of [new Cacheable(), new NuthatchKeyv(behind)]) {
      const { store, put } = await openStore(source);
      await put({ ...owl, tags: ['night'] });
      expect(await store.get('owl')).toEqual({ ...owl, tags: ['night'] });
      await store.close();
    }
  });

  it('has its own namespace before the keys, which begin with the name of the cache', async () => {
    const adapter = memoryAdapter();
    const { put } = await openStore(new Keyv({ store: adapter, namespace: 'shop' }));
    await put(owl);
    expect(adapter.keys()).toEqual(['shop:#5:birds:e:owl']);
  });

  it('keeps caches apart, whatever their names and keys look like', async () => {
    const factory = keyvStore(new Map());
    const [one, other] = ['a', 'a:e:b'].map((namespace) =>
      factory.create({ namespace, clock: new FakeClock() }),
    );
    await one?.apply([{ type: 'set', row: { ...owl, key: 'b:e:c' } }]);
    expect(await other?.get('c')).toBeUndefined();
    await other?.clear();
    expect(await one?.get('b:e:c')).toBeDefined();
  });

  it('whose namespace begins the keys of the cache is refused', () => {
    const factory = keyvStore(new Keyv({ namespace: '#5' }));
    expect(() => factory.create({ namespace: 'birds', clock: new FakeClock() })).toThrow(
      /namespace of the Keyv/,
    );
  });

  it('that shares a map with another keeps to its own', async () => {
    const map = new Map();
    const [one, other] = await Promise.all(
      ['a', 'b'].map((namespace) => openStore(new Keyv({ store: map, namespace }))),
    );
    await one?.put(owl);
    await other?.put({ ...owl, value: '2' });
    expect((await one?.store.rows())?.map(({ value }) => value)).toEqual(['1']);
    await one?.store.clear();
    expect(await other?.store.get('owl')).toMatchObject({ value: '2' });
  });

  it('is disconnected when the last of its caches is closed', async () => {
    const adapter = memoryAdapter();
    const factory = keyvStore(adapter);
    const stores = ['a', 'b'].map((namespace) => factory.create({ namespace, clock: new FakeClock() }));
    for (const store of stores) await store.open();
    await stores[0]?.close();
    await stores[0]?.close();
    expect(adapter.calls).toEqual([]);
    await stores[1]?.close();
    expect(adapter.calls).toEqual(['disconnect']);
  });

  it('stays connected where that is asked for', async () => {
    const adapter = memoryAdapter();
    const { store } = await openStore(new Keyv({ store: adapter }), { disconnect: false });
    await store.close();
    expect(adapter.calls).toEqual([]);
  });

  it('gives its entries to the next cache, with tags, and what invalidations have spared', async () => {
    const map = new Map();
    const first = await openCache(new Keyv({ store: map }));
    await first.cache.set('owl', new Date(5), { tags: ['night'] });
    await first.cache.set('wren', new Uint8Array([0, 255]), { tags: ['day'] });
    await first.cache.invalidateTags('night');
    await first.cache.close();
    const { cache } = await openCache(new Keyv({ store: map }));
    expect(await cache.get('owl')).toBeUndefined();
    expect(await cache.get('wren')).toEqual(new Uint8Array([0, 255]));
    await cache.invalidateTags('day');
    expect(await cache.get('wren')).toBeUndefined();
  });
});

describe('an adapter that cannot list its keys', () => {
  it('is cleared as a whole where one cache uses it', async () => {
    const adapter = memoryAdapter();
    const { store, put } = await openStore(plainAdapter(adapter));
    await put(owl);
    await store.clear();
    expect(adapter.keys()).toEqual([]);
  });

  it('refuses to be cleared for one of several caches, and says what to do', async () => {
    const adapter = memoryAdapter();
    const factory = keyvStore(plainAdapter(adapter));
    const [store] = ['a', 'b'].map((namespace) => factory.create({ namespace, clock: new FakeClock() }));
    await store?.open();
    await expect(store?.clear()).rejects.toThrow(/give each cache a Keyv of its own/);
    expect(adapter.calls).toEqual([]);
  });

  it('has no rows to take a snapshot of, and says so', async () => {
    const { store } = await openStore(plainAdapter());
    await expect(store.rows()).rejects.toMatchObject({ code: 'bad_option' });
  });
});

describe('what is damaged', () => {
  it.each([['"no row"'], ['{"value":"nh1{}\\nx"}'], ['{"value":"nh1{broken\\nx"}'], ['{"value":5}']])(
    'is an error that names the key: %s',
    async (text) => {
      const map = new Map([['#5:birds:e:owl', text]]);
      const { store } = await openStore(map);
      await expect(store.get('owl')).rejects.toMatchObject({
        code: 'bad_value',
        message: expect.stringContaining('"owl"'),
      });
    },
  );

  it('is loaded anew by the cache, and does not open the breaker', async () => {
    const map = new Map([['#7:default:e:owl', '{"value":"damaged"}']]);
    const { cache, events } = await openCache(map);
    expect(await cache.getOrLoad('owl', async () => 'new')).toBe('new');
    expect(events.map(({ type }) => type)).toContain('store_failed');
    await cache.close();
    const next = await openCache(map);
    expect(await next.cache.get('owl')).toBe('new');
  });

  it('among invalidations is an error', async () => {
    const { store } = await openStore(new Map([['#5:birds:i', '{"value":"[[7,1,2]]"}']]));
    await expect(store.invalidations()).rejects.toMatchObject({ code: 'bad_value' });
  });
});

it('refuses what is no store, and a role that there is not', () => {
  expect(() => keyvStore({} as KeyvStoreSource)).toThrow(/^store must be a Keyv, .*, got an object$/);
  expect(() => keyvStore(new Map(), { role: 'tier' as 'cache' })).toThrow(
    /^role must be 'cache' or 'record'/,
  );
});

it('remembers invalidations that are made at the same time', async () => {
  const { store } = await openStore(new Keyv());
  const tags = Array.from(
    { length: 20 },
    (_, at) => ({ scope: 'tag', name: `${at}`, version: at + 1 }) as const,
  );
  await Promise.all(tags.map((tag) => store.invalidate([tag])));
  expect(await store.invalidations()).toEqual(tags);
});
