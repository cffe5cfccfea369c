/** Where `@CacheKey` keeps its key: the same place as that of `@nestjs/cache-manager`. */
export const CACHE_KEY_METADATA = 'cache_module:cache_key';
/** Where `@CacheTTL` keeps its time to live: the same place as that of `@nestjs/cache-manager`. */
export const CACHE_TTL_METADATA = 'cache_module:cache_ttl';
/** Where `@CacheResponse` keeps its options. */
export const CACHE_RESPONSE_METADATA = 'nuthatch:cache_response';
