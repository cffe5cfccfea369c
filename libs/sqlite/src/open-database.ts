import { CacheError } from 'nuthatch/engine';
import { codeOf, type SqliteClient, type SqliteDatabase } from './client.js';
import {
  brokenClient,
  cannotOpen,
  damaged,
  noWriteAheadLog,
  notADatabase,
  outdatedSqlite,
} from './errors.js';
import { migrate, migrations, schemaVersion } from './migrations.js';

/** The name of a database that is in memory alone. */
export const IN_MEMORY = ':memory:';

/** Before this version, two connections that checkpoint at once could damage the file ("WAL-reset bug"). */
const OLDEST_SQLITE = '3.51.3';
const LONGEST_LOG_BYTES = 64 * 1024 ** 2;

/**
 * Opens the database of a file that exists, and brings it to the last version. What is not ours, or newer, is closed again with
 * its bytes as they were.
 * @throws CacheError `store_unusable`, or `missing_peer` where the driver does not work or brings too old a SQLite.
 */
export function openDatabase(
  client: SqliteClient,
  file: string,
  steps: readonly string[] = migrations,
): SqliteDatabase {
  assertSqliteVersion(client);
  try {
    if (file !== IN_MEMORY) inspect(client, file, steps.length);
    return closedOnFailure(new client(file, { timeout: 0 }), (database) => {
      configure(database, file);
      migrate(database, file, steps);
    });
  } catch (error) {
    throw explained(error, file);
  }
}

/** What is thrown for a failure of the database: damage is told from what may pass. */
export function explained(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (error instanceof CacheError) return error;
  if (code === 'SQLITE_NOTADB') return notADatabase(file, error);
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(file, error);
  if (code.startsWith('SQLITE_CANTOPEN')) return cannotOpen(file, error);
  return error;
}

/** Asked of a database in memory, before any file is touched. */
function assertSqliteVersion(client: SqliteClient): void {
  const found = sqliteVersion(client);
  if (rank(found) < rank(OLDEST_SQLITE)) throw outdatedSqlite(found, OLDEST_SQLITE);
}

/** The native code is loaded here, so this is where it turns out not to have been built. */
function sqliteVersion(client: SqliteClient): string {
  try {
    const database = new client(IN_MEMORY, {});
    const found = database.prepare('SELECT sqlite_version() AS version').get();
    database.close();
    // The statement has one column of this name.
    return String((found as { readonly version: unknown }).version);
  } catch (error) {
    throw brokenClient(error);
  }
}

/** Versions have three numbers below 1,000 each. */
function rank(version: string): number {
  return version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
}

/** Read-only, since a connection that may write would move what is in the write-ahead log into the file when it closes. */
function inspect(client: SqliteClient, file: string, known: number): void {
  const database = new client(file, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    schemaVersion(database, file, known);
  } finally {
    database.close();
  }
}

function configure(database: SqliteDatabase, file: string): void {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = NORMAL');
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal' && file !== IN_MEMORY) throw noWriteAheadLog(file, mode);
  database.exec(`PRAGMA journal_size_limit = ${LONGEST_LOG_BYTES}`);
}

function closedOnFailure(
  database: SqliteDatabase,
  prepare: (database: SqliteDatabase) => void,
): SqliteDatabase {
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
