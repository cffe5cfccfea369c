import { Cache } from 'nuthatch/engine';

/** The name of the cache that `CacheModule.forRoot` opens. */
export const DEFAULT_CACHE = 'default';

/** The replaceable parts of a cache. */
export type PartName = 'eviction' | 'writePolicy' | 'store' | 'sharedTier' | 'bus';

/** What stands before the name. Nest shows the token where nobody provides it, so it says what to do. */
const CACHE = 'nuthatch: import CacheModule.forFeature(...) in this module, for the cache ';

/** The token of a named cache; without a name that of the default cache, which is the class `Cache` itself. */
export function getCacheToken(name: string = DEFAULT_CACHE): typeof Cache | symbol {
  return name === DEFAULT_CACHE ? Cache : Symbol.for(CACHE + name);
}

/** The token of the `EvictionStrategyFactory` that a cache uses; override it in a test to change the cache. */
export function getEvictionToken(name: string = DEFAULT_CACHE): symbol {
  return getPartToken('eviction', name);
}

/** The token of the `WritePolicyFactory` that a cache uses: `undefined` is injected where the cache has no store. */
export function getWritePolicyToken(name: string = DEFAULT_CACHE): symbol {
  return getPartToken('writePolicy', name);
}

/** The token of the store behind a cache, or of the factory that makes it: `undefined` is injected where there is none. */
export function getStoreToken(name: string = DEFAULT_CACHE): symbol {
  return getPartToken('store', name);
}

/** The token of the `SharedTierFactory` of a cache: `undefined` is injected where it shares none. */
export function getSharedTierToken(name: string = DEFAULT_CACHE): symbol {
  return getPartToken('sharedTier', name);
}

/** The token of the `BusFactory` that a cache was given: `undefined` is injected where it has that of its shared tier, or none. */
export function getBusToken(name: string = DEFAULT_CACHE): symbol {
  return getPartToken('bus', name);
}

/** The public token of a part. */
export function getPartToken(part: PartName, name: string): symbol {
  return Symbol.for(`nuthatch:${part}:${name}`);
}

/** The token of what was configured for a part, before names are looked up and what is left out is filled in. */
export function getChoiceToken(part: PartName, name: string): symbol {
  return Symbol.for(`nuthatch:choice:${part}:${name}`);
}

/** The token of the declaration of a cache. */
export function getDeclarationToken(name: string): symbol {
  return Symbol.for(`nuthatch:declaration:${name}`);
}

/** The options that `forRoot` was given, or that its factory answered. Nest shows this where there is no `forRoot`. */
export const CACHE_OPTIONS = Symbol.for('nuthatch: import CacheModule.forRoot() in the application');

/** The name of the cache whose token this is; `undefined` for every other token. */
export function cacheNameOf(token: unknown): string | undefined {
  if (token === Cache) return DEFAULT_CACHE;
  const key = typeof token === 'symbol' ? Symbol.keyFor(token) : undefined;
  return key?.startsWith(CACHE) === true ? key.slice(CACHE.length) : undefined;
}
