import type { Observable } from 'rxjs';
import type { Cache } from './cache.js';
import type { Explanation } from './explain/explanation.js';
import type { WriteOptions } from './kernel/life.js';
import type { BulkLoader, BulkSource } from './load/bulk-loader.js';
import type { Loader, LoadOptions } from './load/loader.js';
import { ShardedControls } from './sharded-controls.js';
import type { Shards } from './shards.js';

/**
 * Several whole caches behind one ring: each has its own memory, eviction, store and write policy, and some of the keys. Made by `createShardedCache`.
 * The verbs are those of `Cache`, and mean the same for one key. Calls on several keys go to their shards in parallel, and are as whole as each shard
 * makes them: where one fails, the others have done their part. A `CacheError` of a shard tells its name, and has that of the shard as its `cause`.
 *
 * What needs keys to be together is asked of the shard of a key: `shardOf(key).batch(...)`, `run`, `undo`, `snapshot`, `addDependency`, `warm`.
 */
export class ShardedCache<V = unknown> extends ShardedControls<V> {
  readonly #shards: Shards<V>;

  /** @internal Use `createShardedCache`. */
  constructor(shards: Shards<V>) {
    super(shards);
    this.#shards = shards;
  }

  /** The caches by the names of their shards, in the order in which they were named. */
  get shards(): ReadonlyMap<string, Cache<V>> {
    return new Map(Array.from(this.#shards, ({ name, cache }) => [name, cache]));
  }

  /** The whole cache that has a key. @throws CacheError `bad_key`. */
  shardOf(key: string): Cache<V> {
    return this.#shards.of(key).cache;
  }

  /** The name of the shard that has a key. @throws CacheError `bad_key`. */
  shardNameOf(key: string): string {
    return this.#shards.of(key).name;
  }

  /** The value of a key; `undefined` where there is none. See `Cache.get`. */
  get(key: string): Promise<V | undefined> {
    return this.#shards.on(key, (cache) => cache.get(key));
  }

  /** The values of those keys that have one, in the order of the keys. Each shard is asked once. */
  async getMany(keys: readonly string[]): Promise<Map<string, V>> {
    const parts = this.#shards.split(new Set(keys), (key) => key);
    return inOrder(keys, await this.#shards.onEach(parts, (cache, part) => cache.getMany(part)));
  }

  /** The value of a key, loaded and kept where nobody has a fresh one. See `Cache.getOrLoad`. */
  getOrLoad(key: string, loader?: Loader<V>, options?: LoadOptions<V>): Promise<V> {
    return this.#shards.on(key, (cache) => cache.getOrLoad(key, loader, options));
  }

  /**
   * The values of all keys, in their order. See `Cache.getManyOrLoad`.
   * @param loader asked for the misses of each shard at once, so as often as there are shards with a miss.
   */
  async getManyOrLoad(
    keys: readonly string[],
    loader?: BulkLoader<V> | BulkSource<V>,
    options?: LoadOptions<V>,
  ): Promise<Map<string, V>> {
    const parts = this.#shards.split(new Set(keys), (key) => key);
    const found = await this.#shards.onEach(parts, (cache, part) =>
      cache.getManyOrLoad(part, loader, options),
    );
    return inOrder(keys, found);
  }

  /** Writes a value. See `Cache.set`. */
  set(key: string, value: V, options?: WriteOptions<V>): Promise<void> {
    return this.#shards.on(key, (cache) => cache.set(key, value, options));
  }

  /** Writes entries as one batch per shard: each shard gets all of its own, or none. Where one fails, the others have theirs. */
  async setMany(
    entries: Iterable<readonly [key: string, value: V]>,
    options?: WriteOptions<V>,
  ): Promise<void> {
    const parts = this.#shards.split(entries, ([key]) => key);
    await this.#shards.onEach(parts, (cache, part) => cache.setMany(part, options));
  }

  /** Deletes a key everywhere; answers whether there was an entry. */
  delete(key: string): Promise<boolean> {
    return this.#shards.on(key, (cache) => cache.delete(key));
  }

  /** Deletes keys as one batch per shard; answers how many of them had an entry. Where a shard fails, the others have deleted theirs. */
  async deleteMany(keys: readonly string[]): Promise<number> {
    const parts = this.#shards.split(new Set(keys), (key) => key);
    const counts = await this.#shards.onEach(parts, (cache, part) => cache.deleteMany(part));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Makes the value of a key stale; answers whether there was a fresh one. See `Cache.expire`. */
  expire(key: string): Promise<boolean> {
    return this.#shards.on(key, (cache) => cache.expire(key));
  }

  /** Whether there is an entry, in memory or behind it. Counts as no use. */
  has(key: string): Promise<boolean> {
    return this.#shards.on(key, (cache) => cache.has(key));
  }

  /** What is known of a key. See `Cache.explain`. */
  explain(key: string): Promise<Explanation> {
    return this.#shards.on(key, (cache) => cache.explain(key));
  }

  /** The value in memory, without counting as a use and without asking the store. @throws CacheError `bad_key`. */
  peek(key: string): V | undefined {
    return this.shardOf(key).peek(key);
  }

  /** The value of a key now, and whenever it is another. See `Cache.watch$`. @throws CacheError `bad_key`. */
  watch$(key: string): Observable<V | undefined> {
    return this.shardOf(key).watch$(key);
  }

  /** How many entries the memory of all shards holds, those included that have expired and are not removed yet. */
  get size(): number {
    return Array.from(this.#shards, ({ cache }) => cache.size).reduce((sum, size) => sum + size, 0);
  }

  /** The keys in memory, shard by shard, those of each in order of arrival. Safe while the cache changes. */
  *keys(): Generator<string, void> {
    for (const { cache } of this.#shards) yield* cache.keys();
  }

  /** The entries in memory, shard by shard, not counted as uses. Safe while the cache changes. */
  *entries(): Generator<[key: string, value: V], void> {
    for (const { cache } of this.#shards) yield* cache.entries();
  }

  [Symbol.iterator](): Generator<[key: string, value: V], void> {
    return this.entries();
  }

  /** Runs `fn` with other defaults for the writes and loads that it makes on any shard; see `Cache.withOverrides`. */
  withOverrides<T>(overrides: WriteOptions, fn: () => T): T {
    const caches = Array.from(this.#shards, ({ cache }) => cache);
    return caches.reduce<() => T>((run, cache) => () => cache.withOverrides(overrides, run), fn)();
  }
}

function inOrder<V>(keys: readonly string[], found: readonly ReadonlyMap<string, V>[]): Map<string, V> {
  const all = new Map(found.flatMap((part) => [...part]));
  const ordered = new Map<string, V>();
  for (const key of keys) {
    const value = all.get(key);
    // A value may be undefined where it was loaded so.
    if (value !== undefined || all.has(key)) ordered.set(key, value as V);
  }
  return ordered;
}
