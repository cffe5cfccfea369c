import { type Patience, untilFree } from './busy.js';
import type { SqliteClient, SqliteDatabase, SqliteStatement } from './client.js';
import { EntryTable } from './entry-table.js';
import { storeClosed } from './errors.js';
import { Lane } from './lane.js';
import { explained, openDatabase } from './open-database.js';

/** How much of what was acknowledged a power cut may take: with `'normal'` the last moments, with `'full'` nothing. */
export type Synchronous = 'normal' | 'full';

/** The connection to a file, used by every store of the process that keeps its rows there. */
export class Connection {
  readonly #database: SqliteDatabase;
  readonly #table: EntryTable;
  readonly #file: string;
  readonly #lane = new Lane();
  readonly #beginToRead: SqliteStatement;
  readonly #beginToWrite: SqliteStatement;
  readonly #commit: SqliteStatement;
  /** The names under which rows are being gathered through this connection. */
  readonly gathering = new Set<string>();
  #isOpen = true;

  constructor(client: SqliteClient, file: string) {
    this.#database = openDatabase(client, file);
    this.#file = file;
    this.#beginToRead = this.#database.prepare('BEGIN');
    this.#beginToWrite = this.#database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#database.prepare('COMMIT');
    try {
      this.#table = new EntryTable(this.#database, file);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Asks everything that `work` asks of the file as it stands at one moment. */
  read<T>(work: (table: EntryTable) => T, patience: Patience): Promise<T> {
    return untilFree(() => this.#transaction(this.#beginToRead, work), patience);
  }

  /** Asks one thing: a statement on its own needs no transaction. */
  readOne<T>(work: (table: EntryTable) => T, patience: Patience): Promise<T> {
    return untilFree(() => this.#attempt(work), patience);
  }

  /** Changes the file, wholly or not at all, after every change that was asked for before. */
  write<T>(work: (table: EntryTable) => T, patience: Patience): Promise<T> {
    return this.#lane.run(() => this.#transaction(this.#beginToWrite, work), patience);
  }

  /** From now on, at least as durable as this: the strictest store of a file decides for all. */
  require(synchronous: Synchronous): void {
    if (synchronous === 'full') this.#database.exec('PRAGMA synchronous = FULL');
  }

  /** Waits for the writers that have come, moves the write-ahead log into the file, and closes it. */
  async close(): Promise<void> {
    await this.#lane.idle();
    this.#isOpen = false;
    try {
      this.#database.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
    } finally {
      this.#database.close();
    }
  }

  #transaction<T>(begin: SqliteStatement, work: (table: EntryTable) => T): T {
    return this.#attempt((table) => {
      begin.run();
      try {
        const result = work(table);
        this.#commit.run();
        return result;
      } catch (error) {
        // A full disk, for one, has rolled it back already.
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #attempt<T>(work: (table: EntryTable) => T): T {
    if (!this.#isOpen) throw storeClosed(this.#file);
    try {
      return work(this.#table);
    } catch (error) {
      throw explained(error, this.#file);
    }
  }
}
