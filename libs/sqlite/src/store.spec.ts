import Database from 'better-sqlite3';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackingStore, MapStore, type Operation, type Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { sqlite, type SqliteOptions } from './index.js';

// What every backing store promises is tested in test/contracts/backing-store.contract.spec.ts.

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-store-'));
let file: string;

/** A file for each test, so that one that fails is not in the way of the next. */
beforeEach(() => {
  file = join(mkdtempSync(join(folder, 'test-')), 'cache.db');
});

afterEach(audit);
afterAll(() => rmSync(folder, { recursive: true }));

async function open(options: Partial<SqliteOptions> = {}, namespace = 'birds') {
  const clock = new FakeClock();
  const store = sqlite({ file, ...options }).create({ namespace, clock });
  await store.open();
  const put = (...rows: readonly Row[]) => store.apply(rows.map((each) => ({ type: 'set', row: each })));
  const keys = async () => Array.from(await store.rows(), ({ key }) => key).sort();
  return { store, clock, put, keys };
}

function row(key: string, rest: Partial<Row> = {}): Row {
  return { key, value: `"${key}"`, expiresAt: undefined, version: 1, tags: [], ...rest };
}

async function* pagesOf(...pages: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* pages;
}

/** Rows of versions 1, 2, 3 ... */
function written(...keys: readonly string[]): Row[] {
  return keys.map((key, index) => row(key, { version: index + 1 }));
}

/** A row that the driver cannot bind, as only a caller without types can make. */
const unbindable = row('emu', { value: { not: 'encoded' } as unknown as string });

/** What SQLite says of the file, and whether totals and tags are what the rows say. */
function audit(): void {
  const database = new Database(file);
  const ask = (sql: string) => database.prepare(sql).pluck().all();
  expect(ask('PRAGMA integrity_check')).toEqual(['ok']);
  expect(ask('PRAGMA foreign_key_check')).toEqual([]);
  const hasTotals = ask(`SELECT 1 FROM sqlite_schema WHERE name = 'entry_added'`).length > 0;
  const wrongTotals = `SELECT name FROM namespace n WHERE row_count <> (SELECT count(*) FROM entry WHERE namespace = n.id)
    OR byte_count <> (SELECT coalesce(sum(byte_count), 0) FROM entry WHERE namespace = n.id)`;
  if (hasTotals) expect(ask(wrongTotals)).toEqual([]);
  const tagBytes = `(SELECT coalesce(sum(octet_length(value)), 0) FROM json_each(tags))`;
  const wrongBytes = `byte_count <> octet_length(key) + octet_length(value) + ${tagBytes}`;
  expect(ask(`SELECT key FROM entry WHERE ${wrongBytes}`)).toEqual([]);
  const tagged = `SELECT DISTINCT e.namespace, j.value, e.id FROM entry e, json_each(e.tags) j`;
  expect(ask(`SELECT count(*) FROM (${tagged} EXCEPT SELECT * FROM tagged)`)).toEqual([0]);
  expect(ask(`SELECT count(*) FROM (SELECT * FROM tagged EXCEPT ${tagged})`)).toEqual([0]);
  database.close();
}

describe('atomicity', () => {
  it('applies nothing of operations of which one fails', async () => {
    const { store, put } = await open();
    await put(row('owl', { tags: ['night'] }));
    const operations: Operation[] = [
      { type: 'delete', key: 'owl', version: 2 },
      { type: 'set', row: row('wren') },
      { type: 'set', row: unbindable },
    ];
    await expect(store.apply(operations)).rejects.toThrow();
    expect(await store.rows()).toEqual([row('owl', { tags: ['night'] })]);
    await store.close();
  });

  it('replaces all rows or none', async () => {
    const { store, put, keys } = await open();
    await put(row('owl'), row('wren'));
    await expect(store.replaceAll(pagesOf([row('jay'), unbindable, row('tit')]))).rejects.toThrow();
    expect(await keys()).toEqual(['owl', 'wren']);
    await store.replaceAll(pagesOf([row('jay')]));
    expect(await keys()).toEqual(['jay']);
    await store.close();
  });

  it('goes on after a failure', async () => {
    const { store, put, keys } = await open();
    await Promise.allSettled([put(unbindable), put(row('owl')), put(unbindable), put(row('wren'))]);
    expect(await keys()).toEqual(['owl', 'wren']);
    await store.close();
  });

  it('writes in the order in which it was told', async () => {
    const { store, put } = await open();
    await Promise.all([
      put(row('owl')),
      store.clear(),
      put(row('wren')),
      store.invalidate([]),
      put(row('wren', { value: '2' })),
    ]);
    expect(await store.rows()).toEqual([row('wren', { value: '2' })]);
    await store.close();
  });
});

