import { type Cache, escapePattern } from 'nuthatch/engine';
import { badKeyvOption } from './keyv-errors.js';
import type { KeyvEntryLike, KeyvListener } from './keyv-types.js';

/** How a cache serves as a storage adapter. */
export interface NuthatchKeyvOptions {
  /** What is put before keys that do not have it yet, and all that `clear()` deletes. A Keyv sets it to its own. */
  readonly namespace?: string | undefined;
}

/** How many values are read at a time while entries are listed. */
const PAGE = 100;

/**
 * A cache as a storage adapter of Keyv 5, for all that takes a Keyv: bounded memory, and behind it the cache's store. Values are kept as
 * the Keyv hands them over. Without a time to live of the Keyv the cache's own holds. Closing stays with whoever made the cache.
 *
 * @example
 * ```ts
 * const keyv = new Keyv({ store: new NuthatchKeyv(cache), namespace: 'sessions' });
 * ```
 */
export class NuthatchKeyv {
  /** A Keyv lists only stores whose dialect is one of its own. */
  readonly opts: Record<string, unknown> = { dialect: 'sqlite', url: 'sqlite://nuthatch' };
  namespace: string | undefined;
  readonly #cache: Cache;
  readonly #listeners = new Map<string, Set<KeyvListener>>();

  // A cache of whatever values: only what Keyv has put in comes out.
  constructor(cache: Cache<never> | Cache, options: NuthatchKeyvOptions = {}) {
    if (typeof (cache as Cache | undefined)?.getMany !== 'function')
      throw badKeyvOption('cache', 'a cache of createCache', cache);
    this.#cache = cache as Cache;
    this.namespace = options.namespace;
  }

  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    return this.#read(async () => (await this.#cache.get(this.#own(key))) as Value | undefined);
  }

  async getMany<Value = unknown>(keys: string[]): Promise<(Value | undefined)[]> {
    const own = keys.map((key) => this.#own(key));
    const found = await this.#read(() => this.#cache.getMany(own));
    return own.map((key) => found.get(key) as Value | undefined);
  }

  /** @param ttl milliseconds; 0 and less delete. */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    if (ttl !== undefined && !(ttl > 0)) await this.#cache.delete(this.#own(key));
    else await this.#cache.set(this.#own(key), value, { ttl });
    return true;
  }

  /** Answers `true` for each entry: all are kept, or it rejects. */
  async setMany(entries: KeyvEntryLike[]): Promise<boolean[] & void> {
    await this.#cache.batch(async (batch) => {
      for (const { key, value, ttl } of entries) {
        if (ttl !== undefined && !(ttl > 0)) await batch.delete(this.#own(key));
        else await batch.set(this.#own(key), value, { ttl });
      }
    });
    // A Keyv hands on what it is answered, though its type of an adapter says that this is nothing.
    return entries.map(() => true) as boolean[] & void;
  }

  /** Answers whether there was an entry. */
  async delete(key: string): Promise<boolean> {
    return this.#cache.delete(this.#own(key));
  }

  /** Answers whether there was an entry under each key. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const own = new Set(keys.map((key) => this.#own(key)));
    return (await this.#cache.deleteMany([...own])) === own.size;
  }

  /** Deletes what is of the namespace; everything in the cache where there is none. */
  async clear(): Promise<void> {
    if (this.namespace === undefined) await this.#cache.clear();
    else await this.#cache.invalidateMatching(`${escapePattern(`${this.namespace}:`)}*`);
  }

  async has(key: string): Promise<boolean> {
    return this.#read(() => this.#cache.has(this.#own(key)));
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)));
  }

  /**
   * Every entry of a namespace, those of the store included: that costs a snapshot of the cache, and fills memory with what is read.
   * Entries that are written meanwhile may be missing.
   */
  async *iterator<Value = unknown>(namespace = this.namespace): AsyncGenerator<[string, Value], void> {
    const prefix = namespace === undefined ? '' : `${namespace}:`;
    const keys = (await this.#read(() => this.#keys())).filter((key) => key.startsWith(prefix));
    for (let from = 0; from < keys.length; from += PAGE) {
      const found = await this.#read(() => this.#cache.getMany(keys.slice(from, from + PAGE)));
      for (const [key, value] of found) yield [key, value as Value];
    }
  }

  /** Waits until everything that was set is stored. The cache stays open: it may serve others. */
  async disconnect(): Promise<void> {
    await this.#cache.flush();
  }

  /** Of `error`: reads that failed, which a Keyv takes for misses. What else happens, `cache.events$` tells. */
  on(event: string, listener: KeyvListener): this {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return this;
  }

  off(event: string, listener: KeyvListener): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }

  /** A Keyv puts its namespace before a key, but not where it is told not to. */
  #own(key: string): string {
    const prefix = `${this.namespace}:`;
    return this.namespace === undefined || key.startsWith(prefix) ? key : `${prefix}${key}`;
  }

  async #keys(): Promise<string[]> {
    const resident = [...this.#cache.keys()];
    const { store, sharedTier } = this.#cache.info();
    if (store === undefined && sharedTier === undefined) return resident;
    const { rows = [] } = await this.#cache.snapshot();
    return [...new Set([...resident, ...rows.map(({ key }) => key)])];
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      for (const listener of this.#listeners.get('error') ?? []) listener(error);
      throw error;
    }
  }
}
