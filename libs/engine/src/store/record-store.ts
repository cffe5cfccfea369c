import type { StoreContext } from './backing-store.js';

/**
 * A change to one record. `version` says which change it is: larger is later, a whole number below 2^53, drawn from the wall clock, and
 * never the same or smaller twice in one process. It is of use to a table with a column for it, and to no other.
 */
export type Change<V> =
  | { readonly type: 'set'; readonly key: string; readonly value: V; readonly version: number }
  | { readonly type: 'delete'; readonly key: string; readonly version: number };

/** Under which circumstances changes are written. */
export interface RecordWriteOptions {
  /**
   * Set where the changes come out of a journal: some may have been written before the process died, and others been overtaken since.
   * A table with a column for versions skips those that are not newer than what it has; any other writes them once more.
   */
  readonly replay?: boolean | undefined;
}

/**
 * Your own database behind a cache: values instead of encoded rows, and a table that needs no column for the cache. It is the truth
 * (role `'record'`): what expires or is invalidated is forgotten by memory and loaded again.
 *
 * One cache uses it, from its opening until it calls `close`. Writes of one key come one after the other; anything else may come at the
 * same time. Whatever a method throws is wrapped into a `CacheError` `store_failed` that names the operation and keeps the cause.
 *
 * @example
 * ```ts
 * class ProductStore implements RecordStore<Product> {
 *   async load(key: string) { return products.findOne(idOf(key)); }
 *   async write(changes: readonly Change<Product>[]) { await products.transaction(changes); }
 * }
 * ```
 */
export interface RecordStore<V> {
  /** The record of a key; `undefined` where there is none. It is kept in memory as it is, without a copy. */
  load(key: string): Promise<V | undefined>;
  /** The records that there are, by key; what nobody asked for is ignored. Left out: `load`, eight at a time. */
  loadMany?(keys: readonly string[]): Promise<ReadonlyMap<string, V>>;
  /**
   * Makes all changes, or none and throws. At most one change per key, in the order in which they were made; never an empty list. Values
   * are copies, made when the change was acknowledged. A `set` inserts or replaces; to delete what is not there is no error.
   */
  write(changes: readonly Change<V>[], options?: RecordWriteOptions): Promise<void>;
  /** Every record with its key, some at a time. Left out: snapshots of this cache are refused. */
  scan?(): AsyncIterable<readonly (readonly [key: string, value: V])[]>;
  /** Deletes every record; called by `cache.clear({ store: true })` alone, which is refused where this is left out. */
  clear?(): Promise<void>;
  /** The cache is closed, everything that could be written has been. Left out: nothing happens. */
  close?(): Promise<void>;
}

/** Makes the record store of a cache; for a class that serves many caches, each with a table of its own. */
export interface RecordStoreFactory<V> {
  /** The name shown in `info()`; the class's name when left out. */
  readonly name?: string;
  create(context: StoreContext): RecordStore<V>;
}

/** Whether a store keeps values, as {@link RecordStore} does, and not encoded rows. A repository may have a method `create`. */
export function isRecordStore(store: unknown): store is RecordStore<unknown> {
  return hasMethod(store, 'load') && hasMethod(store, 'write');
}

/** Whether something is an object with a method of that name. */
export function hasMethod(store: unknown, method: string): boolean {
  // A property of an object can be read by its name.
  return (
    typeof store === 'object' &&
    store !== null &&
    typeof (store as Readonly<Record<string, unknown>>)[method] === 'function'
  );
}
