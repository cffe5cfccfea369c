import { CacheError } from 'nuthatch/engine';
import { codeOf } from './client.js';

/** What a statement ran against, for messages. */
export interface Place {
  /** The name of the table. */
  readonly table: string;
  /** The option that says how long a statement may take, and its value. */
  readonly timeout: string;
}

const STATEMENT_TIMEOUT = '57014';
/** What `pg` says where no answer came in time; it has no code for that. */
const NO_ANSWER = 'Query read timeout';

/** Says that something else than options was given; it may hold a password, so only its kind is told. */
export function noPostgresOptions(found: unknown): CacheError {
  const what = found === null ? 'null' : typeof found;
  return new CacheError(
    'bad_option',
    `postgres needs options such as postgres({ connectionString: 'postgres://...' }), got ${what}`,
  );
}

/** Every wrong option in one error. */
export function badPostgresOptions(problems: readonly string[]): CacheError {
  const [first = ''] = problems;
  const message = problems.length === 1 ? first : problems.map((problem) => `- ${problem}`).join('\n');
  return new CacheError('bad_option', message);
}

/** Says that text is no Unicode: UTF-8 would keep it as something else, and two keys could become one. */
export function illFormed(what: 'a key' | 'a tag' | 'a value' | 'a namespace'): CacheError {
  const code = what === 'a value' ? 'bad_value' : what === 'a namespace' ? 'bad_option' : 'bad_key';
  return new CacheError(
    code,
    `${what} with half of a surrogate pair cannot be stored in PostgreSQL; it is no valid Unicode`,
  );
}

/** Says that text is too long for an index of PostgreSQL. */
export function tooLong(what: 'a key' | 'a tag' | 'a namespace', bytes: number, most: number): CacheError {
  const code = what === 'a namespace' ? 'bad_option' : 'bad_key';
  return new CacheError(
    code,
    `${what} must be at most ${most} bytes to be found in PostgreSQL, got ${bytes}; use a digest of what is longer`,
  );
}

/** Says that a row carries something else than text or bytes. */
export function notEncoded(found: unknown): CacheError {
  return new CacheError('bad_value', `a row must carry text or bytes, got ${typeof found}`);
}

/** Says what PostgreSQL, or the way to it, answered instead. */
export function failed({ table, timeout }: Place, error: unknown): CacheError {
  if (error instanceof CacheError) return error;
  const cause = causeOf(error);
  const what = `the PostgreSQL table ${table}`;
  if (cause.message === NO_ANSWER) return storeFailed(`${what} did not answer in time (${timeout})`, cause);
  const hint = cause.code === STATEMENT_TIMEOUT ? ` (${timeout})` : '';
  return storeFailed(`${what} failed: ${cause.message}${hint}`, cause);
}

/** Says that no connection came free, or could be made, in time. */
export function noConnection(table: string, timeoutMs: number): CacheError {
  return storeFailed(`the PostgreSQL table ${table} got no connection within ${timeoutMs} ms`);
}

/** Says that the table cannot be made or used. */
export function unusable(table: string, why: string, cause?: unknown): CacheError {
  return new CacheError(
    'store_unusable',
    `the PostgreSQL table ${table} cannot be used: ${why}; nothing was changed`,
    cause === undefined ? undefined : causeOf(cause),
  );
}

/** Says that a later version of Nuthatch has made the table. */
export function newerSchema(table: string, found: number, known: number): CacheError {
  const remedy = 'install the version of Nuthatch that made it, or name another table';
  return unusable(table, `it has schema version ${found}, this Nuthatch knows up to ${known}; ${remedy}`);
}

/** Says that `pg` is not installed. */
export function missingClient(cause: unknown): CacheError {
  const message = 'nuthatch/postgres needs the package pg, which was not found; npm install pg@8';
  return new CacheError('missing_peer', message, cause);
}

/** Says that `pg` is there and does not work. */
export function brokenClient(cause: unknown): CacheError {
  return new CacheError(
    'missing_peer',
    `pg could not be loaded: ${messageOf(cause)}; npm install pg@8`,
    cause,
  );
}

/** Says that the store is not open, or no longer. */
export function storeClosed(table: string): CacheError {
  return new CacheError('closed', `the PostgreSQL store ${table} is closed`);
}

/** Message and code alone: `detail` quotes rows, and other properties the URL with its password. */
function causeOf(error: unknown): Error & { readonly code: string } {
  return Object.assign(new Error(messageOf(error)), { code: codeOf(error) });
}

/** Node tells nothing but a code where a name has several addresses and none of them answers. */
function messageOf(thrown: unknown): string {
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return String(isError ? thrown.message : thrown) || codeOf(thrown);
}

function storeFailed(message: string, cause?: unknown): CacheError {
  return new CacheError('store_failed', message, cause);
}
