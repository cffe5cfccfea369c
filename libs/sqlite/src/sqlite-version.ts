import type { SqliteClient } from './client.js';
import { brokenClient, outdatedSqlite } from './errors.js';

/** Before this version, two connections that checkpoint at once could damage the file ("WAL-reset bug"). */
const OLDEST_SQLITE = '3.51.3';

/**
 * Asks a database in memory, before any file is touched.
 * @throws CacheError `missing_peer` where the driver does not work, or brings too old a SQLite.
 */
export function assertSqliteVersion(client: SqliteClient): void {
  const found = sqliteVersion(client);
  if (rank(found) < rank(OLDEST_SQLITE)) throw outdatedSqlite(found, OLDEST_SQLITE);
}

/** The native code is loaded here, so this is where it turns out not to have been built. */
function sqliteVersion(client: SqliteClient): string {
  try {
    const database = new client(':memory:', {});
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
