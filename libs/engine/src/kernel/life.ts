import type { Clock } from './clock.js';
import { type Duration, parseDuration } from './duration.js';

/** How long something is to live, and what it belongs to. */
export interface WriteOptions {
  /** Time to live, in milliseconds or as `'5m'`; the cache's own when left out. `Infinity` never expires. */
  readonly ttl?: Duration | undefined;
  /** What the entry can be invalidated by, beside its key; see `invalidateTags`. */
  readonly tags?: readonly string[] | undefined;
}

/** The monotonic deadline of a life that starts now. */
export function deadline(clock: Clock, ttlMs: number): number {
  return ttlMs === Infinity ? Infinity : clock.now() + ttlMs;
}

/** The time to live of one call, else the default. @throws CacheError `bad_option` naming `ttl`. */
export function ttlOf(options: WriteOptions | undefined, defaultTtlMs: number): number {
  return options?.ttl === undefined ? defaultTtlMs : parseDuration('ttl', options.ttl);
}
