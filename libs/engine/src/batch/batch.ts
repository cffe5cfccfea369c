import type { WriteOptions } from '../kernel/life.js';

/**
 * The cache as the block of `cache.batch` sees it. What the block writes is seen by its own reads only, until the block has ended and all
 * of it is made at once. What it does not write it reads from the cache as that stands: nobody is kept from changing it meanwhile.
 */
export interface Batch<V = unknown> {
  /** The value that the block has written, else the cache's. */
  get(key: string): Promise<V | undefined>;
  /** The values of those keys that have one; what the block has not written is read in one call. */
  getMany(keys: readonly string[]): Promise<Map<string, V>>;
  /** Whether there is an entry, with what the block has changed. */
  has(key: string): Promise<boolean>;
  /** Writes a value when the block has ended; its life starts now. */
  set(key: string, value: V, options?: WriteOptions): Promise<void>;
  /** Writes entries when the block has ended; their life starts now. */
  setMany(entries: Iterable<readonly [key: string, value: V]>, options?: WriteOptions): Promise<void>;
  /** Deletes a key when the block has ended; answers whether there is an entry, with what the block has changed. */
  delete(key: string): Promise<boolean>;
  /** Deletes keys when the block has ended; answers how many of them have an entry, with what the block has changed. */
  deleteMany(keys: readonly string[]): Promise<number>;
  /**
   * A block within the block: its changes join those around it when it has ended, and are made with them. Where it throws, its own changes
   * are gone, and whoever catches that goes on with the rest.
   */
  batch<T>(block: BatchBlock<V, T>): Promise<T>;
}

/** What is done in a batch; its answer is the batch's. */
export type BatchBlock<V, T> = (batch: Batch<V>) => T | PromiseLike<T>;
