import { CacheError, counted, reason } from '../kernel/errors.js';

/** Says that a transaction stands, and what it had changed was not applied to a cache. */
export function applyFailed(cache: string, keys: readonly string[], cause: unknown): CacheError {
  const forgotten =
    keys.length === 0
      ? ''
      : `; ${counted(keys.length, 'key')} of it ${keys.length === 1 ? 'is' : 'are'} forgotten`;
  return new CacheError(
    'apply_failed',
    `the transaction has ended well, but not everything that it changed was applied to the cache ${cache}: ${reason(cause)}${forgotten}`,
    cause,
  );
}

/** Says that an operation cannot wait for the end of a transaction. */
export function inTransaction(what: string): CacheError {
  return new CacheError(
    'in_transaction',
    `${what} cannot be used inside CacheTransaction.run: it could not be taken back; call it before or after`,
  );
}
