import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import { openCache as open, openStored, recordEvents } from '../../../test/support/caches.js';

describe('info', () => {
  it('says what a cache in memory is made of', async () => {
    const { cache } = await open({ name: 'birds', maxItems: 5, ttl: '1m', eviction: 'lfu', weigh: () => 7 });
    await cache.set('owl', 1);
    expect(cache.info()).toMatchObject({
      name: 'birds',
      items: 1,
      maxItems: 5,
      bytes: 7,
      ttlMs: 60_000,
      eviction: { strategy: 'lfu' },
      writePolicy: undefined,
      store: undefined,
      codec: 'rich',
      isolate: 'none',
    });
  });

  it('says what a store is', async () => {
    const { cache } = await openStored({ role: 'record', writePolicy: 'writeAround', codec: 'json' });
    expect(cache.info()).toMatchObject({
      writePolicy: 'writeAround',
      store: { name: 'FaultyStore', role: 'record' },
      codec: 'json',
      ttlMs: Infinity,
    });
  });

  it('says what is shared, and of no store where the cache has none of its own', async () => {
    const clock = new FakeClock();
    const tier = new LocalTier(clock);
    const { cache } = await open({ clock, sharedTier: tier });
    const { cache: told } = await open({ clock, bus: tier.bus });
    const { cache: stored } = await openStored({ clock, sharedTier: tier });
    expect(cache.info()).toMatchObject({ store: undefined, sharedTier: 'LocalTier' });
    expect(told.info()).toMatchObject({ store: undefined, sharedTier: undefined, bus: 'LocalBus' });
    expect(stored.info()).toMatchObject({ store: { name: 'FaultyStore' }, sharedTier: 'LocalTier' });
    const named = [cache, told, stored].map((one) => one.health().store?.name);
    expect(named).toEqual(['LocalTier', 'LocalBus', 'FaultyStore']);
  });
});