describe('names', () => {
  it('are never part of SQL', async () => {
    const schema = `SELECT sql FROM sqlite_schema`;
    const { store, put } = await open();
    await put(row('owl', { tags: ['night'] }));
    await store.clear();
    const before = new Database(file).prepare(schema).all();
    for (const name of [`'); DROP TABLE entry; --`, `" OR 1=1`, '?1', ':a', '%', '_']) {
      await put(row(name, { tags: [name] }));
      await store.invalidate([{ scope: 'tag', name, version: 1 }]);
    }
    expect(new Database(file).prepare(schema).all()).toEqual(before);
    expect(await store.rows()).toEqual([]);
    await store.close();
  });

  it.each<[string, Row]>([
    ['key', row('\ud800')],
    ['tag', row('owl', { tags: ['night', '\udc00'] })],
    ['value', row('owl', { value: 'a\ud800' })],
  ])('that are no Unicode are refused rather than changed: a %s', async (what, bad) => {
    const { store, put } = await open();
    await expect(put(bad)).rejects.toThrow(`a ${what} with half of a surrogate pair`);
    await store.close();
  });

  it('that are no Unicode are not taken for others', async () => {
    const { store, put, keys } = await open();
    await put(row('\ufffd', { tags: ['\ufffd'] }));
    expect(await store.get('\ud800')).toBeUndefined();
    expect(await store.getMany(['\ud800'])).toEqual([]);
    await store.apply([{ type: 'delete', key: '\ud800', version: 2 }]);
    await store.invalidate([
      { scope: 'tag', name: '\ud800', version: 2 },
      { scope: 'prefix', name: '\ud800', version: 2 },
      { scope: 'pattern', name: '\ud800*', version: 2 },
    ]);
    expect(await keys()).toEqual(['\ufffd']);
    await expect(open({}, '\ud800')).rejects.toMatchObject({ code: 'bad_option' });
    await store.close();
  });
});

describe('limits', () => {
  it('of rows drop what was written longest ago, in the same write', async () => {
    const { store, put, keys } = await open({ maxRows: 3 });
    await put(...written('a', 'b', 'c'));
    await put(row('a', { version: 4 }), row('d', { version: 5 }));
    expect(await keys()).toEqual(['a', 'c', 'd']);
    await store.close();
  });

  it('of bytes count keys, values and tags', async () => {
    const { store, put, keys } = await open({ maxBytes: 30 });
    const heavy = (key: string, version: number) =>
      row(key, { version, value: new Uint8Array(7), tags: ['ab'] });
    await put(heavy('a', 1), heavy('b', 2), heavy('c', 3));
    expect(await keys()).toEqual(['a', 'b', 'c']);
    await put(row('d', { version: 4, value: 'é'.repeat(5) }));
    expect(await keys()).toEqual(['c', 'd']);
    await store.close();
  });

  it('keep the others when a row is too heavy by itself, and drop what it replaces', async () => {
    const { store, put, keys } = await open({ maxBytes: 20 });
    await put(...written('a', 'b'));
    await put(row('a', { version: 3, value: 'x'.repeat(20) }));
    expect(await keys()).toEqual(['b']);
    await store.close();
  });

  it('hold for replaceAll, and for what was there before they were set', async () => {
    const unlimited = await open();
    await unlimited.store.replaceAll(pagesOf(written('a', 'b', 'c', 'd')));
    await unlimited.store.close();
    const { store, put, keys } = await open({ maxRows: 2 });
    await put(row('e', { version: 5 }));
    expect(await keys()).toEqual(['d', 'e']);
    await store.replaceAll(pagesOf(written('x', 'y', 'z')));
    expect(await keys()).toEqual(['y', 'z']);
    await store.close();
  });

  it('are those of each cache', async () => {
    const birds = await open({ maxRows: 1 });
    const fish = await open({ maxRows: 1 }, 'fish');
    await birds.put(...written('owl', 'wren'));
    await fish.put(row('cod'));
    expect([await birds.keys(), await fish.keys()]).toEqual([['wren'], ['cod']]);
    await Promise.all([birds.store.close(), fish.store.close()]);
  });
});

describe('what a file without limits and tags need not have', () => {
  const parts = () =>
    new Database(file)
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger' OR name = 'entry_by_age' ORDER BY name`)
      .pluck()
      .all();

  it('is made by the first store with limits, for what is there, and kept true by stores without', async () => {
    const plain = await open();
    await plain.put(...written('a', 'b', 'c'));
    expect(parts()).toEqual([]);
    const limited = await open({ maxRows: 3 }, 'fish');
    expect(parts()).toEqual(['entry_added', 'entry_by_age', 'entry_removed', 'entry_weighed']);
    await plain.put(row('a', { value: 'longer', version: 4 }), row('d'));
    await limited.put(...written('w', 'x', 'y', 'z'));
    expect([await plain.keys(), await limited.keys()]).toEqual([
      ['a', 'b', 'c', 'd'],
      ['x', 'y', 'z'],
    ]);
    await Promise.all([plain.store.close(), limited.store.close()]);
  });

  it('is made by the first row with a tag, also after a write with a tag that failed', async () => {
    const { store, put, keys } = await open();
    await put(row('wren'));
    await expect(put(row('owl', { tags: ['night'] }), unbindable)).rejects.toThrow();
    expect(parts()).toEqual([]);
    await put(row('owl', { tags: ['night'] }));
    expect(parts()).toEqual(['tags_added', 'tags_changed', 'tags_removed']);
    await put(row('owl'), row('jay', { tags: ['night'] }));
    await store.invalidate([{ scope: 'tag', name: 'night', version: 1 }]);
    expect(await keys()).toEqual(['owl', 'wren']);
    await store.close();
  });
});

