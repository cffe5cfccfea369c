/** The modules that are left behind, and the one that takes their place. */
export const NEST_CACHE_MANAGER = '@nestjs/cache-manager';
export const CACHE_MANAGER = 'cache-manager';
export const COMPAT = 'nuthatch/compat';

/** What `@nestjs/cache-manager` exports, and `nuthatch/compat` under the same names. */
export const SHARED_NAMES: ReadonlySet<string> = new Set([
  'CACHE_KEY_METADATA',
  'CACHE_MANAGER',
  'CACHE_MODULE_OPTIONS',
  'CACHE_TTL_METADATA',
  'Cache',
  'CacheInterceptor',
  'CacheKey',
  'CacheKeyFactory',
  'CacheManagerOptions',
  'CacheModule',
  'CacheModuleAsyncOptions',
  'CacheModuleOptions',
  'CacheOptions',
  'CacheOptionsFactory',
  'CacheTTL',
  'CacheTTLFactory',
]);

/** What of `cache-manager` has its counterpart there: the type of what is injected. */
export const CACHE_MANAGER_NAMES: ReadonlySet<string> = new Set(['Cache']);

/** What `@nestjs/common` had until Nest 10. */
export const NEST_COMMON_NAMES: ReadonlySet<string> = new Set([
  'CACHE_MANAGER',
  'CacheInterceptor',
  'CacheKey',
  'CacheModule',
  'CacheModuleOptions',
  'CacheOptionsFactory',
  'CacheTTL',
]);
