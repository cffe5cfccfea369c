import { settle } from 'nuthatch/testing';
import { microtasks, openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { type Cache, createCache, MapStore, type Snapshot } from '../index.js';

/** Everything that can be seen of a cache with a store. */
async function stateOf(cache: Cache<unknown>, rows?: ReadonlyMap<string, unknown>) {
  const { eviction, writePolicy } = cache.info();
  return { entries: [...cache], eviction, writePolicy, rows: rows && structuredClone([...rows]) };
}

describe('a snapshot', () => {
  it('is deep: later changes of a value do not change it', async () => {
    const { cache } = await open<{ wings: { left: number } }>();
    const owl = { wings: { left: 1 } };
    await cache.set('owl', owl);
    const snapshot = await cache.snapshot();
    owl.wings.left = 2;
    await cache.restore(snapshot);
    expect(await cache.get('owl')).toEqual({ wings: { left: 1 } });
  });

  it('cannot be changed', async () => {
    const { cache } = await openStored();
    await cache.set('owl', 1, { tags: ['night'] });
    const snapshot = await cache.snapshot();
    for (const part of [
      snapshot,
      snapshot.entries,
      snapshot.entries[0],
      snapshot.entries[0]?.tags,
      snapshot.rows?.[0],
    ])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('can be restored many times, also into another cache', async () => {
    const first = await open();
    const second = await open();
    await first.cache.set('owl', 1);
    const snapshot = await first.cache.snapshot();
    for (const { cache } of [first, second, first]) {
      await cache.set('wren', 2);
      await cache.restore(snapshot);
      expect([...cache]).toEqual([['owl', 1]]);
    }
  });

  it('gives entries the lives that they had left', async () => {
    const { cache, clock } = await open();
    await cache.set('owl', 1, { ttl: '10m' });
    await cache.set('wren', 2);
    clock.advance('4m');
    const snapshot = await cache.snapshot();
    clock.advance('1h');
    await cache.restore(snapshot);
    clock.advance('5m');
    expect([cache.peek('owl'), cache.peek('wren')]).toEqual([1, 2]);
    clock.advance('1m');
    expect([cache.peek('owl'), cache.peek('wren')]).toEqual([undefined, 2]);
  });

  it('gives rows the lives that they had left', async () => {
    const { cache, clock } = await openStored({ maxItems: 1 });
    await cache.set('owl', 1, { ttl: '10m' });
    await cache.set('wren', 2);
    clock.advance('4m');
    const snapshot = await cache.snapshot();
    clock.advance('1h');
    await cache.restore(snapshot);
    clock.advance('5m');
    expect(await cache.has('owl')).toBe(true);
    clock.advance('1m');
    expect(await cache.has('owl')).toBe(false);
  });

  it.each(['lru', 'lfu', 'fifo', 'ttl'] as const)('keeps the order of eviction: %s', async (eviction) => {
    const { cache } = await open({ maxItems: 4, eviction });
    for (const [index, key] of ['owl', 'wren', 'jay', 'emu'].entries())
      await cache.set(key, index, { ttl: 60_000 - index });
    for (const key of ['owl', 'owl', 'owl', 'emu', 'jay', 'jay']) await cache.get(key);
    const snapshot = await cache.snapshot();
    const order = snapshot.entries.map(({ key }) => key);
    await cache.clear();
    await cache.restore(snapshot);
    expect((await cache.snapshot()).entries.map(({ key, hits }) => [key, hits])).toEqual(
      snapshot.entries.map(({ key, hits }) => [key, hits]),
    );
    await cache.set('new', 1, { ttl: '1d' });
    await cache.get('new');
    const gone = ['owl', 'wren', 'jay', 'emu'].filter((key) => cache.peek(key) === undefined);
    expect(gone).toEqual(order.slice(0, 1));
  });

  it('keeps uses', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    await cache.get('owl');
    await cache.get('owl');
    await cache.restore(await cache.snapshot());
    expect((await cache.snapshot()).entries[0]?.hits).toBe(2);
  });

  it('keeps tags, of which those invalidated since count no more', async () => {
    const { cache } = await open();
    await cache.set('owl', 1, { tags: ['night'] });
    const snapshot = await cache.snapshot();
    await cache.invalidateTags('night');
    await cache.restore(snapshot);
    expect(cache.peek('owl')).toBe(1);
    await cache.invalidateTags('night');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('leaves out what is invalidated or has expired', async () => {
    const { cache, clock } = await open();
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.set('wren', 1, { ttl: '1m' });
    await cache.set('jay', 1);
    await cache.invalidateTags('night');
    clock.advance('2m');
    expect((await cache.snapshot()).entries.map(({ key }) => key)).toEqual(['jay']);
  });

  it('flushes first, and fails where the flush does', async () => {
    const { cache, store, rows } = await openStored({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    expect((await cache.snapshot()).rows).toHaveLength(1);
    await cache.set('wren', 2);
    store.failNext('apply');
    await expect(cache.snapshot()).rejects.toMatchObject({ code: 'store_failed' });
    expect([rows.size, cache.metrics().dirty_writes_pending]).toEqual([1, 1]);
  });

  it('shows one moment: no write comes in between', async () => {
    const { cache, store } = await openStored();
    await cache.set('owl', 'old');
    const release = store.hold('rows');
    const taking = cache.snapshot();
    const setting = cache.setMany(Object.entries({ owl: 'new', wren: 'new' }));
    await settle();
    release();
    const [snapshot] = await Promise.all([taking, setting]);
    expect([snapshot.entries.length, snapshot.rows?.length]).toEqual([1, 1]);
  });

  it('says what cannot be stored in it', async () => {
    const { cache } = await open();
    await cache.set('owl', () => 'hoot');
    await expect(cache.snapshot()).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining('the value of "owl" cannot be stored'),
    });
  });

  it('is told in events, taken and restored', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    const events = recordEvents(cache);
    await cache.restore(await cache.snapshot());
    expect(events).toEqual([
      { type: 'snapshot_taken', entries: 1, cache: 'default' },
      { type: 'snapshot_restored', entries: 1, cache: 'default' },
    ]);
  });
});

describe('a restore', () => {
  it('puts everything back, and takes away what came later', async () => {
    const { cache, rows } = await openStored({ writePolicy: 'writeBack', maxItems: 2 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    const snapshot = await cache.snapshot();
    await cache.delete('owl');
    await cache.set('wren', 'changed');
    await cache.set('emu', 'new');
    await cache.restore(snapshot);
    expect([...rows.keys()].toSorted()).toEqual(['jay', 'owl', 'wren']);
    const found = await cache.getMany(['owl', 'wren', 'jay', 'emu']);
    expect(found).toEqual(new Map(Object.entries({ owl: 1, wren: 2, jay: 3 })));
    await cache.flush();
    expect(rows.has('emu')).toBe(false);
  });

  it('puts strategy and policy in charge that were', async () => {
    const { cache } = await openStored({ writePolicy: 'writeBack', eviction: 'lfu' });
    const snapshot = await cache.snapshot();
    cache.swapEviction('fifo');
    await cache.swapWritePolicy('writeAround');
    await cache.restore(snapshot);
    expect(cache.info()).toMatchObject({ eviction: { strategy: 'lfu' }, writePolicy: 'writeBack' });
  });

  it('leaves those in charge whose names it does not know', async () => {
    const { cache } = await open({ eviction: 'fifo' });
    const own = await createCache({
      eviction: { name: 'mine', create: (await import('../index.js')).evictionStrategies.lru.create },
    });
    const snapshot = await own.snapshot();
    await own.close();
    await cache.restore(snapshot);
    expect(cache.info().eviction.strategy).toBe('fifo');
  });

  it('keeps counting where it was', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    const snapshot = await cache.snapshot();
    await cache.get('owl');
    await cache.restore(snapshot);
    expect(cache.metrics()).toMatchObject({ hits: 1, sets: 1, current_items: 1 });
  });

  it.each(['no store', 'a store'])(
    'does not take back what is written after it was called, with %s',
    async (kind) => {
      for (let moment = 0; moment < 12; moment++) {
        const { cache } = kind === 'no store' ? await open() : await openStored();
        const snapshot = await cache.snapshot();
        const restoring = cache.restore(snapshot);
        await microtasks(moment);
        await cache.set('owl', moment);
        await restoring;
        expect(await cache.get('owl')).toBe(moment);
      }
    },
  );

  it('evicts what does not fit into a smaller cache', async () => {
    const large = await open();
    const small = await open({ maxItems: 2, eviction: 'lru' });
    await large.cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    await small.cache.restore(await large.cache.snapshot());
    expect([...small.cache.keys()]).toEqual(['wren', 'jay']);
  });
});

describe('a restore that is refused changes nothing', () => {
  type Change = (snapshot: Snapshot) => unknown;
  const wrong: Record<string, [change: Change, message: RegExp]> = {
    'a changed value': [(good) => ({ ...good, entries: good.entries.map((entry) => ({ ...entry, value: '[2]' })) }), /checksum/], // prettier-ignore
    'a changed row': [(good) => ({ ...good, rows: good.rows?.map((row) => ({ ...row, key: 'mallory' })) }), /checksum/], // prettier-ignore
    'an entry less': [(good) => ({ ...good, entries: [] }), /checksum/],
    'a longer life': [(good) => ({ ...good, entries: good.entries.map((entry) => ({ ...entry, remainingMs: 1e12 })) }), /checksum/], // prettier-ignore
    'another strategy': [(good) => ({ ...good, eviction: 'fifo' }), /checksum/],
    'another checksum': [(good) => ({ ...good, checksum: good.checksum + 1 }), /checksum/],
    'another format': [(good) => ({ ...good, format: 2 }), /its format is 2, this version reads 1/],
    'no format': [() => ({}), /format/],
    nothing: [() => undefined, /format/],
    null: [() => null, /format/],
    'a text': [() => 'snapshot', /format/],
    'no entries': [({ format, checksum }) => ({ format, checksum }), /./],
    'entries that are none': [(good) => ({ ...good, entries: [null] }), /./],
    'rows that are none': [(good) => ({ ...good, rows: 7 }), /./],
  };

  it.each(Object.keys(wrong))('%s', async (name) => {
    const { cache, rows } = await openStored<unknown>({ writePolicy: 'writeBack' });
    await cache.set('owl', 1, { ttl: '1h' });
    const [change, message] = wrong[name] ?? [];
    const bad = change?.(await cache.snapshot());
    await cache.set('wren', 2);
    await cache.flush();
    const before = await stateOf(cache, rows);
    // What comes from outside has no type that anybody checked.
    await expect(cache.restore(bad as Snapshot)).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringMatching(message ?? /./),
    });
    expect(await stateOf(cache, rows)).toEqual(before);
  });

  it('a snapshot of another codec', async () => {
    const [json, rich] = [await open({ codec: 'json' }), await open()];
    await rich.cache.set('owl', 1);
    await expect(rich.cache.restore(await json.cache.snapshot())).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining('were written by the json codec, this cache reads rich'),
    });
    expect(rich.cache.peek('owl')).toBe(1);
  });

  it('a snapshot with rows where there is no store, and the other way round', async () => {
    const [plain, stored] = [await open(), await openStored()];
    for (const [from, to] of [
      [plain, stored],
      [stored, plain],
    ] as const) {
      await to.cache.set('owl', 1);
      await expect(to.cache.restore(await from.cache.snapshot())).rejects.toMatchObject({
        code: 'bad_snapshot',
      });
      expect(to.cache.peek('owl')).toBe(1);
    }
  });

  it('a store that refuses', async () => {
    const { cache, store, rows } = await openStored({ writePolicy: 'writeBack' });
    const snapshot = await cache.snapshot();
    await cache.set('owl', 1);
    await cache.flush();
    cache.swapEviction('lfu');
    const before = await stateOf(cache, rows);
    store.failNext('replaceAll');
    await expect(cache.restore(snapshot)).rejects.toMatchObject({ code: 'store_failed' });
    expect(await stateOf(cache, rows)).toEqual(before);
  });

  it('a store that cannot replace its rows', async () => {
    class Fixed extends MapStore {
      override readonly capabilities = { replaceAll: false };
    }
    const { cache } = await open({ store: new Fixed({ role: 'record' }) });
    await cache.set('owl', 1);
    const snapshot = await cache.snapshot();
    await cache.set('owl', 2);
    await expect(cache.restore(snapshot)).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining('cannot replace'),
    });
    expect(await cache.get('owl')).toBe(2);
  });

  it('pending writes that cannot be flushed', async () => {
    const { cache, store } = await openStored({ writePolicy: 'writeBack' });
    const snapshot = await cache.snapshot();
    await cache.set('owl', 1);
    store.failNext('apply');
    await expect(cache.restore(snapshot)).rejects.toMatchObject({ code: 'store_failed' });
    expect([await cache.get('owl'), cache.metrics().dirty_writes_pending]).toEqual([1, 1]);
  });
});
