import { Inject } from '@nestjs/common';
import { getCacheManagerToken } from './tokens.js';

/** Injects the cache of `CacheModule.register({ name })`; without a name, that of `CacheModule.register()`. */
export function InjectCacheManager(name?: string): ReturnType<typeof Inject> {
  return Inject(getCacheManagerToken(name));
}
