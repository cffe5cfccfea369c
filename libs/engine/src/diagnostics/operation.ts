/** Runs something, and answers what it answers. */
export type Around = <T>(run: () => T) => T;

/**
 * Something that takes time, as the subscribers of its channel see it: one object from `start` to `asyncEnd`, which can be the key of what they
 * keep of it. It has no values, neither of entries nor of what loaders answer.
 */
export interface Operation {
  /** The name of the cache. */
  readonly cache: string;
  /** Whether the cache does it by itself: what is under way around it has set it off at most, and does not wait for it. */
  readonly isBackground: boolean;
  /** How long it took, by the clock of the cache; `undefined` until it has ended. */
  readonly durationMs?: number | undefined;
  /** Why it failed; `undefined` where it did not. */
  readonly error?: unknown;
  /**
   * Runs it within `around`, so that all it does, across awaits, sees a context of the subscriber's; to be called at `start`. `around` calls what
   * it is given, once and at once, and must not throw.
   */
  around(around: Around): void;
}

/** A load of one key for all who wait for it: from the store, else from the loader. */
export interface LoadOperation extends Operation {
  readonly key: string;
  /** Where the value came from, once it is there. */
  readonly origin?: 'backing' | 'loader' | undefined;
}

/** Somebody waits for a load that was under way already. */
export interface WaitOperation extends Operation {
  readonly key: string;
  /** What is waited for, where it was told of. */
  readonly load: LoadOperation | undefined;
}

/** What can be asked of a store. */
export type StoreVerb =
  | 'open'
  | 'get'
  | 'getMany'
  | 'apply'
  | 'clear'
  | 'scan'
  | 'rows'
  | 'replaceAll'
  | 'invalidate'
  | 'invalidations'
  | 'claim'
  | 'fill'
  | 'release';

/** A call on the store. Where the store is down and not asked, `error` has the code `store_down`. */
export interface StoreOperation extends Operation {
  readonly operation: StoreVerb;
  /** The key, where it is about one. */
  readonly key: string | undefined;
  /** How many keys it is about, where that is known. */
  readonly keys: number | undefined;
}

/** A write-back policy brings to the store what is pending, in as many calls as it takes. */
export interface FlushOperation extends Operation {
  /** How many changes were pending when it began. */
  readonly pending: number;
  /** How many changes were stored, once it has ended. */
  readonly written?: number | undefined;
  /** How many changes were tried, or were to be, and are not stored. */
  readonly left?: number | undefined;
}
