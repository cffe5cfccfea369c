/** Why an entry left the memory of a cache. */
export type RemovalCause =
  /** The strategy chose it to make room, or it is heavier than the whole cache. */
  | 'evicted'
  /** Its life was over. */
  | 'expired'
  /** It was deleted or invalidated. */
  | 'deleted'
  /** It was overwritten. */
  | 'replaced'
  /** The whole cache was cleared, closed or restored. */
  | 'cleared';

/** An entry as hooks and observers see it: read-only, taken at the moment of the call. */
export interface EntryView {
  /** Milliseconds since the value was written. */
  readonly ageMs: number;
  /** Milliseconds that it has left; `Infinity` where it does not expire, 0 or less where it has. */
  readonly ttlMs: number;
  /** How often it was read since it came into memory. */
  readonly hits: number;
  /** Bytes, as `weigh` estimates them; 0 where nothing is weighed. */
  readonly weight: number;
  /** Whether it waits in a write-back queue, not yet in the store. */
  readonly dirty: boolean;
  /** When the value was written, as epoch milliseconds. */
  readonly writtenAt: number;
}

/**
 * How an entry ages before its life is over. Entries that are fresh until their end, and were written by a caller, have none.
 * Deadlines are monotonic, of the cache's clock.
 */
export interface Freshness {
  /** From then on the value is stale: kept, and served only where nothing better can be had. `Infinity`: fresh until its end. */
  readonly until: number;
  /** A use puts `until` off to so many milliseconds from then; `Infinity` where uses do not count. */
  readonly idleMs: number;
  /** No use puts `until` off beyond this deadline. The same as `until` where uses do not count. */
  readonly latest: number;
  /** How long its loader took, in milliseconds; 0 where a caller wrote it. */
  readonly loadMs: number;
}

/** Everything that is needed to put an entry back as it was. */
export interface EntryState<V> {
  readonly value: V;
  /** Monotonic deadline of the cache's clock; `Infinity` where it does not expire. */
  readonly expiresAt: number;
  readonly tags: readonly string[];
  /** Which write brought it: larger is later. */
  readonly version: number;
  /** Left out: fresh until it expires. */
  readonly freshness?: Freshness | undefined;
}

export const NO_TAGS: readonly string[] = Object.freeze([]);
