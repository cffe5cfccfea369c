import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CacheError, type Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { prepareFile } from './database-file.js';
import { sqlite } from './index.js';
import { APPLICATION_ID, migrations } from './migrations.js';
import { openDatabase } from './open-database.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nuthatch-file-'));
  file = join(folder, 'cache.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(path = file) {
  return sqlite({ file: path }).create({ namespace: 'birds', clock: new FakeClock() });
}

/** A database of ours with a hundred rows, closed again. */
async function fill(): Promise<void> {
  const store = open();
  await store.open();
  await store.apply(rows.map((row) => ({ type: 'set', row })));
  await store.close();
}

const rows = Array.from({ length: 100 }, (_, n): Row => ({
  key: `bird ${n}`,
  value: 'x'.repeat(500),
  expiresAt: undefined,
  version: n,
  tags: [],
}));

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function partsOf(path: string): unknown[] {
  const parts = `SELECT name FROM sqlite_schema WHERE type = 'trigger' OR name = 'entry_by_age' ORDER BY name`;
  const database = new Database(path);
  const found = database.prepare(parts).pluck().all();
  database.close();
  return found;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

async function refusal(path = file): Promise<CacheError> {
  const error: unknown = await open(path)
    .open()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CacheError);
  return error as CacheError;
}

describe('modes', () => {
  it.each([0o000, 0o022, 0o077, 0o177])('are for the owner alone, whatever the umask (%d)', async (mask) => {
    const before = process.umask(mask);
    try {
      const nested = join(folder, 'a/b/cache.db');
      const store = open(mask === 0o177 ? file : nested);
      await store.open();
      await store.apply([{ type: 'delete', key: 'owl', version: 2 }]);
      const path = mask === 0o177 ? file : nested;
      expect(['', '-wal', '-shm'].map((suffix) => modeOf(`${path}${suffix}`))).toEqual(['600', '600', '600']);
      if (path === nested)
        expect([modeOf(join(folder, 'a')), modeOf(join(folder, 'a/b'))]).toEqual(['700', '700']);
      await store.close();
    } finally {
      process.umask(before);
    }
  });

  it('of a file that is there are kept, and given to its -wal and -shm', async () => {
    await fill();
    chmodSync(file, 0o640);
    const store = open();
    await store.open();
    expect(['', '-wal', '-shm'].map((suffix) => modeOf(`${file}${suffix}`))).toEqual(['640', '640', '640']);
    await store.close();
  });
});

describe('what is no file of ours is refused, untouched:', () => {
  it.each<[string, () => void, RegExp]>([
    ['a folder', () => mkdirSync(file), /expected a regular file, found a folder/],
    ['a pipe', () => execFileSync('mkfifo', [file]), /found a device, a pipe or a socket/],
    ['a symbolic link', () => symlinkSync(join(folder, 'elsewhere'), file), /found a symbolic link/],
  ])('%s', async (_, make, message) => {
    make();
    const before = readdirSync(folder);
    const error = await refusal();
    expect(error).toMatchObject({ code: 'store_unusable', message: expect.stringContaining(file) as string });
    expect(error.message).toMatch(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'text',
      () => writeFileSync(file, 'some notes of mine\n'.repeat(100)),
      /expected a SQLite database, found something else/,
    ],
    ['a few bytes', () => writeFileSync(file, 'x'), /expected a SQLite database, found something else/],
    ['the database of another application', () => foreign(7, 3), /application_id 7 and user_version 3/],
    [
      'the database of an application without an id',
      () => foreign(0, 0),
      /application_id 0 and user_version 0/,
    ],
    [
      'the empty database of another application',
      () => void new Database(file).exec('PRAGMA application_id = 7; VACUUM').close(),
      /application_id 7/,
    ],
  ])('%s', async (_, make, message) => {
    make();
    const before = hashOf(file);
    const error = await refusal();
    expect(error).toMatchObject({ code: 'store_unusable', message: expect.stringContaining(file) as string });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch('move the file away to start afresh, or name another one');
    expect(hashOf(file)).toBe(before);
  });

  function foreign(applicationId: number, version: number): void {
    const database = new Database(file);
    database.exec(
      `CREATE TABLE users (name); PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`,
    );
    database.close();
  }

  it('a file below something that is no folder', async () => {
    writeFileSync(file, '');
    expect(await refusal(join(file, 'cache.db'))).toMatchObject({
      code: 'store_unusable',
      cause: { code: 'EEXIST' },
    });
  });
});

