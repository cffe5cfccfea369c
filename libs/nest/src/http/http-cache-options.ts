import type { ModuleRef } from '@nestjs/core';
import type { FactoryProvider, ValueProvider } from '@nestjs/common';
import { checkResponseOptions, type HttpCacheOptions } from './response-options.js';

/** The token of what `CacheInterceptor` is told for all routes; any module may provide it. */
export const HTTP_CACHE_OPTIONS = Symbol.for('nuthatch:http');

const OWN = ['identify', 'principalHeaders', 'publicCookies', 'clock'] as const;

/**
 * What `CacheInterceptor` is told for all routes, as a provider for any one module.
 *
 * @example
 * ```ts
 * @Module({ providers: [httpCaching({ ttl: '30s', query: { ignore: ['utm_*'] } })] })
 * ```
 * @throws CacheError as `@CacheResponse`.
 */
export function httpCaching(options: HttpCacheOptions): ValueProvider<HttpCacheOptions> {
  checkResponseOptions('httpCaching', options, OWN);
  return { provide: HTTP_CACHE_OPTIONS, useValue: options };
}

/** As {@link httpCaching}, with options from a factory. */
export function httpCachingAsync({
  useFactory,
  inject = [],
}: Pick<FactoryProvider<HttpCacheOptions>, 'useFactory' | 'inject'>): FactoryProvider<HttpCacheOptions> {
  const checked = async (...dependencies: readonly unknown[]): Promise<HttpCacheOptions> => {
    const options = await useFactory(...dependencies);
    checkResponseOptions('httpCachingAsync', options, OWN);
    return options;
  };
  return { provide: HTTP_CACHE_OPTIONS, inject, useFactory: checked };
}

/** What some module provides; nothing where none does. */
export function findHttpOptions(modules: ModuleRef): HttpCacheOptions {
  try {
    // Both makers have checked what stands under the token.
    return modules.get<HttpCacheOptions>(HTTP_CACHE_OPTIONS, { strict: false });
  } catch {
    // Nest has no other way to say that nobody provides it.
    return {};
  }
}
