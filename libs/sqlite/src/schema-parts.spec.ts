import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from 'nuthatch/engine';
import type { SqliteDatabase } from './client.js';
import { prepareFile } from './database-file.js';
import { EntryTable } from './entry-table.js';
import { openDatabase } from './open-database.js';
import { TAG_INDEX, TOTALS } from './schema-parts.js';

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two connections to one file, as two processes have them. */
function open() {
  const file = prepareFile(join(mkdtempSync(join(folder, 'test-')), 'cache.db'));
  const databases = [openDatabase(Database, file), openDatabase(Database, file)];
  const [here, there] = databases.map((database) => new EntryTable(database, file)) as [
    EntryTable,
    EntryTable,
  ];
  const [, other] = databases as [SqliteDatabase, SqliteDatabase];
  const ask = (sql: string) => other.prepare(sql).all();
  const namespace = here.namespaceId('birds');
  const close = () => databases.forEach((database) => database.close());
  return { here, there, other, ask, namespace, close };
}

function row(key: string, tags: readonly string[] = []): Row {
  return { key, value: 'hoot', expiresAt: undefined, version: 1, tags };
}

describe('a part of the schema', () => {
  it('counts for connections that were open before it was made', () => {
    const { here, there, namespace, close } = open();
    here.writer.putAll(namespace, [row('owl'), row('wren')]);
    there.writer.require(TOTALS);
    expect(here.usage(namespace)).toEqual({ rows: 2, bytes: 15 });
    here.writer.putAll(namespace, [row('owl'), row('a\0b')]);
    there.delete(namespace, 'wren');
    expect([here.usage(namespace), there.usage(namespace)]).toEqual(Array(2).fill({ rows: 2, bytes: 14 }));
    close();
  });

  it('holds for tags that another connection writes, where this one knows of none', () => {
    const { here, there, ask, namespace, close } = open();
    here.writer.putAll(namespace, [row('wren')]);
    there.writer.putAll(namespace, [row('owl', ['night']), row('jay', ['day', 'day'])]);
    here.writer.putAll(namespace, [row('owl')]);
    expect(ask('SELECT tag FROM tagged')).toEqual([{ tag: 'day' }]);
    here.delete(namespace, 'jay');
    expect(ask('SELECT tag FROM tagged')).toEqual([]);
    close();
  });

  it('that goes with a transaction is made again when it is needed', () => {
    const { there, other, ask, namespace, close } = open();
    other.exec('BEGIN IMMEDIATE');
    there.writer.putAll(namespace, [row('owl', ['night'])]);
    there.writer.require(TOTALS);
    other.exec('ROLLBACK');
    expect(
      ask(`SELECT name FROM sqlite_schema WHERE name IN ('${TAG_INDEX.mark}', '${TOTALS.mark}')`),
    ).toEqual([]);
    there.writer.putNewer(namespace, row('owl', ['night']));
    there.writer.require(TOTALS);
    expect(ask('SELECT tag FROM tagged')).toEqual([{ tag: 'night' }]);
    expect(there.usage(namespace)).toEqual({ rows: 1, bytes: 12 });
    close();
  });
});
