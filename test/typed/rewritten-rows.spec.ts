import { join } from 'node:path';
import {
  createCache,
  createTypedCache,
  defineCache,
  MapStore,
  type RecordStore,
  richCodec,
  type Row,
  type TypedCache,
} from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { FakeClock, FaultyStore, settle } from 'nuthatch/testing';
import { z } from 'zod';
import { recordEvents } from '../support/caches.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ids = { name: 'birds', key: (id: number) => String(id) } as const;

const Former = defineCache({ ...ids, value: z.object({ label: z.string() }), ttl: '1h' });

const Birds = defineCache({
  ...ids,
  value: z.object({ name: z.string() }),
  version: 2,
  migrate: (old) => ({ name: z.object({ label: z.string() }).parse(old).label }),
  ttl: '5m',
});

const codec = richCodec();

const OLD: Row = {
  key: '1',
  value: codec.encode({ $version: 1, $value: { label: 'owl' } }),
  version: 7,
  tags: ['night'],
  expiresAt: 4_000_000_000_000,
  freshUntil: 3_900_000_000_000,
};

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

type Options = Parameters<typeof createTypedCache<typeof Birds>>[1] & { readonly role?: 'record' | 'cache' };

/** A cache over a store whose rows are old. */
async function open({ role = 'cache', ...options }: Options = {}, keys: readonly string[] = ['1']) {
  const clock = new FakeClock();
  const rows = new Map<string, Row>(keys.map((key) => [key, { ...OLD, key }]));
  const store = new FaultyStore(new MapStore({ role }, rows));
  const birds = await createTypedCache(Birds, { clock, store, ...options });
  opened.push(birds.cache);
  return { birds, clock, rows, store, events: recordEvents(birds.cache) };
}

function stored(rows: ReadonlyMap<string, Row>, key = '1'): unknown {
  const row = rows.get(key);
  return row && codec.decode(row.value);
}

const renewed = { $version: 2, $value: { name: 'owl' } };

describe('a row that was migrated when it was read', () => {
  it.each<[string, (birds: TypedCache<typeof Birds>) => Promise<unknown>]>([
    ['get', (birds) => birds.get(1)],
    ['getMany', async (birds) => (await birds.getMany([1])).get(1)],
    ['getOrLoad', (birds) => birds.getOrLoad(1, () => Promise.reject(new Error('no')))],
    ['getManyOrLoad', async (birds) => (await birds.getManyOrLoad([1], () => [])).get(1)],
  ])('by %s is stored in the form of today, and nothing else about it changes', async (_method, read) => {
    const { birds, rows, store, events } = await open();
    expect(await read(birds)).toEqual({ name: 'owl' });
    await settle();
    expect(stored(rows)).toEqual(renewed);
    expect({ ...rows.get('1'), value: OLD.value }).toEqual(OLD);
    await read(birds);
    await settle();
    expect(store.calls('apply')).toBe(1);
    const { sets, custom } = birds.cache.metrics();
    expect([sets, custom['values_migrated']]).toEqual([0, 1]);
    expect(events.some(({ type }) => type === 'entry_set')).toBe(false);
  });

  it('is not migrated again by the next program, in SQLite', async () => {
    const store = sqlite({ file: join(await temporaryFolder(), 'birds.db') });
    const former = await createTypedCache(Former, { store });
    await former.set(1, { label: 'owl' }, { tags: ['night'] });
    await former.cache.close();
    const counts: unknown[] = [];
    for (let start = 0; start < 2; start++) {
      const birds = await createTypedCache(Birds, { store });
      expect(await birds.get(1)).toEqual({ name: 'owl' });
      await birds.cache.close();
      counts.push(birds.cache.metrics().custom['values_migrated']);
    }
    expect(counts).toEqual([1, 0]);
    const untyped = await createCache({ name: 'birds', store });
    opened.push(untyped);
    expect(await untyped.get('1')).toEqual(renewed);
    await untyped.invalidateTags('night');
    expect(await untyped.get('1')).toBeUndefined();
  });

  it('is written once, however many read it, and one row after the other', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => String(n));
    const { birds, rows, store } = await open({}, keys);
    const release = store.hold('apply');
    await Promise.all([birds.getMany(keys.map(Number)), birds.get(1), birds.get(1)]);
    await settle();
    expect(store.calls('apply')).toBe(1);
    release();
    await settle();
    expect(keys.map((key) => stored(rows, key))).toEqual(keys.map(() => renewed));
    expect([store.calls('apply'), store.calls('getMany')]).toEqual([50, 51]);
  });

  it.each(['writeThrough', 'writeAround', 'writeBack'] as const)(
    'is renewed under %s',
    async (writePolicy) => {
      const { birds, rows } = await open({ writePolicy });
      await birds.get(1);
      await settle();
      await birds.cache.flush();
      expect([stored(rows), birds.peek(1)]).toEqual([renewed, { name: 'owl' }]);
    },
  );

  it('leaves alone what depends on it', async () => {
    const { birds } = await open();
    await birds.set(2, { name: 'wren' });
    birds.cache.addDependency('1', '2');
    await birds.get(1);
    await settle();
    expect(await birds.get(2)).toEqual({ name: 'wren' });
  });
});

