import type { Row } from 'nuthatch/engine';
import { type Patience, untilFree } from './busy.js';
import type { SqliteClient, SqliteDatabase } from './client.js';
import { storeClosed } from './errors.js';
import { explained } from './open-database.js';
import { bytesOf, COLUMNS, type StoredRow, toRow } from './stored-row.js';

const ROWS_PER_PAGE = 500;
const BYTES_PER_PAGE = 1024 ** 2;

/** In the order of an index that begins with the namespace, so that rows of others cost nothing. */
const SQL = `SELECT ${COLUMNS} FROM entry WHERE namespace = (SELECT id FROM namespace WHERE name = ?) ORDER BY key`;

/**
 * The rows of a namespace as they stand when it is opened, some at a time. It has a connection of its own, which keeps a read transaction
 * open: writers go on, and the write-ahead log grows until it is closed.
 */
export class Scan {
  readonly #database: SqliteDatabase;
  readonly #rows: IterableIterator<unknown>;
  readonly #file: string;
  #isOpen = true;

  static open(client: SqliteClient, namespace: string, patience: Patience): Promise<Scan> {
    return untilFree(() => new Scan(client, namespace, patience.file), patience);
  }

  private constructor(client: SqliteClient, namespace: string, file: string) {
    this.#file = file;
    this.#database = new client(file, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      // What is read first decides what is seen: a lock that is in the way is met here, and never later.
      this.#database.exec('BEGIN; SELECT 1 FROM namespace');
      this.#rows = this.#database.prepare(SQL).iterate(namespace);
    } catch (error) {
      this.#database.close();
      throw explained(error, file);
    }
  }

  /** The next rows; none at the end. @throws CacheError `closed`, where the store was closed meanwhile. */
  next(): readonly Row[] {
    if (!this.#isOpen) throw storeClosed(this.#file);
    try {
      return this.#page();
    } catch (error) {
      throw explained(error, this.#file);
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#rows.return?.();
    this.#database.close();
  }

  #page(): readonly Row[] {
    const page: Row[] = [];
    let bytes = 0;
    while (page.length < ROWS_PER_PAGE && bytes < BYTES_PER_PAGE) {
      const { done = false, value } = this.#rows.next() as IteratorResult<StoredRow>;
      if (done) break;
      const row = toRow(value as StoredRow);
      bytes += bytesOf(row);
      page.push(row);
    }
    return page;
  }
}