describe('expiry', () => {
  it('removes what has expired with the next write, and nothing else', async () => {
    const { store, clock, put, keys } = await open();
    const at = (ms: number) => clock.wallNow() + ms;
    await put(
      row('soon', { expiresAt: at(1000), tags: ['a'] }),
      row('late', { expiresAt: at(1001) }),
      row('never'),
    );
    clock.advance(1000);
    await put(row('owl'));
    expect(await keys()).toEqual(['late', 'never', 'owl']);
    await store.close();
  });

  it('removes a mass of expired rows in small batches', async () => {
    const { store, clock, put, keys } = await open();
    const old = Array.from({ length: 250 }, (_, n) => row(`old ${n}`, { expiresAt: clock.wallNow() + 1 }));
    await store.replaceAll(pagesOf(old));
    clock.advance(1);
    const left: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      await put(row('owl'));
      left.push((await keys()).length - 1);
    }
    expect(left).toEqual([150, 50, 0]);
    await store.close();
  });

  it('removes nothing of another namespace, whatever the clock of a cache says', async () => {
    const birds = await open();
    const fish = await open({}, 'fish');
    await birds.put(row('owl', { expiresAt: birds.clock.wallNow() + 1000 }));
    fish.clock.advance('1d');
    await fish.put(row('cod', { expiresAt: fish.clock.wallNow() }));
    expect([await birds.keys(), await fish.keys()]).toEqual([['owl'], []]);
    await Promise.all([birds.store.close(), fish.store.close()]);
  });

  it('removes nothing from a record', async () => {
    const { store, clock, put, keys } = await open({ role: 'record' });
    await put(row('owl', { expiresAt: clock.wallNow() }));
    await put(row('wren'));
    expect(await keys()).toEqual(['owl', 'wren']);
    await store.close();
  });
});

it.each([{}, { maxRows: 1000 }])(
  'does what a map would do, whatever the order, and its books balance: %j',
  async (limits) => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const time = fc.option(fc.integer({ min: 10 ** 13, max: 2 * 10 ** 13 }), { nil: undefined });
    const rows = fc.record({
      key: name,
      value: fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 5 })),
      version: fc.constantFrom(1, 2, 3),
      tags: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(name, { maxLength: 3 })),
      expiresAt: time,
      freshUntil: time,
    });
    const operation = fc.oneof(
      { weight: 5, arbitrary: rows.map((each): Operation => ({ type: 'set', row: each })) },
      name.map((key): Operation => ({ type: 'delete', key, version: 2 })),
    );
    const act = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.array(operation, { maxLength: 13 }), fc.boolean()) },
      name.map((tag) => tag),
      fc.constant(undefined),
    );
    type Act = [Operation[], boolean] | string | undefined;
    const perform = (store: BackingStore, each: Act) => {
      if (each === undefined) return store.clear();
      if (typeof each === 'string') return store.invalidate([{ scope: 'tag', name: each, version: 2 }]);
      return store.apply(each[0], { onlyNewer: each[1] });
    };
    const byKey = async (store: BackingStore) =>
      new Map(
        Array.from(await store.rows(), (each) => [
          each.key,
          { ...each, value: typeof each.value === 'string' ? each.value : [...each.value] },
        ]),
      );
    const sameAsMap = fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
      const [{ store }, model] = [await open(limits), new MapStore()];
      await store.clear();
      for (const each of acts) await Promise.all([perform(store, each), perform(model, each)]);
      expect(await byKey(store)).toEqual(await byKey(model));
      await store.close();
      audit();
    });
    await fc.assert(sameAsMap, { numRuns: 60 });
  },
);

it('refuses every call when it is closed, and before it is open', async () => {
  const { store } = await open();
  await store.close();
  const calls = [
    () => store.get('owl'),
    () => store.getMany([]),
    () => store.apply([]),
    () => store.clear(),
    () => store.invalidate([]),
    () => store.invalidations(),
    () => store.rows(),
    () => store.replaceAll(pagesOf([])),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'closed' });
  await store.close();
});

it('finishes the writes that it was given before it closes', async () => {
  const { store, put } = await open();
  const writes = Array.from({ length: 20 }, (_, n) => put(row(`bird ${n}`)));
  await Promise.all([...writes, store.close()]);
  const next = await open();
  expect(await next.keys()).toHaveLength(20);
  await next.store.close();
});
