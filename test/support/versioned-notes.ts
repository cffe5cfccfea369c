import type { Database } from 'better-sqlite3';
import type { Change, RecordStore, RecordWriteOptions } from 'nuthatch/engine';

/** Text under any key, in a table that keeps the version of each row, so that a replay brings nothing old back. */
export class VersionedNotes implements RecordStore<string> {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
    db.exec(
      "CREATE TABLE note (key TEXT PRIMARY KEY, text TEXT NOT NULL CHECK (text <> ''), version INTEGER NOT NULL)",
    );
  }

  async load(key: string): Promise<string | undefined> {
    return this.db.prepare<[string], string>('SELECT text FROM note WHERE key = ?').pluck().get(key);
  }

  async loadMany(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const places = keys.map(() => '?').join();
    const query = this.db.prepare<string[], [string, string]>(
      `SELECT key, text FROM note WHERE key IN (${places})`,
    );
    return new Map(query.raw().all(...keys));
  }

  async write(changes: readonly Change<string>[], options?: RecordWriteOptions): Promise<void> {
    const newerOnly = options?.replay === true ? 'note.version < @version' : 'TRUE';
    const upsert = this.db.prepare<[{ key: string; value: string; version: number }]>(
      `INSERT INTO note (key, text, version) VALUES (@key, @value, @version)
       ON CONFLICT (key) DO UPDATE SET text = excluded.text, version = excluded.version WHERE ${newerOnly}`,
    );
    const remove = this.db.prepare<[{ key: string; version: number }]>(
      `DELETE FROM note WHERE key = @key AND ${newerOnly}`,
    );
    this.db.transaction(() => {
      for (const change of changes) {
        if (change.type === 'set') upsert.run(change);
        else remove.run(change);
      }
    })();
  }

  async *scan(): AsyncGenerator<readonly (readonly [string, string])[]> {
    yield this.db.prepare<[], [string, string]>('SELECT key, text FROM note').raw().all();
  }

  async clear(): Promise<void> {
    this.db.exec('DELETE FROM note');
  }

  async close(): Promise<void> {
    this.db.close();
  }
}
