import { assertTags } from './assert-tags.js';
import type { Clock } from './clock.js';
import { type Duration, parseDuration } from './duration.js';
import { NO_TAGS } from './entry.js';
import { badOption } from './errors.js';

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

/** The tags of one call. @throws CacheError `bad_option` naming `tags`. */
export function tagsOf(options: WriteOptions | undefined): readonly string[] {
  if (options?.tags === undefined) return NO_TAGS;
  assertTags(options.tags);
  return options.tags;
}

/** The time to live of one call, else the default. @throws CacheError `bad_option` naming `ttl`. */
export function ttlOf(options: WriteOptions | undefined, defaultTtlMs: number): number {
  if (options !== undefined && typeof options !== 'object')
    throw badOption('options', "an object such as { ttl: '5m' }", options);
  return options?.ttl === undefined ? defaultTtlMs : parseDuration('ttl', options.ttl);
}
