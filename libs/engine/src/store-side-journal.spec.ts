import { FakeClock, settle } from 'nuthatch/testing';
import { openStored, type StoredOptions } from '../../../test/support/caches.js';
import { JournalDisk } from '../../../test/support/fake-journal.js';
import {
  type Cache,
  createCache,
  MapStore,
  type Row,
  seededRandom,
  type WritePolicy,
  writePolicies,
  type WritePolicyName,
} from './index.js';

/** A cache with a journal over a disk and a store, or its rows, that outlive it. */
function open(
  disk: JournalDisk,
  place: Map<string, Row> | MapStore,
  writePolicy: WritePolicyName,
): Promise<Cache> {
  const store = place instanceof MapStore ? place : new MapStore({}, place);
  return createCache({ clock: new FakeClock(), store, writePolicy, writeBack: { journal: disk } });
}

function openJournalled(disk: JournalDisk, options: StoredOptions<unknown> = {}) {
  const { writeBack, ...others } = options;
  return openStored({ writePolicy: 'writeBack', writeBack: { journal: disk, ...writeBack }, ...others });
}

describe('a cache with a journal', () => {
  it('gives writes after a restart larger versions than those that it finds', async () => {
    const disk = new JournalDisk();
    const rows = new Map<string, Row>();
    const first = await open(disk, rows, 'writeBack');
    await first.set('owl', 1);
    expect(first.info().durability).toBe('journal');
    expect(first.metrics()).toMatchObject({ journal_depth: 1, journal_bytes: 100, dirty_writes_pending: 1 });
    const [left] = disk.records.values();
    const version = left?.operation.type === 'set' ? left.operation.row.version : 0;
    expect(version).toBeGreaterThan(0);
    disk.crash();
    // A wall clock that was set back since.
    const clock = new FakeClock(Date.UTC(2020, 0, 1));
    const second = await createCache({
      clock,
      store: new MapStore({}, rows),
      writePolicy: 'writeBack',
      writeBack: { journal: disk },
    });
    await second.set('owl', 2);
    await second.flush();
    expect(rows.get('owl')?.version).toBeGreaterThan(version);
    expect(await second.get('owl')).toBe(2);
    await second.close();
  });

  it.each(['writeThrough', 'writeAround'] as const)(
    'stores what an earlier process has left before %s begins',
    async (writePolicy) => {
      const disk = new JournalDisk();
      const rows = new Map<string, Row>();
      await (await open(disk, rows, 'writeBack')).set('owl', 1);
      disk.crash();
      const cache = await open(disk, rows, writePolicy);
      expect([rows.has('owl'), disk.keys(), disk.owner]).toEqual([true, [], undefined]);
      await cache.set('owl', 2);
      expect(disk.keys()).toEqual([]);
      await cache.close();
    },
  );

  it('stores what is left also where it is to be in memory only from now on', async () => {
    const disk = new JournalDisk();
    const rows = new Map<string, Row>();
    await (await open(disk, rows, 'writeBack')).set('owl', 1);
    disk.crash();
    const cache = await createCache({
      clock: new FakeClock(),
      store: new MapStore({}, rows),
      writePolicy: 'writeBack',
      writeBack: { journal: disk, durability: 'memory' },
    });
    expect(rows.has('owl')).toBe(true);
    await cache.set('wren', 2);
    expect([disk.keys(), cache.metrics().dirty_writes_pending]).toEqual([[], 1]);
    expect(cache.info().durability).toBe('memory');
    await cache.swapWritePolicy('writeThrough');
    expect(cache.info().durability).toBeUndefined();
    await cache.close();
  });

  it.each<readonly [string, (cache: Cache) => Promise<void>, readonly string[]]>([
    ['a clear', (cache) => cache.clear(), []],
    ['an invalidation', (cache) => cache.invalidateTags('night'), ['wren']],
    ['a restore', async (cache) => cache.restore(await (await openStored()).cache.snapshot()), []],
  ])('brings nothing back after %s and a crash', async (_what, remove, left) => {
    const disk = new JournalDisk();
    disk.isLazy = true;
    const store = new MapStore();
    const cache = await open(disk, store, 'writeBack');
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.set('wren', 2);
    await cache.flush();
    await remove(cache);
    disk.crash();
    const second = await open(disk, store, 'writeBack');
    await second.flush();
    expect([...(await second.getMany(['owl', 'wren'])).keys()]).toEqual(left);
    await second.close();
  });

  it('makes a change memory forgets where the journal refuses it', async () => {
    const disk = new JournalDisk();
    const { cache } = await openJournalled(disk);
    await cache.set('owl', 1);
    await cache.flush();
    disk.refusal = new Error('disk full');
    await expect(cache.set('owl', 2)).rejects.toMatchObject({ cause: new Error('disk full') });
    expect([cache.peek('owl'), await cache.get('owl')]).toEqual([undefined, 1]);
  });

  it('closes the store where the journal cannot be opened', async () => {
    const disk = new JournalDisk();
    disk.damage = new Error('damaged in the middle');
    let isClosed = false;
    class Watched extends MapStore {
      override async close(): Promise<void> {
        isClosed = true;
      }
    }
    const opening = createCache({
      store: new Watched(),
      writePolicy: 'writeBack',
      writeBack: { journal: disk },
    });
    await expect(opening).rejects.toThrow('damaged in the middle');
    expect(isClosed).toBe(true);
  });

  it('reports the troubles of its journal', async () => {
    const disk = new JournalDisk();
    const { cache } = await openJournalled(disk);
    const errors: unknown[] = [];
    cache.events$.subscribe((event) => event.type === 'journal_error' && errors.push(event.error.code));
    disk.observer?.troubled(new Error('a part was put aside'));
    expect([errors, cache.metrics().journal_errors]).toEqual([['journal_unusable'], 1]);
  });

  it('goes back to the old policy where the next one cannot be opened', async () => {
    const disk = new JournalDisk();
    const { cache, stored } = await openJournalled(disk);
    const create = (): WritePolicy =>
      Object.assign(Object.create(null) as WritePolicy, {
        open: () => Promise.reject(new Error('no such disk')),
        close: async () => ({ flushed: 0, left: 0 }),
      });
    await cache.set('owl', 1);
    await expect(cache.swapWritePolicy({ name: 'mine', create })).rejects.toThrow('no such disk');
    await cache.set('wren', 2);
    expect([cache.info().writePolicy, disk.keys()]).toEqual(['writeBack', ['wren']]);
    await cache.flush();
    expect([stored('owl'), stored('wren')]).toEqual([1, 2]);
  });
});

