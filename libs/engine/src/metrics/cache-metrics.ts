import type { Latency } from './latency.js';

/** What a cache has counted since it was opened; plain numbers, none of them per key. */
export interface Counts {
  /** Reads that found a value: in memory, among the pending writes, or in a store of the role `'cache'`. */
  readonly hits: number;
  /** Of these, the ones that were found in the store. */
  readonly store_hits: number;
  /** Reads that found a value in the shared tier; they are hits, too. */
  readonly shared_hits: number;
  /** Reads that found nothing, or had to go to a store of the role `'record'` or to a loader. */
  readonly misses: number;
  /** Entries that left memory to make room. */
  readonly evictions: number;
  /** Entries that left memory because their life was over. */
  readonly expirations: number;
  /** Values written by callers, `setMany` counting each. */
  readonly sets: number;
  /** Keys deleted by callers. */
  readonly deletes: number;
  /** Writes that a write-back policy has brought to the store. */
  readonly flushed_writes: number;
  /** Flushes that failed. */
  readonly flush_errors: number;
  /** Calls of flushes on the store with something that it had refused before. */
  readonly write_retries: number;
  /** Changes that were given up, since the store refuses them while it takes others. How many there are now tells `cache.deadLetters`. */
  readonly dead_letters: number;
  /** Troubles of the journal that no caller was told of. */
  readonly journal_errors: number;
  /** Loaders that were run. */
  readonly loads: number;
  /** Loaders that threw. */
  readonly load_failures: number;
  /** Results of loaders that were not kept, since the key was changed or invalidated meanwhile. */
  readonly loads_fenced: number;
  /** Loads of values that were still there, made in the background or in the place of a stale one. */
  readonly refreshes: number;
  /** Stale values that were served, while they were loaded anew or since that failed. */
  readonly stale_served: number;
  /** Loads that took longer than their `hardTimeout`. */
  readonly load_timeouts: number;
  /** Loads that were refused, since too many were running and waiting. */
  readonly loads_refused: number;
  /** Invalidations: by tag, pattern, namespace, key or event, and of what depends on a key that was changed. */
  readonly invalidations: number;
  /** Invalidations that failed where no caller was told. */
  readonly invalidation_failures: number;
  /** Failures of the store that no caller was told of. */
  readonly store_failures: number;
  /** Calls on the store that took longer than their deadline. */
  readonly store_timeouts: number;
  /** Calls that were refused without asking the store, since it is down. */
  readonly store_rejections: number;
  /** Observers and hooks that threw. */
  readonly hook_failures: number;
}

/** What a cache measures now. */
export interface CacheMetrics extends Counts {
  /** Entries in memory. */
  readonly current_items: number;
  /** Their weight in bytes, as `weigh` counts it. */
  readonly total_bytes: number;
  /** Writes that are not in the store yet. */
  readonly dirty_writes_pending: number;
  /** Changes and invalidations that the store has missed, and that will be made up for when it is back. */
  readonly store_repairs_pending: number;
  /** How long the oldest of these has been waiting, in milliseconds; 0 where there is none. */
  readonly oldest_pending_ms: number;
  /** Changes in the journal, dead letters included, that are not let go of. */
  readonly journal_depth: number;
  /** What the journal takes on disk. */
  readonly journal_bytes: number;
  /** Milliseconds, with percentiles; all zero where `metrics: false`. */
  readonly latencies: {
    readonly load: Latency;
    readonly store: Latency;
    readonly flush: Latency;
  };
  /** The counters that users added. */
  readonly custom: Readonly<Record<string, number>>;
}
