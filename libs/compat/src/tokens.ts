/** The token of the cache that `CacheModule.register` provides. */
export const CACHE_MANAGER = 'CACHE_MANAGER';

/** Where `@CacheKey` leaves its key on a handler. */
export const CACHE_KEY_METADATA = 'cache_module:cache_key';

/** Where `@CacheTTL` leaves its time to live on a handler or a controller. */
export const CACHE_TTL_METADATA = 'cache_module:cache_ttl';

/** The token of the cache of `CacheModule.register({ name })`; without a name, `CACHE_MANAGER`. */
export function getCacheManagerToken(name?: string): string {
  return name === undefined ? CACHE_MANAGER : `${CACHE_MANAGER}:${name}`;
}
