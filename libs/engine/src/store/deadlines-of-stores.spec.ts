import { settle, type StoreMethod } from 'nuthatch/testing';
import { openGuarded, outcomeOf, put, removal } from '../../../../test/support/guarded.js';
import type { BackingStore, Row } from './backing-store.js';
import { rowOf } from './repairs.js';

const READ_MS = 2000;
const WRITE_MS = 30_000;

async function open(options: Parameters<typeof openGuarded>[0] = {}) {
  const opened = openGuarded(options);
  await opened.store.open();
  return opened;
}

async function* pagesOf(...pages: readonly (readonly Row[])[]) {
  yield* pages;
}

async function scanned(store: BackingStore): Promise<number> {
  let count = 0;
  for await (const page of store.scan?.() ?? []) count += page.length;
  return count;
}

describe('a call on a store that hangs', () => {
  it.each<[StoreMethod, number, (store: BackingStore) => Promise<unknown>, string]>([
    ['get', READ_MS, (store) => store.get('owl'), 'read "owl" within 2000 ms'],
    ['getMany', READ_MS, (store) => store.getMany(['owl', 'wren']), 'read 2 keys within 2000 ms'],
    ['apply', WRITE_MS, (store) => store.apply([put('owl', 1)]), 'write "owl" within 30000 ms'],
    ['clear', WRITE_MS, (store) => store.clear(), 'clear within 30000 ms'],
    ['invalidate', WRITE_MS, (store) => store.invalidate([]), 'remember 0 invalidations within 30000 ms'],
    ['invalidations', WRITE_MS, (store) => store.invalidations(), 'list its invalidations within 30000 ms'],
    ['rows', WRITE_MS, (store) => store.rows(), 'list its rows within 30000 ms'],
    ['scan', WRITE_MS, scanned, 'scan its rows within 30000 ms'],
    ['replaceAll', WRITE_MS, (store) => store.replaceAll(pagesOf([])), 'replace its rows within 30000 ms'],
  ])('%s holds its caller for %d ms and no longer', async (...sample) => {
    const [method, deadlineMs, call, what] = sample;
    const { store, faulty, clock, told } = await open();
    const release = faulty.hold(method);
    let error: unknown;
    const calling = call(store).catch((thrown: unknown) => {
      error = thrown;
    });
    await settle();
    await clock.advanceAsync(deadlineMs - 1);
    await settle();
    expect(error).toBeUndefined();
    await clock.advanceAsync(1);
    await settle();
    expect(error).toMatchObject({
      code: 'store_timeout',
      message: `the backing store did not ${what}`,
    });
    expect(told).toEqual(['timed out']);
    release();
    await calling;
  });

  it('is refused at its first use within the deadline of opening, and waits for the same opening again', async () => {
    const { store, faulty, clock } = openGuarded();
    const release = faulty.hold('open');
    const reading = outcomeOf(store.get('owl'));
    await clock.advanceAsync(WRITE_MS);
    expect(await reading).toBe('store_timeout');
    const again = outcomeOf(store.get('owl'));
    await settle();
    release();
    expect([await again, faulty.calls('open')]).toEqual(['answered', 1]);
  });

  it('is closed once it is open after all, where nobody waits any more', async () => {
    const { store, faulty, clock } = openGuarded();
    const release = faulty.hold('open');
    const opening = outcomeOf(store.open());
    await clock.advanceAsync(WRITE_MS);
    expect(await opening).toBe('store_timeout');
    const closing = store.close();
    release();
    await closing;
    expect(faulty.calls('close')).toBe(1);
  });

  it('takes deadlines from the options, also none', async () => {
    const { store, faulty, clock } = await open({ timeout: 50, writeTimeout: Infinity });
    const letRead = faulty.hold('get');
    const letWrite = faulty.hold('apply');
    const reading = outcomeOf(store.get('owl'));
    const writing = outcomeOf(store.apply([put('owl', 1)]));
    await clock.advanceAsync(50);
    expect(await reading).toBe('store_timeout');
    await clock.advanceAsync('1h');
    letWrite();
    letRead();
    expect(await writing).toBe('answered');
  });

  it('gives its answer to nobody when it comes late, an error neither', async () => {
    const { store, faulty, clock, told } = await open();
    const release = faulty.hold('get');
    faulty.failNext('get', 1);
    const calls = [outcomeOf(store.get('owl')), outcomeOf(store.get('wren'))];
    await clock.advanceAsync(READ_MS);
    expect(await Promise.all(calls)).toEqual(['store_timeout', 'store_timeout']);
    release();
    await settle();
    expect(told).toEqual(['timed out', 'timed out']);
    expect(await outcomeOf(store.get('owl'))).toBe('answered');
  });

  it('is held for no second deadline at the end of a scan', async () => {
    const { store, faulty, rows, clock } = await open();
    for (let index = 0; index < 1200; index++) {
      const row = rowOf(put(`bird ${index}`, 1));
      if (row !== undefined) rows.set(row.key, row);
    }
    let pages = 0;
    const scanning = outcomeOf(
      (async () => {
        for await (const _ of store.scan?.() ?? []) if (++pages === 2) faulty.hold('scan');
      })(),
    );
    await settle();
    await clock.advanceAsync(WRITE_MS);
    expect([await scanning, pages]).toEqual(['store_timeout', 2]);
  });
});

