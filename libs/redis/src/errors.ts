import { CacheError } from 'nuthatch/engine';

const NO_ANSWER = 'Command timed out';
/** What ioredis says where the connection is lost before the answer, or just before the command. */
const LOST = /enableOfflineQueue|max retries per request|Connection is closed/;

/** Says that something else than options was given; it may hold a password, so only its kind is told. */
export function noRedisOptions(found: unknown): CacheError {
  const what = found === null ? 'null' : typeof found;
  return new CacheError(
    'bad_option',
    `redis needs options such as redis({ url: 'redis://...' }), got ${what}`,
  );
}

/** Every wrong option in one error. */
export function badRedisOptions(problems: readonly string[]): CacheError {
  const [first = ''] = problems;
  const message = problems.length === 1 ? first : problems.map((problem) => `- ${problem}`).join('\n');
  return new CacheError('bad_option', message);
}

/** Says that `ioredis` is not installed. */
export function missingClient(cause: unknown): CacheError {
  const message = 'nuthatch/redis needs the package ioredis, which was not found; npm install ioredis@5';
  return new CacheError('missing_peer', message, cause);
}

/** Says that `ioredis` is there and does not work. */
export function brokenClient(cause: unknown): CacheError {
  const message = `ioredis could not be loaded: ${messageOf(cause)}; npm install ioredis@5`;
  return new CacheError('missing_peer', message, cause);
}

/** Says what Redis, or the way to it, answered instead. */
export function failed(operation: string, error: unknown): CacheError {
  if (error instanceof CacheError) return error;
  const cause = causeOf(error);
  const code = cause.message === NO_ANSWER ? 'store_timeout' : 'store_failed';
  const why = LOST.test(cause.message) ? 'the connection was lost' : cause.message;
  return new CacheError(code, `Redis failed to ${operation}: ${why}`, cause);
}

/** Says that Redis cannot be reached now, and why. */
export function notConnected(why: unknown): CacheError {
  if (why instanceof CacheError) return why;
  const cause = causeOf(why);
  return new CacheError('store_failed', `Redis cannot be reached: ${cause.message}`, cause);
}

/** Says that no connection could be used in time, and what was last heard. */
export function notInTime(timeoutMs: number, lastError: unknown): CacheError {
  const heard = lastError === undefined ? 'it does not answer' : messageOf(lastError);
  const cause = lastError === undefined ? undefined : causeOf(lastError);
  return new CacheError(
    'store_failed',
    `Redis cannot be reached: not ready within ${timeoutMs} ms (connectTimeout); ${heard}`,
    cause,
  );
}

/** Says that the server takes no writes. */
export function isReplica(address: string): CacheError {
  return new CacheError(
    'store_failed',
    `the Redis server ${address} is a replica, which takes no writes; connect to its master`,
  );
}

/** Says that nobody has opened the connection, or that it was closed. */
export function notOpen(): CacheError {
  return new CacheError('closed', 'the connection to Redis is closed');
}

/** Says why what is stored under a key is not taken for its entry. */
export function unreadable(key: string, why: string): CacheError {
  return new CacheError(
    'bad_value',
    `what Redis has under the key ${JSON.stringify(key.slice(0, 80))} is no entry of it: ${why}`,
  );
}

/** Says that a row carries something else than text or bytes. */
export function notEncoded(found: unknown): CacheError {
  return new CacheError('bad_value', `a row must carry text or bytes, got ${typeof found}`);
}

/** The message of whatever was thrown. Node tells nothing but a code where a name has several addresses and none of them answers. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { message, code } = thrown as { readonly message?: unknown; readonly code?: unknown };
  const last =
    'lastNodeError' in thrown && thrown.lastNodeError ? `: ${messageOf(thrown.lastNodeError)}` : '';
  return `${String(message || code || 'unknown')}${last}`;
}

/** Message and code alone: `command` of an error of ioredis has the values that were to be written. */
function causeOf(error: unknown): Error {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return Object.assign(new Error(messageOf(error)), code === undefined ? {} : { code });
}
