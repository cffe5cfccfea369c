import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Cache, createCache, type Durability, fileJournal, type JournalFactory } from 'nuthatch/engine';
import { sqlite, sqliteJournal } from 'nuthatch/sqlite';
import type { Load } from './load.js';

/** What is written. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly price: number;
}

/** Something that takes writes; a write is acknowledged when its promise resolves, or at once where there is none. */
export interface Taker {
  write(key: string, item: Item): Promise<void> | undefined;
  /** Resolves when everything is stored. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** One line of the table. */
export interface Contestant {
  readonly name: string;
  /** What an acknowledged write survives. */
  readonly survives: 'nothing' | 'a killed process' | 'a power cut';
  open(folder: string, load: Load): Promise<Taker>;
}

/** More than there are keys: what eviction costs is another bench's matter. */
const MOST_ITEMS = 1_000_000;
const BATCH = 500;
/** SQLite takes 32,766 parameters; more rows than this in a statement bring nothing. */
const ROWS_PER_STATEMENT = 50;

/** Those that the others are compared with. */
export const ONE_BY_ONE = 'better-sqlite3, one by one';
export const SYNCED_ONE_BY_ONE = 'better-sqlite3 FULL, one by one';

export const SCHEMA = 'CREATE TABLE item (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT';

/** The statement that writes so many rows. */
export function upsert(rows: number): string {
  const values = Array.from({ length: rows }, () => '(?, ?)').join(', ');
  return `INSERT INTO item (key, value) VALUES ${values} ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
}

/** Everybody writes JSON to SQLite in WAL mode, all but the last two with `synchronous = NORMAL`. */
export const contestants: readonly Contestant[] = [
  writeBack('memory', undefined),
  writeBack('journal', { name: 'file', of: fileJournal }),
  writeBack('journal', { name: 'SQLite', of: sqliteJournal }),
  writeBack('fsync', { name: 'file', of: fileJournal }),
  writeBack('fsync', { name: 'SQLite', of: sqliteJournal }),
  {
    name: 'nuthatch write-through',
    survives: 'a killed process',
    open: async (folder) =>
      taker(
        await createCache({
          codec: 'json',
          store: sqlite({ file: join(folder, 'through.db') }),
          maxItems: MOST_ITEMS,
        }),
      ),
  },
  { name: ONE_BY_ONE, survives: 'a killed process', open: openOneByOne('NORMAL') },
  { name: `better-sqlite3, ${BATCH} at a time`, survives: 'nothing', open: openBatched },
  { name: SYNCED_ONE_BY_ONE, survives: 'a power cut', open: openOneByOne('FULL') },
];

function writeBack(
  durability: Durability,
  journal: { readonly name: string; of(options: { readonly directory: string }): JournalFactory } | undefined,
): Contestant {
  const survives = { memory: 'nothing', journal: 'a killed process', fsync: 'a power cut' } as const;
  return {
    name: `nuthatch write-back, ${[durability, journal?.name].filter(Boolean).join(', ')}`,
    survives: survives[durability],
    open: async (folder, load) =>
      taker(
        await createCache({
          codec: 'json',
          maxItems: MOST_ITEMS,
          store: sqlite({ file: join(folder, 'back.db') }),
          writePolicy: 'writeBack',
          writeBack: {
            ...load.writeBack,
            durability,
            ...(journal && { journal: journal.of({ directory: join(folder, 'journal') }) }),
          },
        }),
      ),
  };
}

function taker(cache: Cache<Item>): Taker {
  return {
    write: (key, item) => cache.set(key, item),
    settle: async () => void (await cache.flush()),
    close: async () => {
      const { left } = await cache.close(60_000);
      if (left > 0) throw new Error(`${left} writes were not stored`);
    },
  };
}

function openOneByOne(synchronous: 'NORMAL' | 'FULL'): Contestant['open'] {
  return async (folder) => {
    const database = openDatabase(folder, synchronous);
    const statement = database.prepare(upsert(1));
    return {
      write: (key, item) => void statement.run(key, JSON.stringify(item)),
      settle: async () => undefined,
      close: async () => void database.close(),
    };
  };
}

/** As one would write it by hand: rows are gathered, and written in one transaction, many in a statement. */
async function openBatched(folder: string): Promise<Taker> {
  const database = openDatabase(folder, 'NORMAL');
  const statement = database.prepare(upsert(ROWS_PER_STATEMENT));
  const waiting: string[] = [];
  const single = database.prepare(upsert(1));
  const write = database.transaction(() => {
    const most = 2 * ROWS_PER_STATEMENT;
    let at = 0;
    for (; waiting.length - at >= most; at += most) statement.run(waiting.slice(at, at + most));
    for (; at < waiting.length; at += 2) single.run(waiting.slice(at, at + 2));
    waiting.length = 0;
  });
  return {
    write: (key, item) => {
      if (waiting.push(key, JSON.stringify(item)) >= 2 * BATCH) write();
      return undefined;
    },
    settle: async () => write(),
    close: async () => void database.close(),
  };
}

export function openDatabase(folder: string, synchronous: 'NORMAL' | 'FULL'): Database.Database {
  const database = new Database(join(folder, 'plain.db'));
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${synchronous}`);
  database.exec(SCHEMA);
  return database;
}
