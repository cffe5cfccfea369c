import { settle } from 'nuthatch/testing';
import { openGuarded, outcomeOf, put, removal } from '../../../../test/support/guarded.js';
import { CacheError, unstorableValue } from '../kernel/errors.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { BackingStore, Operation } from './backing-store.js';

const DOWN = 'degraded the backing store failed to read "probe": get was told to fail';
const night: Invalidation = { scope: 'tag', name: 'night', version: 50 };

async function open(options: Parameters<typeof openGuarded>[0] = {}) {
  const opened = openGuarded(options);
  await opened.store.open();
  const { faulty, store, rows } = opened;
  /** Every method fails, and the breaker has noticed. */
  const fall = async (): Promise<void> => {
    for (const method of ['get', 'getMany', 'apply', 'clear', 'invalidate'] as const)
      faulty.failAlways(method);
    for (let count = 0; count < 5; count++) await outcomeOf(store.get('probe'));
  };
  /** A write that takes too long, and is not made in the end. */
  const miss = async (...operations: readonly Operation[]): Promise<void> => {
    faulty.failNext('apply');
    const release = faulty.hold('apply');
    const writing = outcomeOf(store.apply(operations));
    await settle();
    await opened.clock.advanceAsync('30s');
    expect(await writing).toBe('store_timeout');
    release();
    await settle();
  };
  const versions = (): [string, number][] => Array.from(rows.values(), ({ key, version }) => [key, version]);
  return { ...opened, fall, miss, versions };
}

async function versionsIn(pages: AsyncIterable<readonly { key: string; version: number }[]>) {
  const versions: [string, number][] = [];
  for await (const page of pages) for (const { key, version } of page) versions.push([key, version]);
  return versions;
}

describe('a store that is down', () => {
  it('is not asked: reads and writes are refused at once', async () => {
    const { store, faulty, told, fall } = await open();
    await fall();
    told.length = 0;
    const calls = faulty.calls('get');
    const outcomes = [store.get('owl'), store.getMany(['owl']), store.apply([put('owl', 1)]), store.rows()];
    expect(await Promise.all(outcomes.map(outcomeOf))).toEqual(Array(4).fill('store_down'));
    expect([faulty.calls('get'), told]).toEqual([calls, Array(4).fill('rejected')]);
    expect(store.isDown).toBe(true);
    await expect(store.get('wren')).rejects.toThrow(
      /^the backing store was not asked to read "wren", since it is down \(the backing store failed to read "probe": get was told to fail\); it is tried again in \d+ ms$/,
    );
  });

  it('is noticed by calls that take too long, and by reads that are slow', async () => {
    const { store, faulty, clock, told } = await open({ breaker: { slowCall: '500ms' } });
    const release = faulty.hold('get');
    const reads = Array.from({ length: 5 }, () => store.get('owl'));
    clock.advance('600ms');
    release();
    await Promise.all(reads);
    expect(told).toEqual(['degraded the backing store took 600 ms to read "owl"']);
    const other = await open();
    other.faulty.hold('get');
    const hung = Array.from({ length: 5 }, () => outcomeOf(other.store.get('owl')));
    await other.clock.advanceAsync('2s');
    expect(new Set(await Promise.all(hung))).toEqual(new Set(['store_timeout']));
    expect(other.told).toContain('degraded the backing store did not read "owl" within 2000 ms');
    expect(await outcomeOf(other.store.get('owl'))).toBe('store_down');
  });

  it('is not suspected for what the caller got wrong', async () => {
    const { store, faulty, told } = await open();
    faulty.failAlways('apply', unstorableValue('owl', 'json', new Error('a cycle')));
    for (let version = 0; version < 30; version++)
      expect(await outcomeOf(store.apply([put('owl', version)]))).toBe('bad_value');
    expect([told, store.repairs]).toEqual([[], 0]);
  });

  it('is told of once, and again when it is back', async () => {
    const { store, faulty, clock, told, fall } = await open();
    await fall();
    for (let round = 0; round < 5; round++) {
      await clock.advanceAsync('1m');
      await outcomeOf(store.get('owl'));
    }
    const since = clock.now();
    faulty.heal();
    await clock.advanceAsync('1m');
    expect(await outcomeOf(store.get('owl'))).toBe('answered');
    await settle();
    expect(told.filter((what) => what !== 'rejected')).toEqual([DOWN, `recovered ${since + 60_000} 0`]);
  });

  it('is never taken to be down without a breaker', async () => {
    const { store, faulty, told } = await open({ breaker: false });
    faulty.failAlways('get');
    for (let count = 0; count < 50; count++) expect(await outcomeOf(store.get('owl'))).toBe('store_failed');
    expect(told).toEqual([]);
  });
});

