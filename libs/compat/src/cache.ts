import type { EventEmitter } from 'node:events';
import type { Loose } from './loose.js';

/** An entry of {@link Cache.mset}; `ttl` in milliseconds. */
export interface CacheItem<T = unknown> {
  key: string;
  value: T;
  ttl?: number | undefined;
}

/** What a store keeps of a value. */
export interface StoredValue<T = unknown> {
  value?: T;
  /** Epoch milliseconds; `undefined` where the value never expires. */
  expires?: number | undefined;
}

/** How {@link Cache.wrap} keeps what it loads. */
export interface WrapOptions<T> {
  /** Milliseconds, or how to tell them from the value; left out, the `ttl` of the module. */
  ttl?: number | ((value: T) => number);
  /** A value with fewer milliseconds than this to live is loaded anew in the background; left out, that of the module. */
  refreshThreshold?: number | ((value: T) => number);
}

/** {@link WrapOptions} of a `wrap` that answers the value with its expiry. */
export interface WrapOptionsRaw<T> extends WrapOptions<T> {
  raw: true;
}

/**
 * What the listeners of a cache are called with. A `get` without `value` is a miss; `error` tells of a store that failed, and a listener
 * that throws harms nobody.
 */
export interface CacheEvents {
  get: <T>(data: { key: string; value?: T; error?: unknown; store?: string }) => void;
  mget: <T>(data: { keys: string[]; value?: T[]; values?: (T | undefined)[]; error?: unknown }) => void;
  ttl: <T>(data: { key: string; value?: T; error?: unknown }) => void;
  set: <T>(data: { key: string; value: T; error?: unknown; store?: string }) => void;
  mset: (data: { list: CacheItem<Loose>[]; error?: unknown }) => void;
  del: (data: { key: string; error?: unknown }) => void;
  mdel: (data: { keys: string[]; error?: unknown }) => void;
  clear: (error?: unknown) => void;
  refresh: <T>(data: { key: string; value: T; error?: unknown }) => void;
}

/**
 * A cache of one or several stores, and its own token: `constructor(private readonly cache: Cache) {}`. Each member can be used apart from
 * the others: `const { get, set } = cache`. All times are milliseconds, and `0` is for ever.
 */
export abstract class Cache {
  /** The value of a key in the first store that has it, which the stores before it then get, too; `undefined` where none has it. */
  abstract get: <T>(key: string) => Promise<T | undefined>;
  /** The values of keys in their order; `undefined` for each that no store has. */
  abstract mget: <T>(keys: string[]) => Promise<(T | undefined)[]>;
  /** When a value expires, in epoch milliseconds; `undefined` where it never does, or is not there. */
  abstract ttl: (key: string) => Promise<number | undefined>;
  /** Keeps a value in every store, and answers it. Rejects where a store throws; with `nonBlocking` that is a `set` event only. */
  abstract set: <T>(key: string, value: T, ttl?: number) => Promise<T>;
  /** As {@link Cache.set}, of many values. */
  abstract mset: <T>(list: CacheItem<T>[]) => Promise<CacheItem<T>[]>;
  /** Removes a value from every store, what the interceptor keeps of it for single persons included. Answers true. */
  abstract del: (key: string) => Promise<boolean>;
  /** As {@link Cache.del}, of many keys. */
  abstract mdel: (keys: string[]) => Promise<boolean>;
  /** Empties every store. Answers true. */
  abstract clear: () => Promise<boolean>;
  abstract on: <E extends keyof CacheEvents>(event: E, listener: CacheEvents[E]) => EventEmitter;
  abstract off: <E extends keyof CacheEvents>(event: E, listener: CacheEvents[E]) => EventEmitter;
  /** Disconnects every store. */
  abstract disconnect: () => Promise<undefined>;
  abstract cacheId: () => string;
  /** The stores as they were given, raw adapters behind a Keyv's face; without any, the memory of the cache behind one. */
  abstract stores: Loose[];
  /**
   * The value of a key, loaded where no store has it. However many ask at once, one load runs, and what was changed meanwhile is not
   * overwritten by it. `undefined` is not kept. Rejects with what `load` throws, and never because of a store.
   */
  abstract wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    ...life: [ttl?: number | ((value: T) => number), refreshThreshold?: number | ((value: T) => number)]
  ): Promise<T>;
  abstract wrap<T>(key: string, load: () => T | Promise<T>, options: WrapOptions<T>): Promise<T>;
  abstract wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    options: WrapOptionsRaw<T>,
  ): Promise<StoredValue<T> | undefined>;
}
