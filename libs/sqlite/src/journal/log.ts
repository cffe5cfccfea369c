import { lstatSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SqliteClient, SqliteDatabase, SqliteStatement } from '../client.js';
import { prepareFile } from '../database-file.js';
import { noWriteAheadLog } from '../errors.js';
import { syncFolder } from './folder.js';
import { sealOwner } from './record.js';
import { runsOf } from './runs.js';
import { APPLICATION_ID, FORMAT, TABLES } from './schema.js';

/** What belongs to a database of a journal, besides its file. */
const SUFFIXES = ['', '-wal', '-shm'];

/** How many records one statement writes. */
const PIECE = 50;

/** A record with its bytes. */
export interface Sealed {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/** What is written in one transaction. */
export interface Changes {
  readonly appended: readonly Sealed[];
  readonly deaths: readonly Sealed[];
  /** The sequences that are let go of. */
  readonly released: readonly number[];
}

/** How a log is made. */
export interface LogOptions {
  readonly namespace: string;
  readonly durability: 'journal' | 'fsync';
}

/** The database of a journal that is being written. It is locked for as long as it is open. */
export class Log {
  readonly file: string;
  readonly #database: SqliteDatabase;
  readonly #addOne: SqliteStatement;
  readonly #addMany: SqliteStatement;
  readonly #bury: SqliteStatement;
  readonly #remove: SqliteStatement;

  /** @param file where there is none yet. */
  constructor(client: SqliteClient, file: string, options: LogOptions) {
    this.file = prepareFile(file);
    this.#database = new client(this.file, { timeout: 0, fileMustExist: true });
    try {
      setUp(this.#database, this.file, options);
      this.#addOne = this.#database.prepare(insertOf(1));
      this.#addMany = this.#database.prepare(insertOf(PIECE));
      this.#bury = this.#database.prepare('UPDATE record SET death = ? WHERE sequence = ?');
      this.#remove = this.#database.prepare('DELETE FROM record WHERE sequence BETWEEN ? AND ?');
      syncFolder(dirname(this.file));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Writes all of it or nothing. */
  write({ appended, deaths, released }: Changes): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#add(appended);
      for (const { sequence, bytes } of deaths) this.#bury.run(bytes, sequence);
      for (const { first, last } of runsOf(released)) this.#remove.run(first, last);
      this.#database.exec('COMMIT');
    } catch (error) {
      // A full disk, for one, has rolled it back already.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Sees to it that what has been written survives a power cut, whatever the durability. */
  secure(): void {
    this.#database.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
  }

  /** How much it takes on disk. */
  get bytes(): number {
    return SUFFIXES.reduce((sum, suffix) => sum + sizeOf(`${this.file}${suffix}`), 0);
  }

  close(): void {
    this.#database.close();
  }

  /** Closes and removes it. */
  remove(): void {
    this.#database.exec('PRAGMA synchronous = OFF');
    this.close();
    removeLog(this.file);
  }

  #add(records: readonly Sealed[]): void {
    let from = 0;
    for (; records.length - from >= PIECE; from += PIECE) {
      const piece = records.slice(from, from + PIECE);
      this.#addMany.run(...piece.flatMap(({ sequence, bytes }) => [sequence, bytes]));
    }
    for (const { sequence, bytes } of records.slice(from)) this.#addOne.run(sequence, bytes);
  }
}

/** Removes a database that nobody has open. */
export function removeLog(file: string): void {
  for (const suffix of SUFFIXES) rmSync(`${file}${suffix}`, { force: true });
}

function setUp(database: SqliteDatabase, file: string, { namespace, durability }: LogOptions): void {
  // Nothing needs to be on disk before the checkpoint below, which waits for all of it.
  database.exec('PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE');
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw noWriteAheadLog(file, mode);
  database.exec(`PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; ${TABLES.join(';')}`);
  database.prepare('INSERT INTO owner (namespace) VALUES (?)').run(sealOwner(namespace));
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}; COMMIT`);
  // From here on, a log without a single whole frame loses what was written to it, and not what it is.
  database.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
  database.exec(`PRAGMA synchronous = ${durability === 'fsync' ? 'FULL' : 'NORMAL'}`);
}

function insertOf(rows: number): string {
  return `INSERT INTO record (sequence, body) VALUES ${Array<string>(rows).fill('(?, ?)').join(', ')}`;
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
