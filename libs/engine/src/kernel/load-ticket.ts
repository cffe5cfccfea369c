import type { Duration } from './duration.js';
import type { EntryState } from './entry.js';

/** What a loader said of its result, beside what its caller asked for. */
export interface LoadFindings {
  /** In the place of the caller's. */
  readonly ttl?: Duration | undefined;
  /** In the place of the caller's. */
  readonly tags?: readonly string[] | undefined;
  /** How long the loader took, where that is to be kept with the value. */
  readonly loadMs?: number | undefined;
}

/** A load that is about to begin. */
export interface LoadTicket<V> {
  /** Drawn before the load, so that what is invalidated meanwhile stays gone. */
  readonly version: number;
  /** The entry as it would be kept. @throws CacheError `bad_option`. */
  entryOf(value: V, findings: LoadFindings): EntryState<V>;
  /** Whether it has not been invalidated since, by its key or by one of the tags that it was asked for with. */
  isCurrent(): boolean;
}