describe('a write that is refused', () => {
  it('leaves what was there before, where the store works otherwise', async () => {
    const { store, faulty, clock } = await open();
    await store.apply([put('owl', 1)]);
    faulty.failNext('apply');
    expect(await outcomeOf(store.apply([put('owl', 2)]))).toBe('store_failed');
    await clock.advanceAsync('1m');
    expect([store.repairs, (await store.get('owl'))?.version]).toEqual([0, 1]);
    for (let count = 0; count < 5; count++) {
      faulty.failNext('get');
      await outcomeOf(store.get('wren'));
    }
    expect(store.repairs).toBe(0);
  });

  it('leaves what was there before also where writes are acknowledged while the store is down', async () => {
    const { store, faulty, clock, versions } = await open({ whenDown: 'memory' });
    await store.apply([put('owl', 1)]);
    faulty.failNext('apply');
    expect(await outcomeOf(store.apply([put('owl', 2)]))).toBe('store_failed');
    expect([store.repairs, (await store.get('owl'))?.version]).toEqual([0, 1]);
    await clock.advanceAsync('1m');
    expect(versions()).toEqual([['owl', 1]]);
  });

  it.each(['get', 'apply'] as const)(
    'leaves nothing that was there before, where the store turns out to be down at the next %s',
    async (method) => {
      const { store, faulty, clock, versions } = await open();
      await store.apply([put('owl', 1), put('wren', 1)]);
      faulty.failAlways('apply');
      faulty.failAlways('get');
      expect(await outcomeOf(store.apply([put('owl', 2)]))).toBe('store_failed');
      for (let version = 3; version < 9; version++)
        await outcomeOf(method === 'get' ? store.get('jay') : store.apply([put('jay', version)]));
      expect(await store.get('owl')).toBeUndefined();
      faulty.heal();
      await clock.advanceAsync('5s');
      await settle();
      expect([versions(), store.repairs]).toEqual([[['wren', 1]], 0]);
    },
  );

  it('leaves nothing that was there before, where it is itself what shows that the store is down', async () => {
    const { store, faulty, rows } = await open({ breaker: { calls: 2 } });
    await store.apply([put('owl', 1)]);
    faulty.failAlways('get');
    faulty.failAlways('apply');
    await outcomeOf(store.get('wren'));
    expect(await outcomeOf(store.apply([put('owl', 2)]))).toBe('store_failed');
    expect([store.isDown, rows.get('owl')?.version, await store.get('owl')]).toEqual([true, 1, undefined]);
  });

  it('is not absolved by a read that began before', async () => {
    const { store, faulty, clock } = await open();
    await store.apply([put('owl', 1)]);
    const release = faulty.hold('get');
    const reading = store.get('wren');
    clock.advance(1);
    faulty.failAlways('apply');
    await outcomeOf(store.apply([put('owl', 2)]));
    release();
    await reading;
    for (let version = 3; version < 9; version++) await outcomeOf(store.apply([put('jay', version)]));
    expect(await store.get('owl')).toBeUndefined();
  });
});