describe('damage', () => {
  it.each<[string, () => void]>([
    ['in the header', () => overwrite(0, 16)],
    ['in the first page', () => overwrite(100, 500)],
    [
      'of a file that was cut in half',
      () => truncateSync(file, Math.floor(statSync(file).size / 8192) * 4096),
    ],
    ['of a file that was cut in the first page', () => truncateSync(file, 700)],
    ['of a table that is missing', () => void new Database(file).exec('DROP TABLE tagged').close()],
  ])('is told at the door: %s', async (_, damage) => {
    await fill();
    damage();
    const before = hashOf(file);
    expect(await refusal()).toMatchObject({
      code: 'store_unusable',
      message: expect.stringContaining(file) as string,
    });
    expect(hashOf(file)).toBe(before);
  });

  it('of a page of rows is told when they are asked for', async () => {
    await fill();
    overwrite(4096 * 2, statSync(file).size - 4096 * 2);
    const before = hashOf(file);
    const store = open();
    const asked = store.open().then(() => store.rows());
    await expect(asked).rejects.toMatchObject({
      code: 'store_unusable',
      message: expect.stringMatching('damaged') as string,
    });
    await store.close();
    expect(hashOf(file)).toBe(before);
  });

  it('is not what an empty file has: it becomes a database', async () => {
    writeFileSync(file, '');
    await fill();
    expect(new Database(file).pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
  });

  function overwrite(from: number, length: number): void {
    const bytes = readFileSync(file);
    bytes.fill(0xff, from, from + length);
    writeFileSync(file, bytes);
  }
});

describe('schema', () => {
  const next = [...migrations, 'ALTER TABLE entry ADD COLUMN colour TEXT'];

  it('of an older version is brought up to date, rows included', async () => {
    await fill();
    openDatabase(Database, file, next).close();
    const database = new Database(file);
    expect(database.pragma('user_version', { simple: true })).toBe(next.length);
    expect(database.prepare('SELECT count(colour IS NULL) FROM entry').pluck().get()).toBe(100);
    database.close();
  });

  it('of the first version is brought up to date, with its rows and tags, and without totals', async () => {
    prepareFile(file);
    const old = openDatabase(Database, file, migrations.slice(0, 1));
    old.exec(`INSERT INTO namespace (name) VALUES ('birds');
      INSERT INTO entry (namespace, key, version, expires_at, byte_count, tags, value)
      VALUES (1, 'owl', 7, 2000000000000, 12, '["night"]', '"hoot"'), (1, 'wren', 8, NULL, 6, NULL, x'0102')`);
    old.close();
    openDatabase(Database, file).close();
    expect(partsOf(file)).toEqual(['tags_added', 'tags_changed', 'tags_removed']);
    const store = open();
    await store.open();
    const owl: Row = { key: 'owl', value: '"hoot"', expiresAt: 2e12, version: 7, tags: ['night'] };
    const fresh: Row = { ...owl, key: 'jay', freshUntil: 1.5e12 };
    await store.apply([{ type: 'set', row: fresh }]);
    expect(await store.getMany(['owl', 'wren', 'jay'])).toEqual([
      owl,
      { key: 'wren', value: Buffer.from([1, 2]), expiresAt: undefined, version: 8, tags: [] },
      fresh,
    ]);
    expect(await store.invalidations()).toEqual([]);
    await store.invalidate([{ scope: 'tag', name: 'night', version: 9 }]);
    expect(await store.rows()).toHaveLength(1);
    await store.close();
  });

  it('of the first version without tags does without their index', () => {
    prepareFile(file);
    openDatabase(Database, file, migrations.slice(0, 1)).close();
    expect(partsOf(file)).toContain('tags_added');
    openDatabase(Database, file).close();
    expect(partsOf(file)).toEqual([]);
  });

  it('is left alone by a step that fails', async () => {
    await fill();
    const broken = [
      ...migrations,
      'ALTER TABLE entry ADD COLUMN colour TEXT; ALTER TABLE nowhere ADD COLUMN a',
    ];
    expect(() => openDatabase(Database, file, broken)).toThrow('no such table: nowhere');
    const store = open();
    await store.open();
    expect(await store.rows()).toHaveLength(100);
    await store.close();
  });

  it('of a newer version is refused, the file untouched, also where it is still in the write-ahead log', async () => {
    for (const logged of [false, true]) {
      await fill();
      const newer = openDatabase(Database, file, next);
      if (!logged) newer.close();
      const before = hashOf(file);
      const error = await refusal();
      expect(error.code).toBe('store_unusable');
      expect(error.message).toMatch(
        `${file} has schema version ${next.length}, this Nuthatch knows up to ${migrations.length}`,
      );
      expect(hashOf(file)).toBe(before);
      if (logged) newer.close();
      rmSync(file);
    }
  });

  it('is made by one of many that open a new file at once', async () => {
    prepareFile(file);
    const databases = Array.from({ length: 4 }, () => openDatabase(Database, file));
    for (const database of databases) database.close();
    await fill();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});