describe('what happens while an old row is being renewed', () => {
  /** The reader is served, and the renewal waits for the store to answer its look at the row. */
  async function renewing() {
    const all = await open();
    const { birds, store } = all;
    // A reader of one key asks for it by get.
    const release = store.hold('getMany');
    await birds.get(1);
    await settle();
    expect([store.calls('getMany'), store.calls('apply')]).toEqual([1, 0]);
    return { ...all, finish: async () => (release(), settle()) };
  }

  /** The same, held up where it writes. */
  async function writing() {
    const all = await open();
    const release = all.store.hold('apply');
    await all.birds.get(1);
    await settle();
    expect(all.store.calls('apply')).toBe(1);
    return { ...all, finish: async () => (release(), settle()) };
  }

  it.each([
    ['looks', renewing],
    ['writes', writing],
  ])('a set that comes while it %s is what is there', async (_when, begin) => {
    const { birds, rows, finish } = await begin();
    const setting = birds.set(1, { name: 'new' });
    await finish();
    await setting;
    await settle();
    expect([stored(rows), await birds.get(1)]).toEqual([{ $version: 2, $value: { name: 'new' } }, { name: 'new' }]); // prettier-ignore
  });

  it('a set that was under way when the row was read is not followed by an older one', async () => {
    const { birds, rows, store } = await open();
    const release = store.hold('apply');
    const setting = birds.set(1, { name: 'new' });
    expect(await birds.get(1)).toEqual({ name: 'owl' });
    release();
    await setting;
    await settle();
    expect(stored(rows)).toEqual({ $version: 2, $value: { name: 'new' } });
    expect(store.calls('apply')).toBe(1);
  });

  it('what another process has written meanwhile stays', async () => {
    const { birds, rows, store } = await open({}, ['1', '2']);
    const release = store.hold('apply');
    await birds.getMany([1, 2]);
    await settle();
    const theirs = {
      ...OLD,
      key: '2',
      version: 9,
      value: codec.encode({ $version: 2, $value: { name: 'new' } }),
    };
    rows.set('2', theirs);
    release();
    await settle();
    expect([stored(rows), rows.get('2'), store.calls('apply')]).toEqual([renewed, theirs, 1]);
  });

  it('a delete deletes', async () => {
    const { birds, rows, finish } = await renewing();
    const deleting = birds.delete(1);
    await finish();
    await deleting;
    expect([rows.has('1'), await birds.get(1)]).toEqual([false, undefined]);
  });

  it.each([
    ['looks', renewing],
    ['writes', writing],
  ])('an invalidation that comes while it %s is not undone', async (_when, begin) => {
    const { birds, rows, finish } = await begin();
    const invalidating = birds.invalidateTags('night');
    await finish();
    await invalidating;
    await settle();
    expect(await birds.get(1)).toBeUndefined();
    expect((rows.get('1') ?? OLD).version).toBe(OLD.version);
  });
});