describe('a write that nobody knows about', () => {
  it('leaves nothing old to be read, before and after the store is back', async () => {
    const { store, clock, rows, miss } = await open();
    await store.apply([put('owl', 1), put('wren', 1)]);
    await miss(put('owl', 2));
    expect([await store.get('owl'), rows.get('owl')?.version]).toEqual([undefined, 1]);
    expect((await store.getMany(['owl', 'wren'])).map(({ key }) => key)).toEqual(['wren']);
    expect((await store.rows()).map(({ key }) => key)).toEqual(['wren']);
    expect(await versionsIn(store.scan?.() ?? fail())).toEqual([['wren', 1]]);
    await clock.advanceAsync('5s');
    expect([[...rows.keys()], store.repairs]).toEqual([['wren'], 0]);
  });

  it('is made up for by a later one that works', async () => {
    const { store, clock, miss, versions } = await open();
    await miss(put('owl', 1));
    await store.apply([put('owl', 2)]);
    expect([store.repairs, (await store.get('owl'))?.version]).toEqual([0, 2]);
    await clock.advanceAsync('1m');
    expect(versions()).toEqual([['owl', 2]]);
  });

  it('leaves the row alone that another process has written since', async () => {
    const { clock, miss, rows, versions } = await open();
    await miss(put('owl', 1));
    rows.set('owl', { key: 'owl', value: '9', expiresAt: undefined, version: 9, tags: [] });
    await clock.advanceAsync('5s');
    expect(versions()).toEqual([['owl', 9]]);
  });

  it('that was late is made up for after it has landed', async () => {
    const { store, hanging, clock, versions } = await open();
    await store.apply([put('owl', 1)]);
    const release = hanging.hangNextWrite();
    const writing = outcomeOf(store.apply([removal('owl', 2)]));
    await clock.advanceAsync('30s');
    expect([await writing, await store.get('owl')]).toEqual(['store_timeout', undefined]);
    await clock.advanceAsync('5m');
    expect([versions(), store.repairs]).toEqual([[['owl', 1]], 1]);
    release();
    await clock.advanceAsync('1m');
    expect([versions(), store.repairs]).toEqual([[], 0]);
  });

  it('is the business of the policy where that has it waiting still', async () => {
    const { store, faulty, clock, rows, told } = await open({ pending: new Set(['owl']) });
    await store.apply([put('owl', 1)]);
    faulty.failAlways('apply');
    for (let version = 2; version < 30; version++)
      expect(await outcomeOf(store.apply([put('owl', version)]))).toBe('store_failed');
    await clock.advanceAsync('1h');
    expect([store.repairs, told, rows.get('owl')?.version]).toEqual([0, [], 1]);
    expect((await store.get('owl'))?.version).toBe(1);
  });

  it('needs no repair in a store of the role record', async () => {
    const { store, faulty, clock, versions } = await open({ role: 'record' });
    await store.apply([put('owl', 1)]);
    faulty.failNext('apply');
    faulty.failNext('invalidate');
    await outcomeOf(store.apply([put('owl', 2)]));
    await outcomeOf(store.invalidate([night]));
    expect([store.repairs, (await store.get('owl'))?.version, clock.timers]).toEqual([0, 1, 2]);
    expect(versions()).toEqual([['owl', 1]]);
  });
});