describe('metrics', () => {
  it('count every read as a hit or a miss', async () => {
    const { cache } = await openStored({ maxItems: 3, writePolicy: 'writeBack' });
    let reads = 0;
    for (let round = 0; round < 200; round++) {
      const key = `bird ${(round * 7) % 11}`;
      if (round % 4 === 0) await cache.set(key, round);
      if (round % 9 === 0) await cache.delete(key);
      if (round % 31 === 0) await cache.flush();
      await cache.get(key);
      const many = await cache.getMany(['bird 1', 'bird 2', key]);
      await cache.getOrLoad(key, () => 0);
      reads += 2 + new Set(['bird 1', 'bird 2', key]).size;
      expect(many).toBeInstanceOf(Map);
    }
    const { hits, misses } = cache.metrics();
    expect([hits + misses, hits > 0, misses > 0]).toEqual([reads, true, true]);
  });

  it('count what is done, entry by entry', async () => {
    const { cache, clock } = await open({ maxItems: 2, weigh: () => 10, eviction: 'lru' });
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    await cache.set('jay', 4, { ttl: '1m' });
    await cache.deleteMany(['wren', 'emu']);
    clock.advance('2m');
    expect(cache.metrics()).toMatchObject({
      sets: 4,
      deletes: 2,
      evictions: 1,
      expirations: 1,
      current_items: 0,
      total_bytes: 0,
    });
  });

  it('weigh what memory holds', async () => {
    const { cache } = await open({ maxBytes: 100, weigh: () => 40 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    expect(cache.metrics()).toMatchObject({ current_items: 2, total_bytes: 80, evictions: 1 });
  });

  it('time loads, the store and flushes', async () => {
    const { cache, clock, store } = await openStored({ writePolicy: 'writeBack' });
    await cache.getOrLoad('owl', async () => void clock.advance(30));
    const release = store.hold('apply');
    const flushing = cache.flush();
    clock.advance(50);
    release();
    await flushing;
    const { load, flush, store: stored } = cache.metrics().latencies;
    expect([load.count, load.max, flush.count, flush.max]).toEqual([1, 30, 1, 50]);
    expect(stored.count).toBeGreaterThan(0);
  });

  it('time nothing where metrics is false, and count all the same', async () => {
    const { cache, clock } = await open({ metrics: false });
    await cache.getOrLoad('owl', async () => void clock.advance(30));
    const { loads, misses, latencies } = cache.metrics();
    expect([loads, misses, latencies.load]).toEqual([1, 1, { count: 0, p50: 0, p95: 0, p99: 0, max: 0 }]);
  });

  it('show counters of the user, and none by a name that is taken', async () => {
    const { cache } = await open();
    const counter = cache.addCounter('owls');
    counter.add();
    counter.add(2);
    expect([counter.value, cache.metrics().custom]).toEqual([3, { owls: 3 }]);
    for (const name of ['owls', 'hits'])
      expect(() => cache.addCounter(name)).toThrow(expect.objectContaining({ code: 'bad_option' }));
  });

  it('answer numbers that no longer change', async () => {
    const { cache } = await open();
    const before = cache.metrics();
    await cache.get('owl');
    expect(before.misses).toBe(0);
  });
});

describe('metrics_updated', () => {
  function updatesOf(events: readonly { readonly type: string }[]): number {
    return events.filter(({ type }) => type === 'metrics_updated').length;
  }

  it('comes at most once per interval, however much happens', async () => {
    const { cache, clock } = await open({ metricsIntervalMs: 1000 });
    const events = recordEvents(cache);
    for (let step = 0; step < 100; step++) {
      await cache.set('owl', step);
      clock.advance(50);
    }
    expect(updatesOf(events)).toBe(5);
    expect(events.findLast(({ type }) => type === 'metrics_updated')).toMatchObject({
      metrics: { sets: 100, current_items: 1 },
    });
  });

  it('does not come when nothing has happened since', async () => {
    const { cache, clock } = await open();
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    clock.advance('1h');
    expect(updatesOf(events)).toBe(1);
  });

  it('costs no timer while nobody listens', async () => {
    const { cache, clock } = await open({ ttlResolutionMs: 0 });
    await cache.set('owl', 1);
    await cache.get('owl');
    expect(clock.timers).toBe(0);
  });
});

describe('health', () => {
  it('is up, and down once the cache is closed', async () => {
    const { cache } = await open();
    expect(cache.health()).toEqual({
      status: 'up',
      items: 0,
      dirtyWritesPending: 0,
      problem: undefined,
      problems: [],
      hitRatio: undefined,
      memory: { items: 0, maxItems: 1000, bytes: 0, maxBytes: 64 * 1024 ** 2, usedShare: 0 },
      store: undefined,
    });
    await cache.close();
    expect(cache.health().status).toBe('down');
  });

  it('is degraded after a flush that failed, and up again after a good one', async () => {
    const { cache, store } = await openStored({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    store.failNext('apply', 1, new Error('disk full'));
    await cache.flush().catch(() => undefined);
    expect(cache.health()).toMatchObject({
      status: 'degraded',
      dirtyWritesPending: 1,
      problem: expect.stringContaining('disk full'),
    });
    await cache.flush();
    expect(cache.health()).toMatchObject({ status: 'up', dirtyWritesPending: 0 });
  });

  it('stays degraded while writes cannot be flushed, though reads work', async () => {
    const { cache, store } = await openStored({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    store.failNext('apply');
    await cache.flush().catch(() => undefined);
    await cache.get('wren');
    expect(cache.health().status).toBe('degraded');
  });

  it('is degraded after a read that failed, and up again after a good one', async () => {
    const { cache, store } = await openStored();
    store.failNext('get');
    await cache.get('owl');
    expect(cache.health().status).toBe('degraded');
    await cache.get('owl');
    expect(cache.health().status).toBe('up');
  });

  it('is degraded after a write that was refused', async () => {
    const { cache, store } = await openStored();
    store.failNext('apply');
    await cache.set('owl', 1).catch(() => undefined);
    expect(cache.health().status).toBe('degraded');
  });

  it('is up again when what could not be flushed has been cleared', async () => {
    const { cache, store } = await openStored({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    store.failNext('apply');
    await cache.flush().catch(() => undefined);
    await cache.clear();
    expect(cache.health().status).toBe('up');
  });
});

describe('health in numbers', () => {
  it('tells the share of reads that found a value, and how full memory is by the bound that is nearer', async () => {
    const { cache } = await open<number>({ maxItems: 4, maxBytes: 100, weigh: () => 40 });
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    for (const key of ['owl', 'owl', 'wren', 'emu']) await cache.get(key);
    expect(cache.health()).toMatchObject({
      hitRatio: 0.75,
      memory: { items: 2, maxItems: 4, bytes: 80, maxBytes: 100, usedShare: 0.8 },
    });
  });

  it('tells of a store that is down, for how long, and what waits for it', async () => {
    const { cache, store, clock } = await openStored({ writePolicy: 'writeBack' });
    expect(cache.health().store).toMatchObject({ state: 'up', deadLetters: 0, oldestPendingMs: 0 });
    for (const method of ['get', 'apply'] as const) store.failAlways(method);
    await cache.get('emu');
    expect(cache.health().store).toMatchObject({ state: 'failing' });
    for (let read = 0; read < 8; read++) await cache.get('emu');
    await cache.set('owl', 1);
    clock.advance(500);
    const { store: found, problems, problem } = cache.health();
    expect(found).toMatchObject({ state: 'down', oldestPendingMs: 500, journalDepth: 0 });
    expect(problems).toMatchObject([{ kind: 'store_down', forMs: 500 }]);
    expect(problem).toMatch(/tried again by itself.*: the backing store failed to read "emu"/);
  });

  it('gives advice that names no key', async () => {
    const { cache, store } = await openStored();
    store.failNext('get');
    await cache.get('secret');
    expect(cache.health().problems).toMatchObject([{ error: expect.stringContaining('secret') }]);
    expect(cache.health().problems[0]?.advice).not.toContain('secret');
  });
});

describe('the histograms', () => {
  it('count calls by how long they took, whether or not they failed', async () => {
    const { cache, clock } = await open<number>();
    const load = cache.getOrLoad('owl', async () => {
      clock.advance(30);
      return 1;
    });
    await load;
    const failing = cache.getOrLoad('emu', async () => {
      clock.advance(250);
      throw new Error('no emu');
    });
    await expect(failing).rejects.toThrow('no emu');
    const { load: loads, store } = cache.latencyBuckets();
    expect([loads.count, loads.sumMs, store.count]).toEqual([2, 280, 0]);
    const counts = new Map(loads.buckets.map(({ atMostMs, count }) => [atMostMs, count]));
    expect([25, 50, 100, 250].map((bound) => counts.get(bound))).toEqual([0, 1, 1, 2]);
  });
});

describe('clear', () => {
  it('says whether the store was reached', async () => {
    const plain = await open();
    const stored = await openStored();
    const events = [recordEvents(plain.cache), recordEvents(stored.cache)];
    await Promise.all([plain.cache.clear(), stored.cache.clear()]);
    expect(events.flat()).toEqual([
      { type: 'cleared', store: false, cache: 'default' },
      { type: 'cleared', store: true, cache: 'default' },
    ]);
  });

  it('comes between the writes that were called before it and after it', async () => {
    const { cache, store, rows } = await openStored();
    const release = store.hold('apply');
    const all = [cache.set('owl', 1), cache.clear(), cache.set('wren', 2)];
    await settle();
    release();
    await Promise.all(all);
    expect([[...rows.keys()], [...cache.keys()]]).toEqual([['wren'], ['wren']]);
  });
});
