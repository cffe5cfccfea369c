import { CacheError } from 'nuthatch/engine';
import { codeOf, type SqliteClient, type SqliteDatabase } from './client.js';
import { cannotOpen, damaged, noWriteAheadLog, notADatabase } from './errors.js';
import { migrate, type Migration, migrations, schemaVersion } from './migrations.js';

/** The name of a database that is in memory alone. */
export const IN_MEMORY = ':memory:';

const LONGEST_LOG_BYTES = 64 * 1024 ** 2;

/**
 * Opens the database of a file that exists, and brings it to the last version. What is not ours, or newer, is closed again with
 * its bytes as they were.
 * @throws CacheError `store_unusable`.
 */
export function openDatabase(
  client: SqliteClient,
  file: string,
  steps: readonly Migration[] = migrations,
): SqliteDatabase {
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
