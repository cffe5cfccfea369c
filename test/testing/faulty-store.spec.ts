import { createCache, MapStore, type Row } from 'nuthatch/engine';
import { FakeClock, FaultyStore, settle } from 'nuthatch/testing';

const owl: Row = { key: 'owl', value: '"owl"', version: 1, tags: [], expiresAt: undefined };

function open() {
  const rows = new Map<string, Row>();
  return { rows, store: new FaultyStore(new MapStore({}, rows)), clock: new FakeClock() };
}

describe('a faulty store', () => {
  it('drops what it is told to: a write is acknowledged and gone, a read finds nothing', async () => {
    const { store, rows } = open();
    store.dropNext('apply');
    await store.apply([{ type: 'set', row: owl }]);
    expect(rows.size).toBe(0);
    await store.apply([{ type: 'set', row: owl }]);
    store.dropNext('get', 2);
    expect([await store.get('owl'), await store.get('owl'), await store.get('owl')]).toEqual([
      undefined,
      undefined,
      owl,
    ]);
    for (const method of ['getMany', 'rows', 'invalidations', 'scan'] as const) store.dropNext(method);
    expect([await store.getMany(['owl']), await store.rows(), await store.invalidations()]).toEqual([
      [],
      [],
      [],
    ]);
    for await (const page of store.scan?.() ?? []) expect(page).toEqual([]);
    expect(store.calls('get')).toBe(3);
  });

  it('loses an answer: the write is made, and says that it failed', async () => {
    const { store, rows } = open();
    store.loseNext('apply');
    await expect(store.apply([{ type: 'set', row: owl }])).rejects.toThrow('the answer to apply was lost');
    expect(rows.has('owl')).toBe(true);
    await store.apply([{ type: 'delete', key: 'owl', version: 2 }]);
    expect(rows.has('owl')).toBe(false);
  });

  it('lags as long as it is told to, until it is healed', async () => {
    const { store, clock } = open();
    store.lag('get', '2s', clock);
    const answers: unknown[] = [];
    const read = (): void => void store.get('owl').then((row) => answers.push(row ?? 'none'));
    read();
    await clock.advanceAsync('1s');
    expect(answers).toEqual([]);
    await clock.advanceAsync('1s');
    await settle();
    expect(answers).toEqual(['none']);
    store.heal();
    read();
    await settle();
    expect([answers.length, clock.timers]).toEqual([2, 0]);
  });

  it('makes a cache give up a read that lags longer than its deadline', async () => {
    const { store, clock } = open();
    const cache = await createCache({ store, clock, resilience: { timeout: '100ms' } });
    store.lag('get', '1h', clock);
    const read = cache.getOrLoad('owl', () => 'loaded');
    await clock.advanceAsync('1s');
    expect(await read).toBe('loaded');
    store.heal();
    const closing = cache.close();
    await clock.advanceAsync('2h');
    await closing;
  });

  it('loses nothing any longer once it is healed', async () => {
    const { store, rows } = open();
    store.dropNext('apply', 5);
    store.loseNext('apply', 5);
    store.failAlways('apply');
    store.heal();
    await store.apply([{ type: 'set', row: owl }]);
    expect(rows.has('owl')).toBe(true);
  });
});
