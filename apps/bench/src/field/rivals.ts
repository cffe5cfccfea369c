import type { Contestant, Opening, Subject, Value } from './contestant.js';
import { MAX_WEIGHT, weigh } from './weight.js';

const evicting = { evicts: true, weighs: false } as const;
const withTtl = { ttl: 'optional' } as const;
const withoutTtl = { ttl: 'none' } as const;

/**
 * The other libraries, each at its fastest settings: values by reference, no statistics, no listeners. Where there is a time to
 * live, writing an entry again renews it in all of them.
 */
export const rivals: readonly Contestant[] = [
  { ...evicting, ...withTtl, weighs: true, name: 'lru-cache', leads: true, load: loadLruCache },
  { ...evicting, ...withTtl, name: 'quick-lru', leads: true, holdsUpTo: 2, load: loadQuickLru },
  { ...evicting, ...withTtl, name: 'tiny-lru', leads: true, load: loadTinyLru },
  { ...evicting, ...withoutTtl, name: 'lru.min', leads: true, load: loadLruMin },
  {
    ...evicting,
    ...withoutTtl,
    name: 'mnemonist',
    leads: true,
    note: 'LRUMapWithDelete',
    load: loadMnemonist,
  },
  { ...evicting, ...withoutTtl, name: 'flru', leads: true, holdsUpTo: 2, load: loadFlru },
  {
    ...evicting,
    ttl: 'needed',
    name: '@isaacs/ttlcache',
    leads: false,
    upTo: 10_000,
    note: 'what expires first is evicted; a read does not look at the age; a write looks at all that expire in the same millisecond',
    load: loadTtlCache,
  },
  {
    ...withTtl,
    evicts: false,
    weighs: false,
    name: 'node-cache',
    leads: false,
    note: 'refuses writes when it is full',
    load: loadNodeCache,
  },
  {
    ...evicting,
    ...withTtl,
    name: '@cacheable/memory',
    leads: false,
    note: 'one store',
    load: loadCacheable,
  },
  {
    ...evicting,
    ...withTtl,
    name: 'transitory',
    leads: false,
    holdsUpTo: 1.01,
    note: 'W-TinyLFU; called through an adapter',
    load: loadTransitory,
  },
  { ...evicting, ...withoutTtl, name: '@neophi/sieve-cache', leads: true, note: 'SIEVE', load: loadSieve },
];

type Open = (opening: Opening) => Subject;

async function loadLruCache(): Promise<Open> {
  const { LRUCache } = await import('lru-cache');
  return ({ capacity: max, ttlMs: ttl, isWeighed = false }) =>
    new LRUCache<string, Value>({
      max,
      ...(ttl === undefined ? {} : { ttl }),
      ...(isWeighed ? { maxSize: max * MAX_WEIGHT, sizeCalculation: weigh } : {}),
    });
}

async function loadQuickLru(): Promise<Open> {
  const { default: QuickLRU } = await import('quick-lru');
  return ({ capacity, ttlMs }) =>
    new QuickLRU<string, Value>({ maxSize: capacity, maxAge: ttlMs ?? Infinity });
}

async function loadTinyLru(): Promise<Open> {
  const { LRU } = await import('tiny-lru');
  return ({ capacity, ttlMs = 0 }) => new LRU<Value>(capacity, ttlMs, true);
}

async function loadLruMin(): Promise<Open> {
  const { createLRU } = await import('lru.min');
  return ({ capacity: max }) => createLRU<string, Value>({ max });
}

async function loadMnemonist(): Promise<Open> {
  const { LRUMapWithDelete } = await import('mnemonist');
  return ({ capacity }) => new LRUMapWithDelete<string, Value>(capacity);
}

async function loadFlru(): Promise<Open> {
  const { default: flru } = await import('flru');
  // Typed as an ES module, published as CommonJS: the default import is the function itself.
  const open = flru as unknown as typeof flru.default<Value>;
  return ({ capacity }) => open(capacity);
}

async function loadTtlCache(): Promise<Open> {
  const { TTLCache } = await import('@isaacs/ttlcache');
  return ({ capacity, ttlMs }) => new TTLCache<string, Value>({ max: capacity, ttl: ttlMs ?? Infinity });
}

async function loadNodeCache(): Promise<Open> {
  const { default: NodeCache } = await import('node-cache');
  return ({ ttlMs = 0 }) => new NodeCache({ stdTTL: ttlMs / 1000, checkperiod: 0, useClones: false });
}

/** One store in place of sixteen: it then hashes no key a second time. */
async function loadCacheable(): Promise<Open> {
  const { CacheableMemory } = await import('@cacheable/memory');
  return ({ capacity, ttlMs }) => {
    const options = { lruSize: capacity, useClone: false, storeHashSize: 1 };
    return new CacheableMemory(ttlMs === undefined ? options : { ...options, ttl: ttlMs });
  };
}

async function loadTransitory(): Promise<Open> {
  const { newCache } = await import('transitory');
  return ({ capacity, ttlMs }) => {
    const builder = newCache<string, Value>().maxSize(capacity);
    const cache = (ttlMs === undefined ? builder : builder.expireAfterWrite(ttlMs)).build();
    return {
      get: (key) => cache.getIfPresent(key) ?? undefined,
      set: (key, value) => cache.set(key, value),
    };
  };
}

async function loadSieve(): Promise<Open> {
  const { SieveCache } = await import('@neophi/sieve-cache');
  return ({ capacity }) => new SieveCache<string, Value>(capacity);
}
