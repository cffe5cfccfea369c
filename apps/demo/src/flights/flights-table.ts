import Sqlite, { type Database } from 'better-sqlite3';
import type { Change, RecordStore } from 'nuthatch/engine';
import { readBoardKey } from './board-key.js';

/**
 * The table `flights` of the service behind a cache: a record is one field of one flight, and what was never written, or was deleted, is NULL. It
 * has a connection of its own, which the cache closes after its last write. A field is one of two words, so no value is ever part of SQL.
 */
export class FlightsTable implements RecordStore<string> {
  private readonly database: Database;

  constructor(file: string) {
    this.database = new Sqlite(file, { fileMustExist: true });
  }

  async load(key: string): Promise<string | undefined> {
    const { field, flightId } = readBoardKey(key);
    const select = this.database.prepare<[string], { readonly value: string | null }>(
      `SELECT ${field} AS value FROM flights WHERE id = ?`,
    );
    return select.get(flightId)?.value ?? undefined;
  }

  async write(changes: readonly Change<string>[]): Promise<void> {
    const writeAll = this.database.transaction(() => {
      for (const change of changes) {
        const { field, flightId } = readBoardKey(change.key);
        const value = change.type === 'set' ? change.value : null;
        this.database.prepare(`UPDATE flights SET ${field} = ? WHERE id = ?`).run(value, flightId);
      }
    });
    writeAll.immediate();
  }

  async close(): Promise<void> {
    this.database.close();
  }
}
