export type { CacheKeyFactory } from './decorators/cache-key.decorator.js';
export { CacheKey } from './decorators/cache-key.decorator.js';
export { CacheTTL, type CacheTTLFactory } from './decorators/cache-ttl.decorator.js';
export {
  Cache,
  type CacheEvents,
  type CacheItem,
  type StoredValue,
  type WrapOptions,
  type WrapOptionsRaw,
} from './cache.js';
export type {
  CacheManagerOptions,
  CacheMemoryOptions,
  CacheModuleAsyncOptions,
  CacheModuleOptions,
  CacheOptions,
  CacheOptionsFactory,
  CacheStore,
} from './cache-options.js';
export { CacheModule } from './cache.module.js';
export { InjectCacheManager } from './inject-cache-manager.decorator.js';
export { CacheInterceptor } from './interceptor/cache.interceptor.js';
export { CACHE_MODULE_OPTIONS } from './module-definition.js';
export { CACHE_KEY_METADATA, CACHE_MANAGER, CACHE_TTL_METADATA, getCacheManagerToken } from './tokens.js';
export { keyvStore, type KeyvStoreOptions, type KeyvStoreSource } from './keyv/keyv-store.js';
export type {
  CacheManagerStoreLike,
  KeyvAdapterLike,
  KeyvEntryLike,
  KeyvLike,
  KeyvListener,
} from './keyv/keyv-types.js';
export { NuthatchKeyv, type NuthatchKeyvOptions } from './keyv/nuthatch-keyv.js';
