/** Called with what an event brings; of `error` that is the error. */
export type KeyvListener = (brought?: unknown) => void;

/** What Keyv keeps of a value, where it is asked for it as it is. */
export interface KeyvStored {
  readonly value?: unknown;
  /** Epoch milliseconds; left out, never. */
  readonly expires?: number | null | undefined;
}

/** An entry of `setMany`; `ttl` in milliseconds. */
export interface KeyvEntryLike {
  readonly key: string;
  readonly value: unknown;
  readonly ttl?: number | undefined;
}

/**
 * A storage adapter of Keyv 4 or 5, as far as it is used: `new KeyvRedis(url)`, `new KeyvSqlite(uri)`, a `Map`. What a method answers is
 * looked at before it is believed, since adapters differ.
 */
export interface KeyvAdapterLike {
  get(key: string): unknown;
  /** @param ttl milliseconds; left out, for ever. */
  set(key: string, value: unknown, ttl?: number): unknown;
  delete(key: string): unknown;
  clear(): unknown;
  getMany?(keys: string[]): unknown;
  setMany?(entries: { key: string; value: unknown; ttl?: number }[]): unknown;
  deleteMany?(keys: string[]): unknown;
  has?(key: string): unknown;
  /** Goes through `[key, value]` pairs of a namespace. */
  iterator?(namespace?: string): AsyncIterable<unknown> | Iterable<unknown>;
  disconnect?(): unknown;
  on?(event: string, listener: KeyvListener): unknown;
  off?(event: string, listener: KeyvListener): unknown;
}

/** A Keyv of version 4 or 5, as far as it is used. No type of the package is named, so that nobody needs it. */
export interface KeyvLike extends KeyvAdapterLike {
  readonly opts: object;
  /** What puts `namespace:` before every key; undefined where there is none. */
  readonly namespace?: string | undefined;
  /** Whether keys get that prefix; left out, they do. */
  readonly useKeyPrefix?: boolean;
  /** The adapter behind it; version 4 has it in `opts` alone. */
  readonly store?: unknown;
}

/** A store of cache-manager 5: what `redisStore(...)` or `memoryStore(...)` answers. */
export interface CacheManagerStoreLike {
  get(key: string): unknown;
  /** @param ttl milliseconds; left out, as the store was told. */
  set(key: string, value: unknown, ttl?: number): unknown;
  del(key: string): unknown;
  mget?(...keys: string[]): unknown;
  mdel?(...keys: string[]): unknown;
  reset?(): unknown;
  keys?(pattern?: string): unknown;
  disconnect?(): unknown;
  on?(event: string, listener: KeyvListener): unknown;
  off?(event: string, listener: KeyvListener): unknown;
}

/** Whether something is a Keyv: an adapter in front of another one, with options of its own. */
export function isKeyv(found: unknown): found is KeyvLike {
  if (!isKeyvAdapter(found) || !isObject(found['opts'])) return false;
  return 'serializeData' in found || '_getKeyPrefix' in found || isKeyvAdapter(found['opts']['store']);
}

/** Whether something can be used as a storage adapter of Keyv; a Keyv can, too. */
export function isKeyvAdapter(found: unknown): found is KeyvAdapterLike & Readonly<Record<string, unknown>> {
  return hasMethods(found, ['get', 'set', 'delete', 'clear']);
}

/** Whether something is a store of cache-manager 5. */
export function isCacheManagerStore(found: unknown): found is CacheManagerStoreLike {
  return hasMethods(found, ['get', 'set', 'del']) && !isKeyvAdapter(found);
}

function hasMethods(found: unknown, methods: readonly string[]): boolean {
  return isObject(found) && methods.every((method) => typeof found[method] === 'function');
}

function isObject(found: unknown): found is Readonly<Record<string, unknown>> {
  return typeof found === 'object' && found !== null;
}
