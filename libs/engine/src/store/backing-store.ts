import type { Clock } from '../kernel/clock.js';
import type { Invalidation } from '../kernel/invalidation.js';

/**
 * What a store is to its cache. `'cache'`: the large, durable tier of this cache; it holds what the cache was given and
 * nothing else. `'record'`: the user's truth, over which memory is a window; expiry, invalidation and `clear` then only
 * make memory forget.
 */
export type StoreRole = 'cache' | 'record';

/** A value as a codec wrote it. */
export type Encoded = string | Uint8Array;

/** An entry as a store keeps it. */
export interface Row {
  readonly key: string;
  readonly value: Encoded;
  /** Epoch milliseconds; `undefined` never. */
  readonly expiresAt: number | undefined;
  /** Which write brought it: larger is later. */
  readonly version: number;
  readonly tags: readonly string[];
  /** From when on the value is stale, as epoch milliseconds, before `expiresAt`; left out, it is fresh until then. */
  readonly freshUntil?: number | undefined;
  /** Where it comes from, if not from the store that was asked: the shared tier in front of it. Not stored. */
  readonly from?: 'shared' | undefined;
}

/** A change to one key of a store. */
export type Operation =
  | { readonly type: 'set'; readonly row: Row }
  /** `version` as of a row: which change it was. */
  | { readonly type: 'delete'; readonly key: string; readonly version: number };

/** How a store is to apply operations. */
export interface ApplyOptions {
  /**
   * Skips operations on rows whose version is the same or larger: set when a journal is replayed, of which some may have been applied
   * before the process died, and others been overtaken since.
   */
  readonly onlyNewer?: boolean | undefined;
}

/** What a store is given before it is used. */
export interface StoreContext {
  /** The name of the cache: rows of other namespaces are not to be seen or touched. */
  readonly namespace: string;
  readonly clock: Clock;
}

/**
 * Where entries are kept beyond memory. A store is asked by one cache, whose writes of one key come one after the other; it is opened
 * once before its first use and closed once. Rows that have expired may be answered: the cache looks at `expiresAt` itself.
 *
 * Whatever a method throws is wrapped into a `CacheError` that names the operation.
 */
export interface BackingStore {
  readonly role: StoreRole;
  readonly capabilities: StoreCapabilities;
  open(): Promise<void>;
  get(key: string): Promise<Row | undefined>;
  /** The rows that there are, in any order. */
  getMany(keys: readonly string[]): Promise<readonly Row[]>;
  /** Applies all operations in order, or none. */
  apply(operations: readonly Operation[], options?: ApplyOptions): Promise<void>;
  /** Deletes every row of the namespace. */
  clear(): Promise<void>;
  /**
   * Remembers invalidations, all or none, so that they hold after a restart: resolves when {@link invalidations} will answer them. The rows
   * that they make gone are deleted then or later; the cache does not show them meanwhile. May be left to {@link invalidations} in a store
   * of the role `'record'`, which is never asked.
   */
  invalidate(invalidations: readonly Invalidation[]): Promise<void>;
  /**
   * The invalidations of the namespace that may still matter, in order of version; where there were too many, older ones may be summed up in
   * one that covers more, such as the prefix `''`. Asked once, when the cache is opened.
   */
  invalidations(): Promise<readonly Invalidation[]>;
  /** Every row of the namespace, in any order, as they stood at one moment. */
  rows(): Promise<readonly Row[]>;
  /**
   * As {@link rows}, some at a time, so that a large store need not be in memory: as they stood when the first were asked for, whatever is
   * written meanwhile. May be left out where the rows are few.
   */
  scan?(): AsyncIterable<readonly Row[]>;
  /** Replaces every row of the namespace by those that come, or changes nothing. Called only where `capabilities.replaceAll`. */
  replaceAll(rows: AsyncIterable<readonly Row[]>): Promise<void>;
  /** Gives back what was opened. Rows stay. */
  close(): Promise<void>;
}

/** What a store can do beyond the rest. */
export interface StoreCapabilities {
  /** Whether {@link BackingStore.replaceAll} may be used; without it, snapshots are not restored. */
  readonly replaceAll: boolean;
}

/** Makes the store of a cache; this is what is configured and injected, since named caches share a factory. */
export interface BackingStoreFactory {
  /** The name shown in `info()`; the class's name when left out. */
  readonly name?: string;
  create(context: StoreContext): BackingStore;
}