describe('when a store is back', () => {
  it('the keys of failed writes are deleted, and invalidations come first', async () => {
    const { store, faulty, clock, told, fall, versions } = await open();
    await store.apply([put('owl', 1), put('wren', 1, ['night']), put('jay', 1)]);
    await fall();
    expect(await outcomeOf(store.apply([put('owl', 60)]))).toBe('store_down');
    expect(await outcomeOf(store.invalidate([night]))).toBe('store_down');
    expect([await store.get('owl'), store.repairs]).toEqual([undefined, 2]);
    faulty.heal();
    const order: string[] = [];
    const calls = (): string => `${faulty.calls('invalidate')} ${faulty.calls('apply')}`;
    const before = calls();
    const release = faulty.hold('invalidate');
    await clock.advanceAsync('5s');
    order.push(calls());
    release();
    await settle();
    await settle();
    order.push(calls());
    expect([before, ...order]).toEqual(['0 1', '1 1', '1 2']);
    expect([versions(), store.repairs]).toEqual([[['jay', 1]], 0]);
    expect(await store.invalidations()).toEqual([night]);
    expect(told.at(-1)).toMatch(/^recovered \d+ 2$/);
  });

  it('a call that is let through is enough to begin', async () => {
    const { store, faulty, clock, fall } = await open();
    await store.apply([put('owl', 1)]);
    await fall();
    await outcomeOf(store.apply([removal('owl', 2)]));
    await clock.advanceAsync('10s');
    faulty.heal();
    for (let count = 0; count < 60 && store.repairs > 0; count++) {
      await clock.advanceAsync('1s');
      await outcomeOf(store.get('wren'));
      await settle();
    }
    expect(store.repairs).toBe(0);
  });

  it('more than one batch is made up for, and reads see every repair until it is made', async () => {
    const { store, faulty, clock, rows, fall } = await open({ whenDown: 'memory' });
    await fall();
    for (let index = 0; index < 1200; index++) await store.apply([put(`bird ${index}`, index + 1)]);
    faulty.heal();
    const before = faulty.calls('apply');
    await clock.advanceAsync('5s');
    for (let turn = 0; turn < 20; turn++) {
      expect((await store.get('bird 1199'))?.version).toBe(1200);
      await settle();
    }
    expect([rows.size, store.repairs, faulty.calls('apply') - before]).toEqual([1200, 0, 3]);
  });

  it('a write waits for the repair of its key, and is not overtaken by it', async () => {
    const { store, faulty, hanging, clock, fall, versions } = await open({ whenDown: 'memory' });
    await fall();
    await store.apply([put('owl', 1)]);
    await store.apply([put('wren', 2)]);
    faulty.heal();
    const release = hanging.hangNextWrite();
    await clock.advanceAsync('5s');
    const writing = outcomeOf(store.apply([put('owl', 3)]));
    await settle();
    expect([versions(), (await store.get('owl'))?.version]).toEqual([[], 1]);
    release();
    expect(await writing).toBe('answered');
    expect(versions()).toEqual([['owl', 3], ['wren', 2]]); // prettier-ignore
  });

  it('a repair waits for the write of its key that is under way', async () => {
    const { store, faulty, hanging, clock, miss, versions } = await open();
    await miss(put('owl', 1), put('wren', 1));
    const release = hanging.hangNextWrite();
    const writing = store.apply([put('owl', 2)]);
    const before = faulty.calls('apply');
    await clock.advanceAsync('6s');
    expect([faulty.calls('apply') - before, store.repairs]).toEqual([1, 1]);
    release();
    await writing;
    await clock.advanceAsync('1m');
    expect([versions(), store.repairs]).toEqual([[['owl', 2]], 0]);
  });

  it('what fails again stays to be repaired, and is tried again after a longer pause', async () => {
    const { store, faulty, clock, rows, fall } = await open();
    await store.apply([put('owl', 1)]);
    await fall();
    await outcomeOf(store.apply([put('owl', 2)]));
    await clock.advanceAsync('10m');
    expect(store.repairs).toBe(1);
    // One a minute at most, once the pause has grown.
    const before = faulty.calls('get');
    await clock.advanceAsync('10m');
    expect(faulty.calls('get') - before).toBeLessThanOrEqual(20);
    faulty.heal();
    await clock.advanceAsync('1m');
    expect([store.repairs, rows.size]).toEqual([0, 0]);
  });

  it('what is too much is made up for by one invalidation of all rows that are as old', async () => {
    const { store, faulty, clock, fall } = await open({ maxRepairs: 10 });
    await store.apply([put('old', 1), put('owl', 2)]);
    await fall();
    for (let version = 100; version < 125; version++)
      await outcomeOf(store.apply([removal(`bird ${version}`, version)]));
    expect(store.repairs).toBeLessThanOrEqual(11);
    faulty.heal();
    await clock.advanceAsync('5s');
    await settle();
    const [everything] = await store.invalidations();
    expect(everything).toMatchObject({ scope: 'prefix', name: '' });
    await store.apply([put('new', 200)]);
    expect([await store.get('old'), (await store.get('new'))?.version]).toEqual([undefined, 200]);
  });

  it('a clear or a restore that works makes every repair void', async () => {
    for (const change of [
      (store: BackingStore) => store.clear(),
      (store: BackingStore) => store.replaceAll(noPages()),
    ]) {
      const { store, faulty, miss } = await open();
      faulty.failNext('invalidate');
      await miss(put('owl', 1));
      await outcomeOf(store.invalidate([night]));
      expect(store.repairs).toBe(2);
      await change(store);
      expect(store.repairs).toBe(0);
    }
  });

  it('and is closed, what is left is tried a last time', async () => {
    const { store, faulty, rows, clock, miss } = await open();
    await store.apply([put('owl', 1)]);
    await miss(put('owl', 2));
    await store.close();
    expect([rows.size, faulty.calls('close'), clock.timers]).toEqual([0, 1, 0]);
  });

  it('and is closed, what it refuses then is not tried again', async () => {
    const { store, faulty, clock, miss } = await open();
    await miss(put('owl', 2));
    faulty.failAlways('apply');
    await store.close();
    const before = faulty.calls('apply');
    await clock.advanceAsync('10m');
    expect([store.repairs, faulty.calls('apply') - before, clock.timers]).toEqual([1, 0, 0]);
  });

  it('only after it was closed, nothing is made up for any more', async () => {
    const { store, faulty, clock, fall } = await open();
    await fall();
    faulty.heal();
    await clock.advanceAsync('1m');
    const release = faulty.hold('get');
    const probe = outcomeOf(store.get('wren'));
    expect(await outcomeOf(store.apply([put('owl', 2)]))).toBe('store_down');
    await store.close();
    release();
    expect(await probe).toBe('answered');
    await clock.advanceAsync('10m');
    expect([store.repairs, faulty.calls('apply'), clock.timers]).toEqual([1, 0, 0]);
  });

  it('or not, closing makes no last try where it is known to be down', async () => {
    const { store, faulty, clock, fall } = await open();
    await fall();
    await outcomeOf(store.apply([put('owl', 2)]));
    const before = faulty.calls('get') + faulty.calls('apply');
    await store.close();
    expect([faulty.calls('get') + faulty.calls('apply'), clock.timers]).toEqual([before, 0]);
  });
});

