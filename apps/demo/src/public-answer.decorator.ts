import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { CacheInterceptor, CacheResponse, type Duration } from 'nuthatch';

/**
 * Keeps what a handler answers, for so long and for everybody alike, and lets clients keep it, too. Nothing of a request counts but these parameters of its
 * query, so that nobody can have the same computed again by asking another way.
 */
export function PublicAnswer(ttl: Duration, parameters: readonly string[]): MethodDecorator {
  return applyDecorators(
    UseInterceptors(CacheInterceptor),
    CacheResponse({ ttl, cacheControl: true, forEveryone: true, host: false, query: { only: parameters } }),
  );
}
