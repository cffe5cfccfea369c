import { type EvictionChoice, resolveEviction } from '../eviction/resolve.js';
import type { EvictionChoiceReport } from '../eviction/strategy.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import { Problems } from '../kernel/problems.js';
import { type Bounds, type BoundsOptions, changeBounds } from './bounds.js';
import { type MemoryCacheOptions, parseTtl, resolveTable, type TableOptions } from './memory-options.js';
import { MemoryTable } from './memory-table.js';
import { type Removal, RemovalListeners } from './removal-listeners.js';

/**
 * A synchronous cache in memory: bounded by entries and bytes, with a time to live and a choice of eviction strategies. Reads and
 * writes are O(1) with the strategies `lru`, `lfu` and `fifo`, and O(log n) with `ttl`. Keys compare as in a `Map` and may be
 * anything but `undefined`; values are kept by reference.
 *
 * @example
 * ```ts
 * const cache = new MemoryCache<string, User>({ maxItems: 10_000, ttl: '5m', eviction: 'lfu' });
 * cache.set('user:1', user);
 * cache.get('user:1');
 * ```
 */
export class MemoryCache<K, V> {
  readonly #table: MemoryTable<K, V, undefined>;
  readonly #ttlMs: number;
  readonly #listeners = new RemovalListeners<K, V>();
  /** Whether the short road of a write is open, and the shortest one; kept at hand. */
  #isBare = false;
  #isPlain = false;

  /** @throws CacheError `bad_option` or `unknown_name`, naming every wrong option in one message. */
  constructor(options: MemoryCacheOptions<K, V> = {}) {
    const problems = new Problems();
    const table = resolveTable(options, problems);
    const ttlMs = problems.check(() => parseTtl(options.ttl));
    this.#ttlMs = problems.settle({ ttlMs }).ttlMs;
    this.#table = new MemoryTable(problems.settle<TableOptions<K, V>>(table), this.#listeners);
    this.#lookWhatIsBare();
  }

  /** How many entries are held, those included that have expired and are not removed yet. */
  get size(): number {
    return this.#table.size;
  }

  /** The sum of the weights in bytes; 0 where nothing is weighed. */
  get totalWeight(): number {
    return this.#table.totalWeight;
  }

  /** The bounds in force; `Infinity` where there is none. */
  get bounds(): Bounds {
    return this.#table.bounds;
  }

  /** The name of the strategy in charge. */
  get eviction(): string {
    return this.#table.eviction;
  }

  /** What a strategy that chooses among others has chosen, and why; `undefined` of the others. */
  get evictionChoice(): EvictionChoiceReport | undefined {
    return this.#table.choice;
  }

  /** The value of a key, counted as a use; `undefined` where there is none. */
  get(key: K): V | undefined {
    return this.#table.read(key);
  }

  /**
   * Keeps a value, overwriting what was there. Answers whether it is kept: an entry heavier than `maxBytes` is not, and takes its
   * old value with it, and a strategy may refuse a newcomer.
   * @throws CacheError `bad_option` where `ttl` is no duration.
   */
  set(key: K, value: V, options?: { readonly ttl?: Duration | undefined }): boolean {
    if (key === undefined) throw badOption('key', 'anything but undefined', key);
    if (options === undefined && this.#isPlain) return this.#table.putImmortal(key, value) !== undefined;
    const ttlMs = options?.ttl === undefined ? this.#ttlMs : parseDuration('ttl', options.ttl);
    const expiresAt = ttlMs === Infinity ? Infinity : this.#table.time.exactNow() + ttlMs;
    const slot = this.#isBare
      ? this.#table.putBare(key, value, expiresAt)
      : this.#table.put(key, value, { expiresAt });
    return slot !== undefined;
  }

  /** Whether there is an entry; counts as no use. */
  has(key: K): boolean {
    return this.#table.slotOf(key) !== undefined;
  }

  /** Reads without counting as a use. */
  peek(key: K): V | undefined {
    const slot = this.#table.slotOf(key);
    return slot === undefined ? undefined : this.#table.valueAt(slot);
  }

  /** Removes an entry; answers whether there was one. */
  delete(key: K): boolean {
    const slot = this.#table.slotOf(key);
    if (slot === undefined) return false;
    this.#table.removeAt(slot, 'deleted');
    return true;
  }

  /** Removes every entry. O(n). */
  clear(): void {
    this.#table.clear();
  }

  /** The keys of the living entries, in order of arrival. Safe while the cache changes. */
  *keys(): Generator<K, void> {
    for (const slot of this.#table.living()) yield this.#table.keyAt(slot);
  }

  /** The living entries, in order of arrival. Counts as no use, and is safe while the cache changes. */
  *entries(): Generator<[K, V], void> {
    for (const slot of this.#table.living()) yield [this.#table.keyAt(slot), this.#table.valueAt(slot)];
  }

  [Symbol.iterator](): Generator<[K, V], void> {
    return this.entries();
  }

  /**
   * Changes the bounds and evicts what no longer fits; what is left out stays.
   * @throws CacheError `bad_option`, and changes nothing.
   */
  resize(bounds: BoundsOptions): void {
    this.#table.resize(changeBounds(this.#table.bounds, bounds));
  }

  /**
   * Puts another strategy in charge. Every entry stays, and the new strategy learns them in the old one's order, with their hits.
   * O(n). Where the new one throws, the old one stays in charge.
   */
  swapEviction(eviction: EvictionChoice): void {
    this.#table.swapEviction(resolveEviction(eviction));
    this.#lookWhatIsBare();
  }

  /**
   * Calls `listener` for every entry that has left, overwritten ones included; answers how to stop. It may change the cache, but one
   * that puts back what was evicted evicts the next, without end. What it throws becomes a process warning.
   */
  onRemoval(listener: (removal: Removal<K, V>) => void): () => void {
    const stop = this.#listeners.add(listener);
    this.#lookWhatIsBare();
    return () => {
      stop();
      this.#lookWhatIsBare();
    };
  }

  /** Stops the timers; the entries stay readable. */
  close(): void {
    this.#table.close();
  }

  /** @throws CacheError `broken_strategy` where the books of the cache or of its strategy do not balance. O(n), for tests. */
  audit(): void {
    this.#table.audit();
  }

  #lookWhatIsBare(): void {
    this.#isBare = this.#table.isBare;
    this.#isPlain = this.#isBare && this.#ttlMs === Infinity;
  }
}