describe('a cache that goes on in memory', () => {
  it('acknowledges writes while the store is down, reads them, and stores the last of each key', async () => {
    const { store, faulty, clock, fall, versions } = await open({ whenDown: 'memory' });
    await store.apply([put('owl', 1), put('wren', 1)]);
    await fall();
    await store.apply([put('owl', 2)]);
    await store.apply([put('owl', 3), removal('wren', 3), put('jay', 3)]);
    expect([(await store.get('owl'))?.version, await store.get('wren')]).toEqual([3, undefined]);
    expect((await store.getMany(['owl', 'wren'])).map(({ version }) => version)).toEqual([3]);
    expect(await outcomeOf(store.getMany(['owl', 'emu']))).toBe('store_down');
    faulty.heal();
    await clock.advanceAsync('5s');
    await settle();
    expect([versions(), store.repairs]).toEqual([
      [
        ['owl', 3],
        ['jay', 3],
      ],
      0,
    ]);
  });

  it('acknowledges invalidations, too', async () => {
    const { store, faulty, clock, fall, versions } = await open({ whenDown: 'memory' });
    await store.apply([put('owl', 1, ['night'])]);
    await fall();
    await store.invalidate([night]);
    faulty.heal();
    await clock.advanceAsync('5s');
    expect([versions(), await store.invalidations()]).toEqual([[], [night]]);
  });

  it('lists what is to be stored beside what is', async () => {
    const { store, faulty, fall, rows } = await open({ whenDown: 'memory' });
    await store.apply([put('owl', 1), put('wren', 1)]);
    await fall();
    await store.apply([put('owl', 2), put('jay', 2)]);
    faulty.heal();
    expect(rows.size).toBe(2);
    // Listings are refused as all else is, until the store is back.
    expect(await outcomeOf(store.rows())).toBe('store_down');
  });

  it.each([[['owl']], [['owl', 'wren']]])(
    'gives up what the store refuses of %j, deletes its key, and says so',
    async (keys) => {
      const { store, faulty, hanging, clock, told, fall, versions } = await open({ whenDown: 'memory' });
      await store.apply([put('owl', 1)]);
      await fall();
      for (const key of keys) await store.apply([put(key, 2)]);
      faulty.heal();
      const { apply } = hanging;
      hanging.apply = async (operations, options) => {
        const isTooLong = operations.some((one) => one.type === 'set' && one.row.key === 'owl');
        if (isTooLong) throw new Error('too long');
        await apply.call(hanging, operations, options);
      };
      await clock.advanceAsync('5s');
      await settle();
      expect(told).toContain(
        'failed store owl the backing store failed to make 1 change that it has missed: too long',
      );
      const left = keys.filter((key) => key !== 'owl').map((key) => [key, 2]);
      expect([versions(), store.repairs, told.at(-1)]).toEqual([
        left,
        0,
        expect.stringContaining('recovered'),
      ]);
    },
  );

  it('gives up nothing where the store takes no writes at all', async () => {
    const { store, faulty, clock, told, fall, versions } = await open({ whenDown: 'memory' });
    await fall();
    await store.apply([put('owl', 2), put('wren', 2)]);
    faulty.heal();
    faulty.failAlways('apply');
    const before = faulty.calls('apply');
    await clock.advanceAsync('20m');
    expect([store.repairs, told.filter((what) => what.startsWith('failed'))]).toEqual([2, []]);
    // Three calls an attempt, and less than three attempts a minute once the pause has grown.
    expect(faulty.calls('apply') - before).toBeLessThan(3 * 60);
    faulty.failAlways('get');
    for (let count = 0; count < 40; count++) await outcomeOf(store.get('jay'));
    expect(await outcomeOf(store.get('jay'))).toBe('store_down');
    expect(told.filter((what) => what.startsWith('degraded'))).toHaveLength(1);
    faulty.heal();
    await clock.advanceAsync('1m');
    expect(versions()).toEqual([['owl', 2], ['wren', 2]]); // prettier-ignore
  });

  it('does not acknowledge what a policy would take for stored, and forget', async () => {
    const { store, fall } = await open({ whenDown: 'memory', pending: new Set() });
    await fall();
    expect(await outcomeOf(store.apply([put('owl', 1)]))).toBe('store_down');
  });
});

async function* noPages(): AsyncGenerator<never> {}

function fail(): never {
  throw new CacheError('bad_value', 'there is a scan');
}
