import Database from 'better-sqlite3';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePattern, type Invalidation, type InvalidationScope, type Row } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import { sqlite, type SqliteOptions } from './index.js';
import { MOST_INVALIDATIONS } from './invalidation-table.js';

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-invalidation-'));
afterAll(() => rmSync(folder, { recursive: true }));

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(folder, 'test-')), 'cache.db');
});

async function open(options: Partial<SqliteOptions> = {}, namespace = 'birds') {
  const store = sqlite({ file, ...options }).create({ namespace, clock: new FakeClock() });
  await store.open();
  const put = (...rows: readonly Row[]) => store.apply(rows.map((each) => ({ type: 'set', row: each })));
  const keys = async () => Array.from(await store.rows(), ({ key }) => key).sort();
  return { store, put, keys };
}

function row(key: string, version = 1, tags: readonly string[] = []): Row {
  return { key, value: `"${key}"`, expiresAt: undefined, version, tags };
}

function gone(scope: InvalidationScope, name: string, version: number): Invalidation {
  return { scope, name, version };
}

/** A namespace with more rows than go at once, every tenth of them newer than the rest. */
function manyRows(prefix = 'bird'): Row[] {
  return Array.from({ length: 2000 }, (_, n) => row(`${prefix} ${n}`, n % 10 === 0 ? 9 : 1, ['all']));
}

function ask(sql: string): unknown[] {
  const database = new Database(file);
  try {
    return database.prepare(sql).pluck().all();
  } finally {
    database.close();
  }
}

const PENDING = 'SELECT count(*) FROM invalidation WHERE is_pending = 1';

/** Lets what goes on in the background come to its end. */
async function untilSwept(): Promise<void> {
  for (let round = 0; round < 2000 && ask(PENDING)[0] !== 0; round += 1) await settle();
}

describe('invalidations', () => {
  it('are answered in order of version, also after a restart', async () => {
    const { store } = await open();
    await store.invalidate([gone('tag', 'a', 3), gone('prefix', 'user:', 1)]);
    await store.invalidate([gone('pattern', '*:1', 2)]);
    await store.close();
    const next = await open();
    expect(await next.store.invalidations()).toEqual([
      gone('prefix', 'user:', 1),
      gone('pattern', '*:1', 2),
      gone('tag', 'a', 3),
    ]);
    await next.store.close();
  });

  it('of one scope and name are the newest, in whatever order they come', async () => {
    const { store } = await open();
    await store.invalidate([gone('tag', 'a', 3), gone('tag', 'a', 5), gone('tag', 'a', 4)]);
    await store.invalidate([gone('prefix', 'a', 2)]);
    expect(await store.invalidations()).toEqual([gone('prefix', 'a', 2), gone('tag', 'a', 5)]);
    await store.close();
  });

  it('keep names that are no Unicode, and look-alikes apart', async () => {
    const { store } = await open();
    const names = ['\ud800', '\ufffd', 'a\0', 'a', '', '"', "'; DROP TABLE entry; --"];
    const all = names.map((name, index) => gone('prefix', name, index + 1)).filter(({ name }) => name !== '');
    await store.invalidate(all);
    expect(await store.invalidations()).toEqual(all);
    await store.close();
  });

  it('are all recorded, or none', async () => {
    const { store } = await open();
    const bad = gone('tag', 'b', 1.5);
    await expect(store.invalidate([gone('tag', 'a', 1), bad])).rejects.toHaveProperty(
      'code',
      'SQLITE_CONSTRAINT_DATATYPE',
    );
    expect(await store.invalidations()).toEqual([]);
    await store.close();
  });

  it('are those of each cache', async () => {
    const [birds, fish] = [await open(), await open({}, 'fish')];
    await Promise.all([birds.put(row('a')), fish.put(row('a'))]);
    await birds.store.invalidate([gone('prefix', 'a', 1)]);
    expect([await birds.keys(), await fish.keys()]).toEqual([[], ['a']]);
    expect(await fish.store.invalidations()).toEqual([]);
    await Promise.all([birds.store.close(), fish.store.close()]);
  });

  it('are summed up where there are too many, so that everything of the time of the older half is gone', async () => {
    const { store, put, keys } = await open();
    const many = Array.from({ length: MOST_INVALIDATIONS }, (_, n) => gone('tag', `tag ${n}`, n + 1));
    await put(row('old', 5000), row('new', 5002));
    await store.invalidate(many);
    expect(await store.invalidations()).toHaveLength(MOST_INVALIDATIONS);
    await store.invalidate([gone('tag', 'one more', MOST_INVALIDATIONS + 1)]);
    const found = await store.invalidations();
    expect(found.slice(0, 2)).toEqual([gone('prefix', '', 5001), gone('tag', 'tag 5001', 5002)]);
    expect(found).toHaveLength(5001);
    await untilSwept();
    expect(await keys()).toEqual(['new']);
    await store.close();
  });

  it.each([3, 700])('are forgotten when %d rows are cleared', async (count) => {
    const { store, put } = await open();
    await put(...manyRows().slice(0, count));
    await store.invalidate([gone('tag', 'a', 1)]);
    await store.clear();
    expect([await store.invalidations(), ask('SELECT count(*) FROM invalidation')]).toEqual([[], [0]]);
    await store.close();
  });

  it('are forgotten when all rows are replaced, but not where that fails', async () => {
    const { store } = await open();
    await store.invalidate([gone('tag', 'a', 1)]);
    async function* broken() {
      yield [row('owl')];
      throw new Error('the rows are away');
    }
    await expect(store.replaceAll(broken())).rejects.toThrow('away');
    expect(await store.invalidations()).toHaveLength(1);
    await store.replaceAll(pages([row('owl')]));
    expect(await store.invalidations()).toEqual([]);
    await store.close();
  });
});

