import type { LoadContext } from './loader.js';

/** What a bulk loader is told. */
export interface BulkContext<V = unknown> {
  /** Aborted when nobody waits for any of the keys any more. */
  readonly signal: AbortSignal;
  /**
   * What the load of one of the keys is told, and how it says more than its result does, such as `setTtl`.
   * @throws CacheError `bad_option` for a key that was not asked for.
   */
  of(key: string): LoadContext<V>;
}

/**
 * What a bulk loader answers: a `Map` by key, in which those that it has not found may be left out, or a list with one answer for each key, in
 * their order. An `Error` in the place of a value fails the load of that key alone. What is missing, or `undefined`, is not found.
 */
export type BulkAnswer<V> = ReadonlyMap<string, V | Error | undefined> | readonly (V | Error | undefined)[];

/** Fetches the values of several keys at once. What it throws, the callers of all of them get. The keys are frozen, and each is there once. */
export type BulkLoader<V> = (
  keys: readonly string[],
  context: BulkContext<V>,
) => BulkAnswer<V> | PromiseLike<BulkAnswer<V>>;

/** A bulk loader that single misses are gathered for. */
export interface BulkSource<V> {
  readonly many: BulkLoader<V>;
  /** For how many keys it is asked at once; 100 by default. */
  readonly maxBatch?: number | undefined;
}
