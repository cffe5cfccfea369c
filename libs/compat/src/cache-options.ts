import type { ConfigurableModuleAsyncOptions, Provider, Type } from '@nestjs/common';
import type { PrincipalRules } from 'nuthatch';
import type { ByteSize, Clock, EvictionChoice } from 'nuthatch/engine';
import type { CacheManagerStoreLike, KeyvAdapterLike } from './keyv/keyv-types.js';
import type { Loose } from './loose.js';

/** A store: a Keyv, an adapter of one, a `Cacheable`, or a store of cache-manager 4 or 5. */
export type CacheStore = KeyvAdapterLike | CacheManagerStoreLike;

/** How much the memory of a cache holds, and who leaves when it is full. */
export interface CacheMemoryOptions {
  /** How many entries; no limit by default. */
  readonly maxItems?: number | undefined;
  /** How many bytes, as estimated: a number or `'64mb'`, which is the default where `maxItems` is left out, too. */
  readonly maxBytes?: ByteSize | undefined;
  /** `'lru'` by default, which keeps what was written last. */
  readonly eviction?: EvictionChoice | undefined;
  /** The longest that a value is kept here, in milliseconds: how old an answer may be that another process has changed. */
  readonly ttl?: number | undefined;
  /** Where the time comes from; the machine's clocks by default. */
  readonly clock?: Clock | undefined;
}

/** How a cache keeps its values. */
export interface CacheManagerOptions {
  /**
   * Where values are kept: one store, or several in the order in which they are asked. Every read asks them, so that what other processes
   * write is seen. Left out, values are kept in memory.
   */
  stores?: CacheStore | CacheStore[];
  /** Goes before every key in stores that are given as raw adapters. */
  namespace?: string;
  /** How long a value is kept that is not told otherwise, in milliseconds; for ever by default. */
  ttl?: number;
  /** A value that `wrap` finds with fewer milliseconds than this to live is loaded anew in the background. */
  refreshThreshold?: number;
  /** Whether such a value goes into every store, rather than up to the one where it was found; false by default. */
  refreshAllStores?: boolean;
  /** Whether writes go on in the background, and reads ask all stores at once; false by default. */
  nonBlocking?: boolean;
  /** What `cacheId()` answers; random by default. */
  cacheId?: string;
  /**
   * How much the memory holds. With `stores`, this puts a memory in front of them as the first store: faster, and blind for
   * its `ttl` to what other processes write. There is none in front by default.
   */
  memory?: CacheMemoryOptions | boolean;
  /** How the interceptor tells who asks; what it cannot tell from the request, such as whose a cookie is, can be told here. */
  principal?: PrincipalRules;
  /**
   * `'strict'` keeps three habits of `@nestjs/cache-manager` that are otherwise mended: the interceptor answers everybody alike, whoever asks;
   * it does not cache `null`; and values in memory are shared with who wrote and read them.
   */
  compat?: 'fixed' | 'strict';
}

/** Options of the cache, and whatever the stores' own options are. */
export type CacheOptions<StoreConfig extends Record<Loose, Loose> = Record<string, Loose>> =
  CacheManagerOptions & StoreConfig;

/** What `CacheModule.register` takes. */
export type CacheModuleOptions<StoreConfig extends Record<Loose, Loose> = Record<string, Loose>> =
  CacheOptions<StoreConfig> & {
    /** Whether every module sees the cache without importing it; false by default. */
    isGlobal?: boolean;
    /** Provides the cache under `getCacheManagerToken(name)` instead of `CACHE_MANAGER`, so that a module may have several. */
    name?: string;
  };

/** A class that answers the options of a cache; for `useClass` and `useExisting`. */
export interface CacheOptionsFactory<StoreConfig extends Record<Loose, Loose> = Record<string, Loose>> {
  createCacheOptions(): Promise<CacheOptions<StoreConfig>> | CacheOptions<StoreConfig>;
}

/** What `CacheModule.registerAsync` takes. */
export interface CacheModuleAsyncOptions<
  StoreConfig extends Record<Loose, Loose> = Record<string, Loose>,
> extends ConfigurableModuleAsyncOptions<CacheOptions<StoreConfig>, keyof CacheOptionsFactory> {
  /** A provider that is there already. */
  useExisting?: Type<CacheOptionsFactory<StoreConfig>>;
  /** A class that Nest makes for this module. */
  useClass?: Type<CacheOptionsFactory<StoreConfig>>;
  useFactory?: (...args: Loose[]) => Promise<CacheOptions<StoreConfig>> | CacheOptions<StoreConfig>;
  /** What the factory is called with. */
  inject?: Loose[] | undefined;
  /** Providers of this module, for the factory to inject. */
  extraProviders?: Provider[];
  /** Whether every module sees the cache without importing it; false by default. */
  isGlobal?: boolean;
  /** Provides the cache under `getCacheManagerToken(name)` instead of `CACHE_MANAGER`. */
  name?: string;
}
