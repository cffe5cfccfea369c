import { createCache, type CacheOptions, MapStore } from 'nuthatch/engine';
import { FakeClock, FaultyStore, LocalTier } from 'nuthatch/testing';
import { CacheWatch } from './cache-watch.js';

/** A watched cache over a store that fails when it is told to. */
async function open(showsErrors = true, options: CacheOptions<number> = {}) {
  const store = new FaultyStore(new MapStore());
  const cache = await createCache<number>({ clock: new FakeClock(), store, ...options });
  const watch = new CacheWatch('birds', showsErrors);
  const look = () =>
    watch.look(cache.health(), cache.metrics()).map(({ level, text }) => `${level}: ${text}`);
  return { cache, store, watch, look };
}

describe('the watch over a cache', () => {
  it('says at the start what the cache is made of', async () => {
    const { cache, watch } = await open(true, { maxItems: 50, eviction: 'lfu', writePolicy: 'writeBack' });
    expect(watch.begin(cache.info())).toEqual({
      level: 'log',
      text: 'cache "birds": lfu, at most 50 entries; writeBack to FaultyStore (role cache), durability memory',
    });
    const plain = await createCache({
      maxItems: 50,
      maxBytes: 1000,
      eviction: 'lru',
      clock: new FakeClock(),
    });
    expect(watch.begin(plain.info()).text).toBe(
      'cache "birds": lru, at most 50 entries and 1000 bytes; no store',
    );
    await plain.close();
    const shared = await createCache({ maxItems: 50, eviction: 'lru', sharedTier: new LocalTier() });
    expect(watch.begin(shared.info()).text).toBe(
      'cache "birds": lru, at most 50 entries; no store, shared tier LocalTier',
    );
    await shared.close();
  });

  it('has nothing to say while all is well', async () => {
    const { cache, look } = await open();
    await cache.set('owl', 1);
    await cache.get('emu');
    expect([look(), look()]).toEqual([[], []]);
  });

  it('says once that a problem has begun, and once that the cache is well again', async () => {
    const { cache, store, look } = await open();
    store.failNext('get', 1, new Error('no route'));
    await cache.get('owl');
    expect(look()).toEqual([
      expect.stringMatching(
        /^warn: cache "birds" is degraded: the last call on the store failed; see whether.*no route$/,
      ),
      'warn: cache "birds": 1 failures of the store that no caller was told of',
    ]);
    expect(look()).toEqual([]);
    await cache.get('owl');
    expect([look(), look()]).toEqual([['log: cache "birds" is well again'], []]);
  });

  it('says so when it gets worse', async () => {
    const { cache, store, look } = await open();
    store.failAlways('get');
    await cache.get('owl');
    expect(look()[0]).toContain('the last call on the store failed');
    for (let read = 0; read < 8; read++) await cache.get('owl');
    expect(look()[0]).toContain('the store is down');
  });

  it('says how often something failed where no caller is told, since it looked last', async () => {
    const { cache, look } = await open();
    cache.addHook({
      onSet: () => {
        throw new Error('no');
      },
    });
    await cache.set('owl', 1);
    await cache.set('owl', 2);
    await cache.getOrLoad('emu', () => Promise.reject(new Error('no emu'))).catch(() => undefined);
    expect(look()).toEqual(['warn: cache "birds": 1 loaders that threw, 2 hooks or observers that threw']);
    expect(look()).toEqual([]);
    await cache.set('owl', 3);
    expect(look()).toEqual(['warn: cache "birds": 1 hooks or observers that threw']);
  });

  it('leaves out what was thrown where keys are not to be written', async () => {
    const { cache, store, look } = await open(false);
    store.failNext('get');
    await cache.get('secret');
    const lines = look().join();
    expect(lines).toContain('is degraded');
    expect(lines).not.toContain('secret');
  });
});
