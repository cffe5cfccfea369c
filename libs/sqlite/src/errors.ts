import { CacheError } from 'nuthatch/engine';

const REMEDY = 'nothing was changed; move the file away to start afresh, or name another one';

/** Every wrong option in one error. */
export function badSqliteOptions(problems: readonly string[]): CacheError {
  const [first = ''] = problems;
  const message = problems.length === 1 ? first : problems.map((problem) => `- ${problem}`).join('\n');
  return new CacheError('bad_option', message);
}

/** @throws CacheError `bad_option` where `maker` is called with no options, or with a path alone. */
export function requireOptions(maker: string, options: unknown, example: string): void {
  if (typeof options === 'object' && options !== null) return;
  const found = options === null ? 'null' : typeof options;
  throw new CacheError('bad_option', `${maker} needs options such as ${maker}(${example}), got ${found}`);
}

/** What is to be said of options that there are not. */
export function unknownProblems(options: object, known: Readonly<Record<string, true>>): string[] {
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => `there is no option ${name}; there are ${Object.keys(known).join(', ')}`);
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

/** Says that rows which were being gathered are gone. */
export function replacementLost(file: string): CacheError {
  const why = 'another process took them for those of one that had died';
  return new CacheError(
    'store_failed',
    `${file}: the rows that were to replace others are gone, ${why}; nothing was replaced, try again`,
  );
}

/** Says that a namespace has a name that only rows out of sight have. */
export function reservedNamespace(): CacheError {
  return new CacheError('bad_option', 'a namespace in SQLite must not begin with NUL');
}

/** Says that the store is not open, or no longer. */
export function storeClosed(file: string): CacheError {
  return new CacheError('closed', `the SQLite store ${file} is closed`);
}

/** Says that the journal at `place` cannot be used, and why. */
export function journalUnusable(place: string, why: string, cause?: unknown): CacheError {
  return new CacheError('journal_unusable', `${place} cannot be used as a journal: ${why}`, cause);
}

/** Says that nothing could be written to the journal at `place`. */
export function journalUnwritable(place: string, cause: unknown): CacheError {
  return journalUnusable(place, `it could not be written: ${messageOf(cause)}`, cause);
}

/** Says what is wrong with a journal that somebody has left, and what can be done. */
export function journalDamaged(file: string, findings: readonly string[]): CacheError {
  const remedy = `nothing was changed; recover: 'salvage' takes what can be read and keeps the file aside`;
  return journalUnusable(file, `it is damaged: ${findings.join('; ')}; ${remedy}`);
}

/** Says what was lost where a damaged journal was read as far as it went. */
export function journalSalvaged(file: string, findings: readonly string[], taken: number): CacheError {
  const message = `${file} was damaged: ${findings.join('; ')}; ${taken} changes could be read, the file was kept as ${file}.corrupt`;
  return new CacheError('journal_unusable', message);
}

/** Says that the end of a journal was not used, as it is where a process dies while it writes. */
export function journalTorn(file: string, finding: string): CacheError {
  return new CacheError(
    'journal_unusable',
    `${file} ends in an unfinished write, which was dropped: ${finding}`,
  );
}

/** Says that a later version of Nuthatch has written a journal. */
export function newerJournal(file: string, found: number, known: number): CacheError {
  const remedy = 'start the version of Nuthatch that wrote it, so that it can deliver what is pending';
  return journalUnusable(file, `it has format ${found}, this Nuthatch knows up to ${known}; ${remedy}`);
}

/** Says that a journal is not open, or no longer. */
export function journalClosed(directory: string): CacheError {
  return new CacheError('closed', `the journal in ${directory} is closed`);
}

function unusable(file: string, why: string, cause?: unknown): CacheError {
  return new CacheError('store_unusable', `${file} cannot be used: ${why}; ${REMEDY}`, cause);
}

function missing(message: string, cause?: unknown): CacheError {
  return new CacheError('missing_peer', message, cause);
}

export function messageOf(thrown: unknown): string {
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return String(isError ? thrown.message : thrown);
}
