import { type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Duration, parseDuration } from 'nuthatch/engine';
import { badDeclaration, describe } from '../errors.js';
import { CACHE_KEY_METADATA, CACHE_RESPONSE_METADATA, CACHE_TTL_METADATA } from './cache-metadata.js';
import { checkResponseOptions, type CacheResponseOptions } from './response-options.js';

/** A key, or a function that answers it; where it answers none, nothing is cached. */
export type CacheKeyChoice =
  string | ((context: ExecutionContext) => string | undefined | Promise<string | undefined>);

/** A time to live, in milliseconds or as `'5m'`, or a function that answers it when a response is about to be kept. */
export type CacheTTLChoice = Duration | ((context: ExecutionContext) => Duration | Promise<Duration>);

type RouteDecorator = MethodDecorator & ClassDecorator;

/**
 * Keeps the answer of a handler under this key, in the place of its URL: requests that differ in their query share it then. Who asks still counts:
 * each user has an entry of his own, unless `@CacheForEveryone` says otherwise. On resolvers, gateways and message handlers it is what makes
 * them cached; there a text stands beside what was sent, and a function for all of it.
 * @throws CacheError `bad_declaration` for what is neither a non-empty string nor a function.
 */
export function CacheKey(key: CacheKeyChoice): MethodDecorator {
  if (typeof key !== 'function' && (typeof key !== 'string' || key === ''))
    throw badDeclaration(
      '@CacheKey',
      `its key must be a non-empty string or a function, got ${describe(key)}`,
    );
  return SetMetadata(CACHE_KEY_METADATA, key);
}

/**
 * How long answers are kept, whatever their `max-age` says; that of the handler counts before that of its class. What an answer forbids, it forbids all the same.
 * @throws CacheError `bad_option` for a duration that is none.
 */
export function CacheTTL(ttl: CacheTTLChoice): RouteDecorator {
  if (typeof ttl !== 'function') parseDuration('ttl of @CacheTTL', ttl);
  return SetMetadata(CACHE_TTL_METADATA, ttl);
}

/** Leaves a handler, or all of a class, alone: nothing is read from the cache, and nothing kept. */
export function NoCache(): RouteDecorator {
  return respond({ enabled: false });
}

/**
 * Says that the answer of a handler, or of all of a class, is the same for everybody, although requests carry credentials: it is kept once and given to all.
 * Where that is not so, one user gets what belongs to another.
 */
export function CacheForEveryone(): RouteDecorator {
  return respond({ forEveryone: true });
}

/**
 * How the answers of a handler, or of all of a class, are cached; what it leaves out is as the class, or else the module, says.
 *
 * @example
 * ```ts
 * @CacheResponse({ ttl: '1m', tags: ['airports'], vary: ['accept-language'] })
 * ```
 * @throws CacheError `bad_declaration` for an option that there is not, `bad_option` for a wrong one.
 */
export function CacheResponse(options: CacheResponseOptions): RouteDecorator {
  checkResponseOptions('@CacheResponse', options);
  return respond(options);
}

/** Several of these decorators on one thing add up. */
function respond(options: CacheResponseOptions): RouteDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    // Of a method, the function itself carries the metadata, as with Nest's own decorators.
    const carrier = (descriptor?.value ?? target) as object;
    const before = Reflect.getOwnMetadata(CACHE_RESPONSE_METADATA, carrier) as object | undefined;
    Reflect.defineMetadata(CACHE_RESPONSE_METADATA, { ...before, ...options }, carrier);
  };
}
