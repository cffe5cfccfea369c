import { CacheError, reason } from '../../kernel/errors.js';

/** Says that an event log cannot be opened or written, and where it was to go. */
export function unwritableLog(place: string, cause: unknown): CacheError {
  return new CacheError('bad_event_log', `the event log ${place} cannot be written: ${reason(cause)}`, cause);
}
