import type { SqliteDatabase } from './client.js';
import { foreignDatabase, newerSchema } from './errors.js';
import { leaveOutParts } from './schema-parts.js';

/** "Nuth": tells our databases from those of other applications. */
export const APPLICATION_ID = 0x4e757468;

/** SQL, or what has to look at the database first. */
export type Migration = string | ((database: SqliteDatabase) => void);

/**
 * What brings a database from version n to n + 1, the first line from nothing to 1. Lines are added, never changed.
 *
 * `entry` has a rowid, and as few indexes and triggers as it can, because that was measured: docs/decisions/0005-sqlite-rowid-table.md.
 */
export const migrations: readonly Migration[] = [
  `
  CREATE TABLE namespace (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    row_count INTEGER NOT NULL DEFAULT 0,
    byte_count INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL REFERENCES namespace,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    byte_count INTEGER NOT NULL,
    tags TEXT,
    value ANY NOT NULL CHECK (typeof(value) IN ('text', 'blob'))
  ) STRICT;
  CREATE UNIQUE INDEX entry_by_key ON entry (namespace, key);
  CREATE INDEX entry_by_age ON entry (namespace, version, byte_count);
  CREATE INDEX entry_by_expiry ON entry (namespace, expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE tagged (
    namespace INTEGER NOT NULL,
    tag TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (namespace, tag, entry)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
    UPDATE namespace SET row_count = row_count + 1, byte_count = byte_count + new.byte_count WHERE id = new.namespace;
  END;
  CREATE TRIGGER entry_weighed AFTER UPDATE ON entry WHEN new.byte_count <> old.byte_count BEGIN
    UPDATE namespace SET byte_count = byte_count + new.byte_count - old.byte_count WHERE id = new.namespace;
  END;
  CREATE TRIGGER entry_removed AFTER DELETE ON entry BEGIN
    UPDATE namespace SET row_count = row_count - 1, byte_count = byte_count - old.byte_count WHERE id = old.namespace;
  END;
  CREATE TRIGGER tags_added AFTER INSERT ON entry WHEN new.tags IS NOT NULL BEGIN
    INSERT INTO tagged SELECT DISTINCT new.namespace, value, new.id FROM json_each(new.tags);
  END;
  CREATE TRIGGER tags_changed AFTER UPDATE ON entry WHEN new.tags IS NOT old.tags BEGIN
    DELETE FROM tagged
      WHERE namespace = old.namespace AND entry = old.id AND tag IN (SELECT value FROM json_each(old.tags));
    INSERT INTO tagged SELECT DISTINCT new.namespace, value, new.id FROM json_each(new.tags);
  END;
  CREATE TRIGGER tags_removed AFTER DELETE ON entry WHEN old.tags IS NOT NULL BEGIN
    DELETE FROM tagged
      WHERE namespace = old.namespace AND entry = old.id AND tag IN (SELECT value FROM json_each(old.tags));
  END;
  `,
  `
  ALTER TABLE entry ADD COLUMN fresh_until REAL;

  CREATE TABLE invalidation (
    namespace INTEGER NOT NULL REFERENCES namespace,
    scope TEXT NOT NULL CHECK (scope IN ('tag', 'prefix', 'pattern')),
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    is_pending INTEGER NOT NULL,
    PRIMARY KEY (namespace, scope, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX invalidation_by_age ON invalidation (namespace, version);
  CREATE INDEX invalidation_pending ON invalidation (namespace) WHERE is_pending = 1;
  `,
  leaveOutParts,
];

/**
 * The version of a database, 0 for an empty one.
 * @throws CacheError `store_unusable` where it is not ours, or newer than `known`.
 */
export function schemaVersion(database: SqliteDatabase, file: string, known: number): number {
  const applicationId = Number(database.pragma('application_id', { simple: true }));
  const version = Number(database.pragma('user_version', { simple: true }));
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isEmpty && applicationId === 0 && version === 0) return 0;
  if (applicationId !== APPLICATION_ID) throw foreignDatabase(file, applicationId, version);
  if (version > known) throw newerSchema(file, version, known);
  return version;
}

/** Brings a database to the last version, all steps or none; another process may be doing the same. */
export function migrate(database: SqliteDatabase, file: string, steps: readonly Migration[]): void {
  if (schemaVersion(database, file, steps.length) === steps.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(schemaVersion(database, file, steps.length))) {
      if (typeof step === 'string') database.exec(step);
      else step(database);
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
