import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { CACHE_KEY_METADATA } from '../tokens.js';

/** Answers the key of a call; `undefined` leaves the call uncached. */
export type CacheKeyFactory = (context: ExecutionContext) => string | Promise<string | undefined> | undefined;

/**
 * Names the key under which `CacheInterceptor` keeps what a handler answers, instead of the URL; what is no HTTP request is only cached
 * with it. The method of the request is not asked, so that this caches a `POST`, too.
 */
export function CacheKey(key: string | CacheKeyFactory): CustomDecorator<string> {
  return SetMetadata(CACHE_KEY_METADATA, key);
}
