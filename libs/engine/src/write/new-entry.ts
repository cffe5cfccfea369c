import type { EntryState } from '../kernel/entry.js';
import { assertCall, lifeOf, type LifeParts, tagsOf, type WriteOptions } from '../kernel/life.js';
import type { LoadFindings } from '../kernel/load-ticket.js';

/** What new entries are made by. */
export interface EntryParts<V> extends LifeParts<V> {
  /** The value as the cache keeps it: itself, frozen, or a copy. */
  readonly takeIn: (value: V) => V;
}

/** What is said of a new entry. */
export interface Origin<V> {
  readonly version: number;
  readonly options: WriteOptions<V> | undefined;
  /** Of a loader; they come before the options. */
  readonly findings?: LoadFindings | undefined;
}

/** An entry whose life starts now. @throws CacheError `bad_option`. */
export function newEntry<V>(parts: EntryParts<V>, value: V, origin: Origin<V>): EntryState<V> {
  const { version, options, findings } = origin;
  if (findings === undefined) assertCall(parts, options);
  const asked = findings?.ttl === undefined ? options : { ...options, ttl: findings.ttl };
  const tags = findings?.tags ?? tagsOf(options);
  const { expiresAt, freshness } = lifeOf(parts, value, { options: asked, loadMs: findings?.loadMs });
  return { value: parts.takeIn(value), expiresAt, version, tags, freshness };
}
