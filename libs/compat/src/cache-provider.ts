import type { FactoryProvider } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import type { CacheManagerOptions } from './cache-options.js';
import { createManager, type ManagedCache } from './manager/create-manager.js';
import { CACHE_MODULE_OPTIONS } from './module-definition.js';

/** Below this a time to live was most likely meant in seconds. */
const SUSPICIOUS_MS = 100;

/** Provides a cache under a token, made from the options of its module. */
export function cacheProvider(token: string): FactoryProvider<ManagedCache> {
  return {
    provide: token,
    useFactory: async (options: CacheManagerOptions = {}) => {
      const { ttl } = options;
      if (ttl !== undefined && ttl > 0 && ttl < SUSPICIOUS_MS)
        new Logger('CacheModule').warn(`ttl is in milliseconds, got ${ttl}: did you mean ${ttl * 1000}?`);
      return createManager(options);
    },
    inject: [{ token: CACHE_MODULE_OPTIONS, optional: true }],
  };
}