describe('closing', () => {
  it('closes the store also where a policy of the user throws', async () => {
    const create = (): WritePolicy =>
      Object.assign(Object.create(null) as WritePolicy, {
        pendingCount: 3,
        close: () => Promise.reject(new Error('a bug')),
      });
    const { cache, store } = await openStored({ writePolicy: { name: 'mine', create } });
    expect(await cache.close()).toEqual({ flushed: 0, left: 3, error: new Error('a bug') });
    expect(store.calls('close')).toBe(1);
  });

  it.each(['writeThrough', 'writeBack'] as const)(
    'says so where a clear hangs until the deadline: %s',
    async (writePolicy) => {
      const { cache, clock, store } = await openStored({ writePolicy });
      const release = store.hold('clear');
      const clearing = cache.clear();
      const closing = cache.close(3000);
      await clock.advanceAsync('3s');
      await settle();
      await clock.advanceAsync('1s');
      const { error } = await closing;
      expect(error).toBeInstanceOf(Error);
      release();
      await clearing.catch(() => undefined);
    },
  );
});

const SEED = Number(process.env['NUTHATCH_SEED'] ?? 20_261_121);

describe(`500 swaps beside writers and a store that fails one time in five, seed ${SEED}`, () => {
  it('lose and invert nothing', async () => {
    const random = seededRandom(SEED);
    const disk = new JournalDisk();
    const { cache, clock, store, stored } = await openJournalled(disk, { maxItems: 5 });
    const names = Object.keys(writePolicies) as WritePolicyName[];
    const truth = new Map<string, number>();
    let swaps = 0;
    for (let turn = 0; swaps < 500; turn++) {
      if (random.next() < 0.2) store.failNext('apply');
      const writes = Array.from({ length: 3 }, async (_, index) => {
        const key = `bird ${Math.floor(random.next() * 12)}`;
        const value = turn * 10 + index;
        await cache.set(key, value);
        truth.set(key, value);
      });
      const swap = cache.swapWritePolicy(names[turn % names.length] ?? 'writeBack').then(() => swaps++);
      // What is refused leaves the value before, and the policy before.
      await Promise.allSettled([...writes, swap]);
      if (turn % 10 === 0) await clock.advanceAsync('1s');
      const key = `bird ${turn % 12}`;
      expect([turn, key, await cache.get(key)]).toEqual([turn, key, truth.get(key)]);
    }
    store.heal();
    await cache.flush();
    for (const [key, value] of truth) expect([key, stored(key)]).toEqual([key, value]);
    await cache.close();
    expect(disk.keys()).toEqual([]);
  });
});
