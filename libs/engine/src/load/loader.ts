import type { Duration } from '../kernel/duration.js';
import type { WriteOptions } from '../kernel/life.js';
import type { EarlyExpirationChoice } from './early-expiration.js';
import type { RefreshAheadChoice } from './refresh-ahead.js';

/** A value whose time is over, or about to be. */
export interface StaleValue<V> {
  readonly value: V;
  /** Milliseconds since it was written. */
  readonly ageMs: number;
  readonly tags: readonly string[];
}

/** What a loader is told, and how it says more than its result does. */
export interface LoadContext<V = unknown> {
  readonly key: string;
  /** What is still kept of the last value: to ask the source whether it has changed, say by an ETag that is part of it. */
  readonly stale: StaleValue<V> | undefined;
  /** Aborted when every caller that waits has gone by its own `signal`, and when the cache is closed. */
  readonly signal: AbortSignal;
  /** Sets how long the result is to live; as `ttl` of the options. */
  setTtl(ttl: Duration): void;
  /** Sets what the result can be invalidated by, in the place of `tags` of the options. */
  setTags(tags: readonly string[]): void;
  /** Makes the result go to those who wait for it, and nowhere else. */
  skip(): void;
  /**
   * Answers the stale value, to be returned: the source says that it is still right, and it begins a new life.
   * @throws CacheError `nothing_stale` where there is none.
   */
  notModified(): V;
}

/** Fetches the value of a key from where it comes from. What it throws, its callers get; nothing is kept then. */
export type Loader<V> = (context: LoadContext<V>) => V | PromiseLike<V>;

/** How a load is made and what becomes of its result. What is left out is as the cache was told. */
export interface LoadOptions<V> extends WriteOptions<V>, LoadRules {
  /** Told the result, answers whether it is to be given to its callers only and not kept. */
  readonly unless?: ((value: V) => boolean) | undefined;
  /** Lets this caller go: its promise rejects with the reason. The load goes on while somebody else waits for it. */
  readonly signal?: AbortSignal | undefined;
}

/** How loads are made, for one call or, as defaults, for a whole cache. */
export interface LoadRules {
  /** Time to live of `null` and `undefined`, which say that there is nothing; that of other values by default. */
  readonly negativeTtl?: Duration | undefined;
  /** For how long the error of a load is given to those who ask again, without another load; not at all by default. */
  readonly errorTtl?: Duration | undefined;
  /**
   * Loads a value anew, in the background, when it is read shortly before it expires: `true`, or the share of its life that is left then.
   * `true` means 0.2, 0.3 beyond 10 reads, and 0.5 beyond 100.
   */
  readonly refreshAhead?: RefreshAheadChoice | undefined;
  /**
   * Loads a value anew, in the background, at a moment drawn by chance before it expires, the earlier the longer its load takes, so that
   * many processes do not all load at once.
   */
  readonly earlyExpiration?: EarlyExpirationChoice | undefined;
  /** After so long a caller gets the stale value, where there is one; the load goes on. It waits by default. */
  readonly softTimeout?: Duration | undefined;
  /**
   * After so long a caller gets the stale value or else the error `load_timeout`; 30 seconds by default. The loader goes on, and what it
   * answers in the end is kept where it is still right.
   */
  readonly hardTimeout?: Duration | undefined;
  /** Whether a stale value may be served in the place of this error; always by default. Answer `false` to a "not found" that is to be seen. */
  readonly shouldServe?: ((error: unknown) => boolean) | undefined;
  /**
   * With a `sharedTier`, one process loads a key and the others wait for what it shares: for how long they do where it does not answer; 2 seconds by
   * default. `false`: each loads by itself. A loader that takes longer than the lease may be joined by one more.
   */
  readonly lease?: Duration | false | undefined;
}