describe('an old row that is not renewed', () => {
  it('where the store refuses it: its reader has the value, and an event tells', async () => {
    const { birds, rows, store, events } = await open();
    store.failNext('apply', 1, new Error('read-only'));
    expect(await birds.get(1)).toEqual({ name: 'owl' });
    await settle();
    const failures = events.filter((event) => event.type === 'store_failed');
    expect(failures.map(({ error }) => error.message)).toEqual([
      expect.stringMatching(/failed to write "1": read-only/),
    ]);
    expect([rows.get('1'), birds.peek(1)]).toEqual([OLD, { name: 'owl' }]);
  });

  it('is tried again when it is next read from the store, not before', async () => {
    const { birds, rows, store } = await open({ maxItems: 1 });
    store.failNext('apply');
    await birds.get(1);
    await settle();
    await birds.get(1);
    await settle();
    expect(store.calls('apply')).toBe(1);
    birds.cache.resize({ maxItems: 2 });
    await birds.cache.set('9', { name: 'jay' });
    await birds.cache.set('8', { name: 'tit' });
    expect(birds.peek(1)).toBeUndefined();
    await birds.get(1);
    await settle();
    expect(stored(rows)).toEqual(renewed);
  });

  it('while the store is down: it is not asked for every one of them', async () => {
    const keys = Array.from({ length: 100 }, (_, n) => String(n));
    const { birds, store, events } = await open({}, keys);
    const release = store.hold('apply');
    await birds.getMany(keys.map(Number));
    await settle();
    store.failAlways('apply');
    store.failAlways('getMany');
    release();
    await settle();
    const told = events.filter(({ type }) => type === 'store_failed').length;
    expect([told > 0, told < 50, events.some(({ type }) => type === 'tier_degraded')]).toEqual([true, true, true]); // prettier-ignore
    store.heal();
  });

  it('is one of the user: a store of the role record keeps its rows as they are', async () => {
    const { birds, rows, store } = await open({ role: 'record' });
    expect(await birds.get(1)).toEqual({ name: 'owl' });
    await settle();
    expect([rows.get('1'), store.calls('apply')]).toEqual([OLD, 0]);
  });

  it('nor is a record that has no form to renew', async () => {
    const writes: unknown[] = [];
    const database: RecordStore<{ name: string }> = {
      load: async () => ({ name: 'owl' }),
      write: async (changes) => void writes.push(changes),
    };
    const { birds } = await open({ store: database });
    expect(await birds.get(1)).toEqual({ name: 'owl' });
    await settle();
    expect(writes).toEqual([]);
  });

  it('where nobody has read its value: explain looks and changes nothing', async () => {
    const { birds, rows } = await open();
    await birds.cache.explain('1');
    await settle();
    expect(rows.get('1')).toEqual(OLD);
  });

  it('where a value was put in its place: it is not looked at', async () => {
    const { birds, store } = await open();
    await birds.cache.explain('1');
    await birds.set(1, { name: 'new' });
    await birds.get(1);
    await settle();
    expect([store.calls('getMany'), store.calls('apply')]).toEqual([0, 1]);
  });

  it('once the cache is closed', async () => {
    const keys = ['1', '2', '3'];
    const { birds, rows, store } = await open({}, keys);
    const release = store.hold('apply');
    await birds.getMany([1, 2, 3]);
    await settle();
    const closing = birds.cache.close();
    release();
    await closing;
    await settle();
    expect([store.calls('getMany'), store.calls('apply')]).toEqual([2, 1]);
    expect(keys.map((key) => stored(rows, key))).toEqual([renewed, codec.decode(OLD.value), codec.decode(OLD.value)]); // prettier-ignore
  });
});
