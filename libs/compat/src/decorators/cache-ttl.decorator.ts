import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { CACHE_TTL_METADATA } from '../tokens.js';

/** Answers the milliseconds that what a call answers is kept; asked on a miss only. */
export type CacheTTLFactory = (context: ExecutionContext) => Promise<number> | number;

/**
 * Says how long `CacheInterceptor` keeps what a handler, or every handler of a controller, answers, in milliseconds. The handler's word
 * counts before the controller's; without either it is the module's `ttl`. 0 is for ever.
 */
export function CacheTTL(ttl: number | CacheTTLFactory): CustomDecorator<string> {
  return SetMetadata(CACHE_TTL_METADATA, ttl);
}
