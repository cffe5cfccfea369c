import { CacheError, counted, reason } from './errors.js';

/** Says that a call on the backing store has not been answered in time; nobody knows whether it is done. */
export function storeTimedOut(operation: string, deadlineMs: number): CacheError {
  return new CacheError('store_timeout', `the backing store did not ${operation} within ${deadlineMs} ms`);
}

/** Says that a call on the backing store was answered, but so slowly that it counts as a failure. */
export function storeSlow(operation: string, durationMs: number): CacheError {
  return new CacheError(
    'store_failed',
    `the backing store took ${Math.round(durationMs)} ms to ${operation}`,
  );
}

/** Says that the backing store was not asked, since it has failed before, and when it will be asked again. */
export function storeDown(operation: string, leftMs: number, cause: unknown): CacheError {
  return new CacheError(
    'store_down',
    `the backing store was not asked to ${operation}, since it is down (${reason(cause)}); it is tried again in ${Math.ceil(leftMs)} ms`,
    cause,
  );
}

/** Says that the backing store was not asked, since it has left too many calls unanswered. */
export function storeClogged(operation: string, unanswered: number): CacheError {
  return new CacheError(
    'store_down',
    `the backing store was not asked to ${operation}, since ${counted(unanswered, 'call')} on it ${unanswered === 1 ? 'is' : 'are'} unanswered beyond ${unanswered === 1 ? 'its deadline' : 'their deadlines'}`,
  );
}

/** Codes of errors that tell nothing of how the store is: the caller's mistakes, and values that do not fit. */
const CALLERS_MISTAKES: ReadonlySet<string> = new Set([
  'bad_option',
  'bad_key',
  'bad_value',
  'bad_snapshot',
  'closed',
]);

/** Whether an error shows that a store does not work, and not that it was asked for something wrong. */
export function isStoreTrouble(error: CacheError): boolean {
  return !CALLERS_MISTAKES.has(error.code);
}

/** Whether a store was not asked, or has not answered: it says nothing against what it was asked for. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof CacheError && (error.code === 'store_down' || error.code === 'store_timeout');
}