describe('rows that are gone', () => {
  it('are deleted, and newer ones are not, whether few or many', async () => {
    for (const [scope, name] of [
      ['tag', 'all'],
      ['prefix', 'bird'],
      ['pattern', 'b*d ?*'],
    ] as const) {
      const { store, put, keys } = await open();
      await put(...manyRows(), row('owl'), row('zebra'));
      await store.invalidate([gone(scope, name, 8)]);
      expect((await keys()).length).toBeGreaterThan(1000);
      await untilSwept();
      const left = manyRows().filter(({ version }) => version === 9);
      expect(await keys()).toEqual([...Array.from(left, ({ key }) => key), 'owl', 'zebra'].sort());
      await store.clear();
      await store.close();
    }
  });

  it('are those that the names are about, however keys are written', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '\\', '\u00e9', '\u{1f989}', '\uffff', '\0'),
      maxLength: 4,
    });
    const scopes = fc.constantFrom<InvalidationScope>('tag', 'prefix', 'pattern');
    const { store, put, keys: left } = await open();
    const asSaid = fc.asyncProperty(fc.uniqueArray(text), scopes, text, async (keys, scope, name) => {
      fc.pre(scope !== 'pattern' || isPattern(name));
      await store.clear();
      await put(...keys.map((key, n) => row(key, (n % 3) + 1, [key])));
      await store.invalidate([gone(scope, name, 2)]);
      const isAbout = (key: string) =>
        scope === 'tag'
          ? key === name
          : scope === 'prefix'
            ? key.startsWith(name)
            : compilePattern(name).matches(key);
      expect(await left()).toEqual(keys.filter((key, n) => !isAbout(key) || n % 3 === 2).sort());
    });
    await fc.assert(asSaid, { numRuns: 200 });
    await store.close();
  });

  it('are looked for no further than their prefix reaches', async () => {
    const { store, put, keys } = await open();
    await put(row('a 1'), row('a 2', 9), ...manyRows());
    await store.invalidate([gone('prefix', 'a', 8), gone('pattern', 'a*', 8)]);
    expect(ask(PENDING)).toEqual([0]);
    expect((await keys()).slice(0, 2)).toEqual(['a 2', 'bird 0']);
    await store.close();
  });

  it.each(['tag', 'prefix', 'pattern'] as const)(
    'are looked for once, also where all rows stay: %s',
    async (scope) => {
      const { store, put, keys } = await open();
      await put(...Array.from({ length: 1200 }, (_, n) => row(`bird ${n}`, 9, ['bird *'])));
      await store.invalidate([gone(scope, 'bird *', 8), gone('prefix', 'bird', 8)]);
      await untilSwept();
      expect([ask(PENDING), (await keys()).length]).toEqual([[0], 1200]);
      await store.close();
    },
  );

  it('begin with half of a pair where the prefix does', async () => {
    const { store, put, keys } = await open();
    const near = Array.from({ length: 120 }, (_, n) => row(`owl \ufffd ${n}`));
    await put(row('owl \u{1f989}'), row('owl'), row('\u{1f989}'), ...near);
    await store.invalidate([gone('prefix', 'owl \ud83e', 1), gone('prefix', '\ud83e', 1)]);
    await untilSwept();
    expect(await keys()).toEqual(['owl', ...Array.from(near, ({ key }) => key)].sort());
    await store.close();
  });

  it('that a write brings while others are swept are left alone', async () => {
    const { store, put } = await open();
    await put(...manyRows());
    await store.invalidate([gone('prefix', '', 8)]);
    await put(row('bird 1999', 10, ['all']), row('bird 7', 10));
    await untilSwept();
    const found = await store.getMany(['bird 1999', 'bird 7', 'bird 8']);
    expect(Array.from(found, ({ version }) => version)).toEqual([10, 10]);
    await store.close();
  });

  it('are swept by the next that opens the file, where the process was killed', async () => {
    const { store, put } = await open();
    await put(...manyRows());
    await store.invalidate([gone('tag', 'all', 8)]);
    await store.close();
    expect(ask(PENDING)).toEqual([1]);
    const next = await open();
    await untilSwept();
    expect(await next.keys()).toHaveLength(200);
    await next.store.close();
  });

  it('are swept no longer once the store is closed, while others use the file', async () => {
    const [birds, fish] = [await open(), await open({}, 'fish')];
    await birds.put(...manyRows());
    await birds.store.invalidate([gone('tag', 'all', 8)]);
    await birds.store.close();
    const left = ask('SELECT count(*) FROM entry');
    for (let round = 0; round < 50; round += 1) await settle();
    await fish.put(row('cod'));
    await fish.store.clear();
    expect(ask('SELECT count(*) FROM entry')).toEqual(left);
    await fish.store.close();
  });

  it('are swept with the next write, where another process had the lock', async () => {
    const { store, put, keys } = await open();
    await put(...manyRows());
    await store.invalidate([gone('tag', 'all', 8)]);
    const other = new Database(file, { timeout: 1000 });
    other.exec('BEGIN IMMEDIATE');
    for (let round = 0; round < 20; round += 1) await settle();
    other.exec('ROLLBACK');
    other.close();
    for (let round = 0; round < 20; round += 1) await settle();
    expect(ask(PENDING)).toEqual([1]);
    await put(row('owl', 9));
    await untilSwept();
    expect(await keys()).toHaveLength(201);
    await store.close();
  });

  it('stay in a record, which remembers all the same', async () => {
    const { store, put } = await open({ role: 'record' });
    await put(row('owl', 1, ['night']));
    await store.invalidate([gone('tag', 'night', 2)]);
    await store.close();
    const next = await open({ role: 'record' });
    await settle();
    expect([await next.keys(), await next.store.invalidations()]).toEqual([
      ['owl'],
      [gone('tag', 'night', 2)],
    ]);
    await next.store.close();
  });
});

function isPattern(text: string): boolean {
  try {
    compilePattern(text);
    return true;
  } catch {
    return false;
  }
}

async function* pages(...each: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* each;
}
