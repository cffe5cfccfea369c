import type { CacheError } from '../kernel/errors.js';
import type { CacheMetrics } from '../metrics/cache-metrics.js';

/** Where a value was found. */
export type HitTier = 'memory' | 'pending' | 'shared' | 'store';

/** Why a stale value was served. */
export type StaleReason = 'revalidating' | 'error' | 'timeout' | 'backoff';

/** What an invalidation was about; what it was not about is left out. */
export interface Invalidated {
  /** Those that were asked for, and those that depend on what was invalidated or changed. */
  readonly keys?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Patterns of keys. */
  readonly matching?: readonly string[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
  /** Those of `keys` that went since they depend on others. */
  readonly dependents?: readonly string[] | undefined;
  /** The key that a caller has changed, where its dependents went with it. */
  readonly changed?: string | undefined;
  /** The event of `publish` that asked for it. */
  readonly event?: string | undefined;
}

/** What happens in a cache, by name. Events carry keys and never values. */
export interface CacheEvents {
  /** A value was written, by a caller or, where `source` is `'load'`, as the result of a loader. */
  entry_set: { readonly key: string; readonly source: 'caller' | 'load' };
  entry_get_hit: { readonly key: string; readonly tier: HitTier };
  entry_get_miss: { readonly key: string };
  entry_deleted: { readonly key: string };
  /** An entry left memory to make room; the store, if any, still has it. */
  entry_evicted: { readonly key: string };
  entry_expired: { readonly key: string };
  /** The cache is over its bounds, and its strategy names nobody that could leave. */
  eviction_stalled: { readonly reason: string };
  /** What all caches of a `MemoryBudget` may hold together is less now, or more, since the heap is so full. */
  memory_limited: { readonly limitBytes: number; readonly heapUsedShare: number };
  strategy_swapped: { readonly from: string; readonly to: string };
  write_policy_swapped: { readonly from: string; readonly to: string };
  snapshot_taken: { readonly entries: number };
  snapshot_restored: { readonly entries: number };
  /** What the cache had in memory when it was last closed is there again, as far as `warmStart` could bring it. */
  warm_started: { readonly entries: number; readonly durationMs: number };
  /** The file of `warmStart` could not be loaded, or not be saved; the cache went on without. */
  warm_start_failed: { readonly step: 'load' | 'save'; readonly error: CacheError };
  /** Pending writes have reached the store. */
  flushed: { readonly writes: number; readonly durationMs: number };
  /** A flush failed; its writes stay pending. */
  flush_error: { readonly writes: number; readonly error: CacheError };
  /** A change was given up after so many attempts: the store refuses it while it takes others. See `cache.deadLetters`. */
  dead_lettered: { readonly key: string; readonly attempts: number; readonly error: CacheError };
  /** The journal was found damaged somewhere, or could not write something that no caller waits for. */
  journal_error: { readonly error: CacheError };
  /** A command was run; `keys` are those that it changed. */
  command_executed: { readonly command: string; readonly keys: readonly string[] };
  command_undone: { readonly command: string; readonly keys: readonly string[] };
  command_redone: { readonly command: string; readonly keys: readonly string[] };
  metrics_updated: { readonly metrics: CacheMetrics };
  load_started: { readonly key: string };
  /** A loader has answered; `callers` is how many have asked for it so far, 1 where it was run in the background. */
  load_ended: { readonly key: string; readonly durationMs: number; readonly callers: number };
  load_failed: { readonly key: string; readonly error: unknown };
  /** A loaded value was handed to its callers and not kept, since the key was changed or invalidated meanwhile. */
  load_fenced: { readonly key: string };
  /** A value that was still there was loaded anew, or its loader said that it is not modified. */
  refreshed: { readonly key: string; readonly durationMs: number; readonly isModified: boolean };
  /** A stale value was served: while it is loaded anew, since that failed or takes too long, or since it has failed a short while ago. */
  stale_served: { readonly key: string; readonly reason: StaleReason };
  /** Entries were made gone, by what is named here. */
  invalidated: Invalidated;
  /** An invalidation failed where no caller is told: of a stream of events, or of what depends on a key that was changed. */
  invalidation_failed: { readonly error: unknown };
  /** How far a warming is, ten times a second at most, and at its end; `total` where it is known. */
  warm_progress: { readonly done: number; readonly failed: number; readonly total: number | undefined };
  /** A transaction has ended well, and the cache did not take what it had changed: `keys` were forgotten. No caller is told where the store is a tier of the cache. */
  apply_failed: { readonly keys: readonly string[]; readonly error: CacheError };
  /** A warming ended before its time, where no caller is told, or since its keys ended with an error. */
  warm_failed: { readonly error: unknown };
  cleared: { readonly store: boolean };
  /** The store failed where no caller is told: on a read that went on to the loader, or when a loaded value was to be stored. */
  store_failed: { readonly error: CacheError };
  /** A tier has failed so often that it is left alone for a while; the cache goes on without it. */
  tier_degraded: { readonly tier: 'shared' | 'store'; readonly error: CacheError };
  /** The tier is back after so long, and so many changes that it had missed have been made up for. */
  tier_recovered: {
    readonly tier: 'shared' | 'store';
    readonly durationMs: number;
    readonly repaired: number;
  };
  /** The other processes cannot be heard: what they change may be missed, so that memory is trusted for a moment only. */
  bus_unlinked: { readonly reason: string };
  /** The other processes are heard again, after so long. */
  bus_linked: { readonly afterMs: number };
  /** Something that others have changed was missed for good: what was in memory was forgotten. */
  bus_missed: { readonly reason: string };
  /** An observer or hook threw; the cache and the others went on. */
  hook_failed: { readonly hook: string; readonly error: unknown };
}

/**
 * Events of the user's own, emitted with `cache.emit`. To be declared by merging:
 * `declare module 'nuthatch/engine' { interface CustomCacheEvents { price_changed: { sku: string } } }`.
 */
export interface CustomCacheEvents {}

type Named<Events> = {
  [Type in keyof Events]: { readonly type: Type; readonly cache: string } & Events[Type];
}[keyof Events];

/** Something that happened: `type` first, `cache` the name of the cache. */
export type CacheEvent = Named<CacheEvents> | Named<CustomCacheEvents>;

/** An event of the user's own, before the cache puts its name on it. */
export type CustomCacheEvent = WithoutCache<Named<CustomCacheEvents>>;

/** An event of the engine, before the cache puts its name on it. */
export type Fact = WithoutCache<Named<CacheEvents>>;

type WithoutCache<E> = E extends unknown ? Omit<E, 'cache'> : never;
