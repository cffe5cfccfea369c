import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import type { Place, StoreName } from './cells.js';

/** What a store has applied, row by row, as the store itself has noted it. */
export interface AppliedLog {
  /** Begins to note; harmless where that has begun. */
  install(): Promise<void>;
  /** Keys of which a version was applied twice, or after a larger one. */
  breaches(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

const BREACHES = `SELECT key || ' ' || version || ' after ' || earlier AS breach FROM (
  SELECT key, version, lag(version) OVER (PARTITION BY key ORDER BY id) AS earlier FROM applied_log_TABLE) AS steps
  WHERE version <= earlier`;

export function appliedLog(store: StoreName, place: Place): AppliedLog {
  return store === 'sqlite' ? inSqlite(join(place.folder, 'crash.db')) : inPostgres(place);
}

function inSqlite(file: string): AppliedLog {
  const within = <T>(work: (database: Database.Database) => T): T => {
    const database = new Database(file);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  const trigger = (event: string): string =>
    `CREATE TRIGGER IF NOT EXISTS applied_${event} AFTER ${event} ON entry
      BEGIN INSERT INTO applied_log_entry (key, version) VALUES (new.key, new.version); END;`;
  return {
    install: async () =>
      within((database) => {
        database.exec(
          'CREATE TABLE IF NOT EXISTS applied_log_entry (id INTEGER PRIMARY KEY, key TEXT, version INTEGER)',
        );
        for (const event of ['insert', 'update']) database.exec(trigger(event));
      }),
    breaches: async () =>
      within((database) => database.prepare(BREACHES.replace('TABLE', 'entry')).pluck().all() as string[]),
    remove: async () => undefined,
  };
}

function inPostgres({ table, connectionString }: Place): AppliedLog {
  const query = async (sql: string): Promise<readonly { readonly breach: string }[]> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query<{ breach: string }>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const log = `applied_log_${table}`;
  return {
    install: async () => {
      await query(`CREATE TABLE IF NOT EXISTS ${log} (id bigserial PRIMARY KEY, key text, version bigint);
        CREATE OR REPLACE FUNCTION ${log}() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN INSERT INTO ${log} (key, version) VALUES (new.key, new.version); RETURN new; END';
        CREATE OR REPLACE TRIGGER applied AFTER INSERT OR UPDATE ON ${table}
          FOR EACH ROW EXECUTE FUNCTION ${log}()`);
    },
    breaches: async () => (await query(BREACHES.replace('TABLE', table))).map(({ breach }) => breach),
    remove: async () => {
      await query(`DROP TABLE IF EXISTS ${table}, ${log} CASCADE; DROP FUNCTION IF EXISTS ${log}()`);
    },
  };
}
