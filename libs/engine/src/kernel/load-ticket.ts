import type { EntryState } from './entry.js';

/** A load that is about to begin. */
export interface LoadTicket<V> {
  /** The entry as it would be kept; its version is drawn before the load, so that what is invalidated meanwhile stays gone. */
  entryOf(value: V): EntryState<V>;
  /** Whether it has not been invalidated since by one of its tags. */
  isCurrent(): boolean;
}
