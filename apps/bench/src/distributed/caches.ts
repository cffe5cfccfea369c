import type { Cache } from 'nuthatch/engine';
import type { Opening, Subject, Value } from './subject.js';

const HOUR_MS = 3_600_000;
/** On a machine that has other work to do, nobody else gives up on Redis either; for memory, what Redis does is to matter as it does by default. */
const PATIENCE = '10s';
const PATIENT = { timeout: PATIENCE, openTimeout: PATIENCE, maxBlind: PATIENCE } as const;

/** Everybody acknowledges a write when Redis has, and keeps entries for an hour; values in memory are shared with the caller where that can be had. */
export async function openOurs(opening: Opening): Promise<Subject> {
  const cache = await openCache(opening);
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrLoad: (key, load) => cache.getOrLoad(key, load),
    getMany: async (keys) => {
      const found = await cache.getMany(keys);
      return keys.map((key) => found.get(key));
    },
  };
}

/** Our cache itself. */
export async function openCache({ url, name, capacity, isPatient }: Opening): Promise<Cache<Value>> {
  const { createCache } = await import('nuthatch/engine');
  const { redis } = await import('nuthatch/redis');
  const sharedTier = redis({ url, keyPrefix: name, ...(isPatient && { commandTimeout: PATIENCE }) });
  const tier = isPatient ? PATIENT : {};
  return createCache<Value>({ name, maxItems: capacity, ttl: HOUR_MS, sharedTier, tier });
}

/**
 * Memory, Redis and bus as in its documentation. Its memory keeps texts, as by default: version 1.6.1 with `serialize: false` fails on what has
 * come into memory from Redis. It has no call for many keys.
 */
export async function openBentocache({ url, name, capacity: maxItems }: Opening): Promise<Subject> {
  const { BentoCache, bentostore } = await import('bentocache');
  const { memoryDriver } = await import('bentocache/drivers/memory');
  const { redisBusDriver, redisDriver } = await import('bentocache/drivers/redis');
  const { Redis } = await import('ioredis');
  const connection = new Redis(url);
  connection.on('error', ignore);
  const store = bentostore({ ttl: HOUR_MS, grace: false })
    .useL1Layer(memoryDriver({ maxItems }))
    .useL2Layer(redisDriver({ connection, prefix: name }))
    .useBus(redisBusDriver({ connection }));
  const cache = new BentoCache({ default: 'store', stores: { store } });
  return {
    get: (key) => cache.get<Value>({ key }),
    set: (key, value) => cache.set({ key, value }),
    getOrLoad: (key, factory) => cache.getOrSet({ key, factory }),
    getMany: (keys) => Promise.all(keys.map((key) => cache.get<Value>({ key }))),
  };
}

export async function openCacheable({ url, name, capacity: lruSize }: Opening): Promise<Subject> {
  const { Cacheable, createKeyv } = await import('cacheable');
  const primary = createKeyv({ lruSize, useClone: false, storeHashSize: 1 });
  const secondary = await keyvOn(url, name);
  const cache = new Cacheable({ primary, secondary, ttl: HOUR_MS, stats: false });
  cache.on('error', ignore);
  return {
    get: (key) => cache.get<Value>(key),
    set: (key, value) => cache.set(key, value),
    getOrLoad: (key, load) => cache.getOrSet(key, load),
    getMany: (keys) => cache.getMany<Value>([...keys]),
  };
}

export async function openCacheManager({ url, name, capacity: lruSize }: Opening): Promise<Subject> {
  const { createCache } = await import('cache-manager');
  const { createKeyv } = await import('cacheable');
  const memory = createKeyv({ lruSize, useClone: false, storeHashSize: 1 });
  const cache = createCache({ stores: [memory, await keyvOn(url, name)], ttl: HOUR_MS });
  return {
    get: (key) => cache.get<Value>(key),
    set: (key, value) => cache.set(key, value),
    getOrLoad: (key, load) => cache.wrap(key, load),
    getMany: (keys) => cache.mget<Value>([...keys]),
  };
}

async function keyvOn(url: string, namespace: string): Promise<import('keyv').Keyv> {
  const { createKeyv } = await import('@keyv/redis');
  const keyv = createKeyv(url, { namespace });
  keyv.on('error', ignore);
  return keyv;
}

/** What is wrong with Redis is found out by the calls that need it; without a listener, libraries write it to the console. */
function ignore(): void {}
