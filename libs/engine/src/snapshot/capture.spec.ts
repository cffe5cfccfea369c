import { settle } from 'nuthatch/testing';
import { MapStore, type Row } from '../index.js';
import { held, openCache as open, openStored } from '../../../../test/support/caches.js';

describe('taking a snapshot', () => {
  it('lets the event loop have its turn again and again, and shows the moment of the call', async () => {
    const { cache } = await open<string>({ maxItems: 20_000, maxBytes: '1gb' });
    for (let n = 0; n < 5000; n++) await cache.set(`k${n}`, 'old'.repeat(100));
    let turns = 0;
    let isOver = false;
    const taking = cache.snapshot().finally(() => (isOver = true));
    while (!isOver) {
      await settle();
      turns++;
      await cache.set(`k${turns}`, 'new');
      await cache.delete(`k${4999 - turns}`);
      await cache.set(`new ${turns}`, 'new');
    }
    const { entries } = await taking;
    expect(turns).toBeGreaterThan(5);
    expect(entries).toHaveLength(5000);
    expect(entries.filter(({ value }) => String(value).includes('new'))).toEqual([]);
  });

  /** Rows as they stood when the first was asked for, one a page, each in a turn of its own. */
  class PagedStore extends MapStore {
    override async *scan(): AsyncGenerator<readonly Row[]> {
      for (const row of await this.rows()) {
        yield [row];
        await settle();
      }
    }
  }

  async function paged() {
    const { cache } = await open<string>({ store: new PagedStore(), maxItems: 100 });
    await cache.setMany(Object.entries({ owl: 'old', wren: 'old', jay: 'old' }), { tags: ['night'] });
    return { cache };
  }

  it('lets writes go on while the rows of the store are read', async () => {
    const { cache } = await paged();
    let isOver = false;
    const taking = cache.snapshot().finally(() => (isOver = true));
    await cache.set('jay', 'new');
    await cache.set('emu', 'new');
    expect(isOver).toBe(false);
    const { entries, rows } = await taking;
    for (const records of [entries, rows])
      expect(records?.map(({ key, value }) => [key, value])).toEqual(
        ['owl', 'wren', 'jay'].map((key) => [key, '["old"]']),
      );
  });

  it('shows the moment after which writes go on, however long the entries take', async () => {
    const { cache } = await open<string>({ store: 'map', maxItems: 5000, maxBytes: '1gb' });
    await cache.setMany(Array.from({ length: 2000 }, (_, n) => [`k${n}`, 'old'.repeat(500)]));
    const taking = cache.snapshot();
    await cache.set('k1999', 'new');
    const { rows } = await taking;
    expect(rows?.find(({ key }) => key === 'k1999')?.value).toContain('old');
  });

  it('does not count what is invalidated after it began', async () => {
    const { cache } = await paged();
    const taking = cache.snapshot();
    await settle();
    await cache.invalidateTags('night');
    const { entries, rows } = await taking;
    expect([entries.length, rows?.length]).toEqual([3, 3]);
    expect(await cache.get('owl')).toBeUndefined();
    await cache.restore(await taking);
    expect(await cache.get('owl')).toBe('old');
  });

  it('has what was loaded in memory and in the rows, once it is stored', async () => {
    const { cache } = await openStored<number>();
    await cache.getOrLoad('owl', () => 1);
    await settle();
    const { entries, rows } = await cache.snapshot();
    expect([entries, rows].map((records) => records?.map(({ key }) => key))).toEqual([['owl'], ['owl']]);
  });

  it('lets go of the store where a value cannot be written', async () => {
    const { cache, store } = await openStored<unknown>({ codec: 'json' });
    await cache.set('owl', { wings: 2 });
    const owl = (await cache.get('owl')) as { wings: unknown };
    owl.wings = () => 'changed by reference';
    await expect(cache.snapshot()).rejects.toMatchObject({ code: 'bad_value' });
    expect(store.calls('scan')).toBe(1);
    owl.wings = 2;
    expect((await cache.snapshot()).rows).toHaveLength(1);
  });
});

describe('restoring a large snapshot', () => {
  async function large() {
    const { cache, clock } = await open<string>({ maxItems: 5000, maxBytes: '1gb', eviction: 'lru' });
    await cache.set('owl', 'snapshot');
    for (let n = 0; n < 4999; n++) await cache.set(`k${n}`, 'x'.repeat(200));
    const snapshot = await cache.snapshot();
    await cache.clear();
    return { cache, clock, snapshot };
  }

  it('keeps no result of a load that was under way', async () => {
    const { cache, snapshot } = await large();
    const load = held<string>();
    const loading = cache.getOrLoad('owl', () => load.promise);
    await settle();
    const restoring = cache.restore(snapshot);
    load.resolve('read before');
    expect(await loading).toBe('read before');
    await restoring;
    expect(cache.peek('owl')).toBe('snapshot');
  });

  it('makes room for what is written meanwhile, and shows nothing old', async () => {
    const { cache, snapshot } = await large();
    await cache.set('old', 'old');
    let isOver = false;
    const restoring = cache.restore(snapshot).finally(() => (isOver = true));
    await cache.set('new', 'new');
    await cache.delete('k4000');
    let seen = 0;
    while (!isOver) {
      await settle();
      if (cache.peek('k1') !== undefined) expect(cache.peek('old')).toBeUndefined();
      seen++;
    }
    await restoring;
    expect(seen).toBeGreaterThan(3);
    expect(['new', 'k4000', 'k4998', 'old'].map((key) => cache.peek(key)?.[0])).toEqual(['n', undefined, 'x', undefined]); // prettier-ignore
    expect(cache.metrics().evictions).toBe(0);
  });

  it('stops where the cache is closed without waiting for it', async () => {
    const { cache, clock, snapshot } = await large();
    const restoring = cache.restore(snapshot);
    const refusal = restoring.catch((error: unknown) => error);
    const closing = cache.close(1);
    clock.advance(1);
    await closing;
    expect(await refusal).toMatchObject({ code: 'closed' });
    expect(cache.size).toBe(0);
  });
});
