import type { Value } from '../field/contestant.js';

/** How a cache is opened. */
export interface Opening {
  readonly capacity: number;
  /** Loads any key: for who is told its loader once and not at each call. */
  readonly load: (key: string) => Promise<Value>;
}

/** One cache, asked by the call of it that loads what it does not have. */
export interface Subject {
  getOrLoad(key: string, load: () => Promise<Value>): Promise<Value | undefined>;
  forget(key: string): unknown;
}

/** One line of the tables. */
export interface Contestant {
  /** The library and its call. */
  readonly name: string;
  readonly isOurs: boolean;
  /** Loads the library, and answers how to open one of its caches. */
  open(opening: Opening): Promise<Subject>;
}

/** The one that all others are measured against. */
export const REFERENCE = 'lru-cache fetch';

const HOUR_MS = 3_600_000;

/**
 * Everybody at the best settings for values in memory: by reference, no second tier, nobody listens to events. cache-manager has its own
 * store, a `Map` that evicts nothing; cachified brings none and is given lru-cache.
 */
export const contestants: readonly Contestant[] = [
  { name: REFERENCE, isOurs: false, open: openLruCache },
  { name: 'cachified', isOurs: false, open: openCachified },
  { name: 'cacheable getOrSet', isOurs: false, open: openCacheable },
  { name: 'cache-manager wrap', isOurs: false, open: openCacheManager },
  { name: 'bentocache getOrSet', isOurs: false, open: openBentocache },
  { name: 'nuthatch', isOurs: true, open: (opening) => openOurs(opening, {}) },
  { name: 'nuthatch lru', isOurs: true, open: (opening) => openOurs(opening, { eviction: 'lru' }) },
  {
    name: 'nuthatch ttl refreshAhead grace',
    isOurs: true,
    open: (opening) => openOurs(opening, { ttl: HOUR_MS, refreshAhead: true, grace: 2 * HOUR_MS }),
  },
];

/** @throws Error where nobody is called so. */
export function contestantOf(name: string): Contestant {
  const found = contestants.find((contestant) => contestant.name === name);
  if (found === undefined) throw new Error(`no contestant is called ${JSON.stringify(name)}`);
  return found;
}

async function openOurs(
  { capacity: maxItems }: Opening,
  options: Partial<import('nuthatch/engine').CacheOptions<Value>>,
): Promise<Subject> {
  const { createCache } = await import('nuthatch/engine');
  const cache = await createCache<Value>({ ...options, maxItems });
  return {
    getOrLoad: (key, load) => cache.getOrLoad(key, load),
    forget: (key) => cache.delete(key),
  };
}

async function openLruCache({ capacity: max, load }: Opening): Promise<Subject> {
  const { LRUCache } = await import('lru-cache');
  const cache = new LRUCache<string, Value>({ max, fetchMethod: load, ignoreFetchAbort: true });
  return { getOrLoad: (key) => cache.fetch(key), forget: (key) => cache.delete(key) };
}

async function openCachified({ capacity: max }: Opening): Promise<Subject> {
  const { cachified } = await import('@epic-web/cachified');
  const { LRUCache } = await import('lru-cache');
  const cache = new LRUCache<string, import('@epic-web/cachified').CacheEntry>({ max });
  return {
    getOrLoad: (key, getFreshValue) => cachified<Value>({ key, cache, getFreshValue }),
    forget: (key) => cache.delete(key),
  };
}

async function openCacheable({ capacity: lruSize }: Opening): Promise<Subject> {
  const { Cacheable, createKeyv } = await import('cacheable');
  const primary = createKeyv({ lruSize, useClone: false, storeHashSize: 1 });
  const cache = new Cacheable({ primary, stats: false });
  return {
    getOrLoad: (key, load) => cache.getOrSet(key, load),
    forget: (key) => cache.delete(key),
  };
}

async function openCacheManager(): Promise<Subject> {
  const { createCache } = await import('cache-manager');
  const cache = createCache();
  return { getOrLoad: (key, load) => cache.wrap(key, load), forget: (key) => cache.del(key) };
}

async function openBentocache({ capacity: maxItems }: Opening): Promise<Subject> {
  const { BentoCache, bentostore } = await import('bentocache');
  const { memoryDriver } = await import('bentocache/drivers/memory');
  const memory = bentostore({ ttl: HOUR_MS, grace: false }).useL1Layer(
    memoryDriver({ maxItems, serialize: false }),
  );
  const cache = new BentoCache({ default: 'memory', stores: { memory } });
  return {
    getOrLoad: (key, factory) => cache.getOrSet({ key, factory }),
    forget: (key) => cache.delete({ key }),
  };
}