describe('a long call', () => {
  it('has a deadline for each page that it scans', async () => {
    const { store, rows, clock } = await open();
    for (let index = 0; index < 2400; index++) {
      const row = rowOf(put(`bird ${index}`, 1));
      if (row !== undefined) rows.set(row.key, row);
    }
    let count = 0;
    for await (const page of store.scan?.() ?? []) {
      count += page.length;
      clock.advance(WRITE_MS - 1);
    }
    expect(count).toBe(2400);
  });

  it('replaces all rows however slowly they come', async () => {
    const { store, rows, clock } = await open();
    async function* slowly() {
      for (let version = 1; version <= 5; version++) {
        await clock.advanceAsync('1h');
        const row = rowOf(put(`bird ${version}`, version));
        yield row === undefined ? [] : [row];
      }
    }
    expect(await outcomeOf(store.replaceAll(slowly()))).toBe('answered');
    expect(rows.size).toBe(5);
  });
});

describe('a write that is late', () => {
  it('never lands after a newer one of its key', async () => {
    const { store, hanging, rows, clock } = await open({ role: 'record' });
    const release = hanging.hangNextWrite();
    const first = outcomeOf(store.apply([put('owl', 1)]));
    await clock.advanceAsync(WRITE_MS);
    expect(await first).toBe('store_timeout');
    const second = outcomeOf(store.apply([put('wren', 2), put('owl', 2)]));
    await clock.advanceAsync('10s');
    expect(rows.size).toBe(0);
    release();
    expect(await second).toBe('answered');
    expect(rows.get('owl')?.version).toBe(2);
  });

  it('holds up no other key', async () => {
    const { store, hanging, clock } = await open();
    hanging.hangNextWrite();
    void outcomeOf(store.apply([put('owl', 1)]));
    await clock.advanceAsync(WRITE_MS);
    expect(await outcomeOf(store.apply([put('wren', 2)]))).toBe('answered');
  });

  it.each<[string, (store: BackingStore) => Promise<unknown>]>([
    ['clear', (store) => store.clear()],
    ['replaceAll', (store) => store.replaceAll(pagesOf([]))],
  ])('holds up %s, and that what follows', async (method, change) => {
    const { store, faulty, hanging, clock } = await open();
    const release = hanging.hangNextWrite();
    void outcomeOf(store.apply([put('owl', 1)]));
    await clock.advanceAsync(WRITE_MS);
    const whole = outcomeOf(change(store));
    await settle();
    // It is a name of a method of the store.
    expect(faulty.calls(method as StoreMethod)).toBe(0);
    await clock.advanceAsync(WRITE_MS);
    expect(await whole).toBe('store_timeout');
    release();
    await settle();
    expect(faulty.calls(method as StoreMethod)).toBe(0);
    expect(await outcomeOf(change(store))).toBe('answered');
  });

  it('of everything holds up writes of every key, each for its own deadline', async () => {
    const { store, faulty, clock, rows } = await open({ role: 'record' });
    const release = faulty.hold('clear');
    const clearing = outcomeOf(store.clear());
    await clock.advanceAsync(WRITE_MS);
    expect(await clearing).toBe('store_timeout');
    const first = outcomeOf(store.apply([put('owl', 1)]));
    await clock.advanceAsync(WRITE_MS);
    expect(await first).toBe('store_timeout');
    const second = outcomeOf(store.apply([put('owl', 2)]));
    await settle();
    release();
    expect([await second, rows.get('owl')?.version]).toEqual(['answered', 2]);
  });

  it('is told of when it has ended, where the store is the record: memory may have read what was before', async () => {
    const { store, hanging, clock, told } = await open({ role: 'record' });
    const release = hanging.hangNextWrite();
    void outcomeOf(store.apply([put('owl', 1), removal('wren', 1)]));
    await clock.advanceAsync(WRITE_MS);
    expect(told).toEqual(['timed out']);
    release();
    await settle();
    expect(told).toEqual(['timed out', 'settled late owl,wren']);
  });
});

describe('calls that are never answered', () => {
  it('are a thousand at most: then others are refused at once, until one is answered', async () => {
    const { store, faulty, clock } = await open({ breaker: false });
    const release = faulty.hold('get');
    faulty.failNext('get', 1000);
    const calls = Array.from({ length: 1000 }, (_, index) => outcomeOf(store.get(`bird ${index}`)));
    await clock.advanceAsync(READ_MS);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['store_timeout']));
    await expect(store.get('owl')).rejects.toMatchObject({
      code: 'store_down',
      message:
        'the backing store was not asked to read "owl", since 1000 calls on it are unanswered beyond their deadlines',
    });
    expect(faulty.calls('get')).toBe(1000);
    release();
    await settle();
    expect(await outcomeOf(store.get('owl'))).toBe('answered');
  });
});

it('sets one timer for reads and one for writes, however many calls there are, and none is left when it is closed', async () => {
  const { store, faulty, clock } = await open();
  const release = faulty.hold('get');
  const calls = Array.from({ length: 100 }, () => store.get('owl'));
  await store.apply([put('owl', 1)]);
  expect(clock.timers).toBe(2);
  const closing = store.close();
  release();
  await Promise.all([...calls, closing]);
  expect(clock.timers).toBe(0);
});
