import { CacheError } from 'nuthatch/engine';

/** Says that one key or event is more than an entry of the stream may take. */
export function tooLargeToSend(kind: string, bytes: number, mostBytes: number): CacheError {
  return new CacheError(
    'bad_value',
    `a message of kind ${kind} has an item of ${bytes} bytes, more than there is room for (${mostBytes}); see bus.maxEntryBytes`,
  );
}

/** Says that as much waits to be sent as may. */
export function tooMuchToSend(mostBytes: number): CacheError {
  return new CacheError(
    'store_failed',
    `more than ${mostBytes} bytes wait to be sent over the bus: Redis is slower than what changes`,
  );
}

/** Says that the cache does not listen. */
export function busClosed(): CacheError {
  return new CacheError('closed', 'the bus is closed');
}

/** Says that an entry is none of this version. */
export function malformedEntry(id: string, why: string): CacheError {
  return new CacheError('bad_value', `the entry ${id} of the bus was not applied: ${why}`);
}

/** Says that an entry was not signed by one who knows the secret. */
export function unsignedEntry(id: string): CacheError {
  return new CacheError(
    'bad_value',
    `the entry ${id} of the bus was ignored: it is not signed with bus.secret; another process may have another secret`,
  );
}

/** Says that an entry was in the stream before. */
export function repeatedEntry(id: string): CacheError {
  return new CacheError('bad_value', `the entry ${id} of the bus was ignored: it is a repetition`);
}

/** Says that Redis has not answered in time. */
export function noAnswer(withinMs: number): Error {
  return new Error(`no answer within ${withinMs} ms`);
}

/** Says that the connection is gone. */
export function connectionLost(): Error {
  return new Error('the connection was lost');
}

/** Says that Redis answers what it never should. */
export function strangeAnswer(what: string): Error {
  return new Error(`Redis answers ${what} in another form than expected`);
}
