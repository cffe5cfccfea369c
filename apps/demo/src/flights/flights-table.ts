import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import type { BackingStore, BackingStoreFactory, Codec, Invalidation, Operation, Row } from 'nuthatch/engine';
import { type BoardField, boardKey, readBoardKey } from './board-key.js';

interface StoredField {
  readonly id: string;
  readonly value: string | null;
}

/**
 * The table `flights` of the service as the backing store of a cache: the user's own rows, hence the role `'record'`. An entry
 * is one field of one flight; what was never written, or was deleted, is NULL.
 */
export class FlightsTable implements BackingStore {
  readonly role = 'record';
  readonly capabilities = { replaceAll: true };
  private readonly statements = new Map<string, Statement<unknown[], StoredField>>();
  private opened: Database | undefined;

  constructor(private readonly file: string) {}

  async open(): Promise<void> {
    this.opened ??= new Sqlite(this.file, { fileMustExist: true });
  }

  async get(key: string): Promise<Row | undefined> {
    return this.read(key);
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return keys.map((key) => this.read(key)).filter((row) => row !== undefined);
  }

  async apply(operations: readonly Operation[]): Promise<void> {
    this.inTransaction(() => {
      for (const operation of operations) {
        if (operation.type === 'set') this.write(operation.row.key, operation.row.value);
        else this.write(operation.key, null);
      }
    });
  }

  async clear(): Promise<void> {
    this.wipe();
  }

  /** Never asked of a store of the role `'record'`: invalidation makes memory forget, and rows stay. */
  async invalidate(): Promise<void> {}

  async invalidations(): Promise<readonly Invalidation[]> {
    return [];
  }

  async rows(): Promise<readonly Row[]> {
    return [...this.column('gate'), ...this.column('status')];
  }

  async replaceAll(pages: AsyncIterable<readonly Row[]>): Promise<void> {
    const rows: Row[] = [];
    for await (const page of pages) for (const row of page) rows.push(row);
    this.inTransaction(() => {
      this.wipe();
      for (const { key, value } of rows) this.write(key, value);
    });
  }

  async close(): Promise<void> {
    this.opened?.close();
    this.opened = undefined;
    this.statements.clear();
  }

  /** A field is one of two words, so no value is ever part of SQL. */
  private prepared(sql: string): Statement<unknown[], StoredField> {
    const statement = this.statements.get(sql) ?? this.database.prepare<unknown[], StoredField>(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private get database(): Database {
    if (this.opened === undefined) throw new Error(`${this.file} is not open`);
    return this.opened;
  }

  private read(key: string): Row | undefined {
    const { field, flightId } = readBoardKey(key);
    const found = this.prepared(`SELECT ${field} AS value FROM flights WHERE id = ?`).get(flightId);
    return found?.value ? toRow(key, found.value) : undefined;
  }

  private write(key: string, value: Row['value'] | null): void {
    const { field, flightId } = readBoardKey(key);
    this.prepared(`UPDATE flights SET ${field} = ? WHERE id = ?`).run(value, flightId);
  }

  private column(field: BoardField): Row[] {
    const found = this.prepared(`SELECT id, ${field} AS value FROM flights WHERE ${field} IS NOT NULL`).all();
    return found.map(({ id, value }) => toRow(boardKey(field, id), value ?? ''));
  }

  private wipe(): void {
    this.database.exec('UPDATE flights SET gate = NULL, status = NULL');
  }

  private inTransaction(work: () => void): void {
    this.database.transaction(work).immediate();
  }
}

/** Makes the store of the cache `board`, in the service's own database. */
export function flightsTable(file: string): BackingStoreFactory {
  return { name: 'flights', create: () => new FlightsTable(file) };
}

/** Writes gates and statuses as they are, so that the table can be read by anybody. */
export const plainText: Codec = {
  name: 'plain text',
  encode: (value) => String(value),
  decode: (encoded) => encoded,
};

function toRow(key: string, value: string): Row {
  return { key, value, expiresAt: undefined, version: 0, tags: [] };
}
