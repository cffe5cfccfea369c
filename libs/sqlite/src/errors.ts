import { CacheError } from 'nuthatch/engine';

const REMEDY = 'nothing was changed; move the file away to start afresh, or name another one';

/** Every wrong option in one error. */
export function badSqliteOptions(problems: readonly string[]): CacheError {
  const [first = ''] = problems;
  const message = problems.length === 1 ? first : problems.map((problem) => `- ${problem}`).join('\n');
  return new CacheError('bad_option', message);
}

/** Says that text is no Unicode: SQLite would keep it as something else, and two keys could become one. */
export function illFormed(what: 'a key' | 'a tag' | 'a value' | 'a namespace'): CacheError {
  const code = what === 'a value' ? 'bad_value' : what === 'a namespace' ? 'bad_option' : 'bad_key';
  return new CacheError(
    code,
    `${what} with half of a surrogate pair cannot be stored in SQLite; it is no valid Unicode`,
  );
}

/** Says that another connection kept the lock of `file` for too long. */
export function stillLocked(file: string, waitedMs: number, cause: unknown): CacheError {
  const message = `${file} stayed locked by another connection for ${waitedMs} ms (busyTimeoutMs)`;
  return new CacheError('store_failed', message, cause);
}

/** Says that there is something else than a file at `file`. */
export function notAFile(file: string, found: string): CacheError {
  return unusable(file, `expected a regular file, found ${found}`);
}

/** Says that `file` could not be made or opened. */
export function cannotOpen(file: string, cause: unknown): CacheError {
  return unusable(file, `it could not be opened: ${messageOf(cause)}`, cause);
}

/** Says that `file` holds something else than a database. */
export function notADatabase(file: string, cause?: unknown): CacheError {
  return unusable(file, 'expected a SQLite database, found something else or a damaged header', cause);
}

/** Says that `file` belongs to somebody else. */
export function foreignDatabase(file: string, applicationId: number, version: number): CacheError {
  const found = `application_id ${applicationId} and user_version ${version}`;
  return unusable(file, `expected a database of Nuthatch, found one of another application (${found})`);
}

/** Says that a later version of Nuthatch has written `file`. */
export function newerSchema(file: string, found: number, known: number): CacheError {
  const remedy = 'install the version of Nuthatch that wrote it, or name another file; nothing was changed';
  return new CacheError(
    'store_unusable',
    `${file} has schema version ${found}, this Nuthatch knows up to ${known}; ${remedy}`,
  );
}

/** Says that `file` is a database of ours, with damage. */
export function damaged(file: string, cause: unknown): CacheError {
  return unusable(file, `the database is damaged: ${messageOf(cause)}`, cause);
}

/** Says that the file system cannot do write-ahead logging, which needs shared memory. */
export function noWriteAheadLog(file: string, mode: unknown): CacheError {
  return unusable(
    file,
    `expected journal_mode wal, found ${String(mode)}; a network file system cannot do it`,
  );
}

/** Says that better-sqlite3 is not installed. */
export function missingClient(cause: unknown): CacheError {
  return missing(
    'nuthatch/sqlite needs the package better-sqlite3, which was not found; npm install better-sqlite3@12',
    cause,
  );
}

/** Says that better-sqlite3 is there and does not work. */
export function brokenClient(cause: unknown): CacheError {
  return missing(
    `better-sqlite3 could not be loaded: ${messageOf(cause)}; npm rebuild better-sqlite3`,
    cause,
  );
}

/** Says that this major version of better-sqlite3 would crash this Node. */
export function unfitClient(version: string, nodeVersion: string): CacheError {
  const message = `better-sqlite3 ${version} needs Node 22 or later, this is ${nodeVersion}`;
  return missing(`${message}; npm install better-sqlite3@12, or update Node`);
}

/** Says that the SQLite inside of better-sqlite3 can damage files. */
export function outdatedSqlite(found: string, required: string): CacheError {
  const message = `SQLite ${required} or later is needed, better-sqlite3 brings ${found}`;
  return missing(
    `${message}, which can damage a file that two connections use; npm install better-sqlite3@12`,
  );
}

/** Says that the store is not open, or no longer. */
export function storeClosed(file: string): CacheError {
  return new CacheError('closed', `the SQLite store ${file} is closed`);
}

function unusable(file: string, why: string, cause?: unknown): CacheError {
  return new CacheError('store_unusable', `${file} cannot be used: ${why}; ${REMEDY}`, cause);
}

function missing(message: string, cause?: unknown): CacheError {
  return new CacheError('missing_peer', message, cause);
}

function messageOf(thrown: unknown): string {
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return String(isError ? thrown.message : thrown);
}
