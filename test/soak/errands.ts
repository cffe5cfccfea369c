import type { Cache, CacheOptions, Random } from 'nuthatch/engine';
import { type Troubles, troubled } from './troubles.js';

const READ_MS = 250;
const WRITE_MS = 400;
const LOAD_MS = 500;
const PATIENCE_MS = 50;
const SHARED_KEYS = 400;

/** The deadlines of the cache, and lives short enough for every kind of refresh. */
export const OPTIONS: CacheOptions<number> = {
  maxItems: 200,
  ttl: 300,
  staleWhileRevalidate: 300,
  grace: 3000,
  refreshAhead: true,
  softTimeout: 100,
  hardTimeout: LOAD_MS,
  resilience: { timeout: READ_MS, writeTimeout: WRITE_MS, breaker: { halfOpenAfter: 200 } },
};

/** Somebody who uses the cache; keys that he writes are his own, so that no write has to wait for that of another. */
export interface Caller {
  readonly cache: Cache<number>;
  readonly random: Random;
  readonly troubles: Troubles;
  readonly own: string;
}

/** One call, and how long it may take at the most. */
export interface Errand {
  readonly deadlineMs: number;
  readonly run: (caller: Caller) => Promise<unknown>;
}

/** What callers do, each as often. */
export const errands: Readonly<Record<string, Errand>> = {
  get: { deadlineMs: READ_MS, run: ({ cache, random }) => cache.get(sharedKey(random)) },
  getMany: { deadlineMs: READ_MS, run: ({ cache, random }) => cache.getMany(sharedKeys(random)) },
  getOrLoad: {
    deadlineMs: LOAD_MS,
    run: ({ cache, random, troubles }) =>
      cache.getOrLoad(sharedKey(random), () => troubled(troubles, () => 1), { tags: ['shared'] }),
  },
  'getOrLoad with a signal': {
    deadlineMs: PATIENCE_MS,
    run: ({ cache, random, troubles }) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      return cache.getOrLoad(sharedKey(random), () => troubled(troubles, () => 1), { signal });
    },
  },
  getManyOrLoad: {
    deadlineMs: READ_MS + LOAD_MS,
    run: ({ cache, random, troubles }) =>
      cache.getManyOrLoad(sharedKeys(random), (keys) =>
        troubled(troubles, () => new Map(keys.map((key) => [key, 1]))),
      ),
  },
  set: { deadlineMs: WRITE_MS, run: ({ cache, own }) => cache.set(own, 1) },
  delete: { deadlineMs: READ_MS + WRITE_MS, run: ({ cache, own }) => cache.delete(own) },
  expire: { deadlineMs: READ_MS + WRITE_MS, run: ({ cache, own }) => cache.expire(own) },
  invalidateTags: { deadlineMs: WRITE_MS, run: ({ cache }) => cache.invalidateTags('shared') },
  bumpVersion: {
    deadlineMs: WRITE_MS,
    run: ({ cache, random }) => cache.bumpVersion(`shared:${Math.floor(random.next() * 10)}`),
  },
};

function sharedKeys(random: Random): string[] {
  return Array.from({ length: 5 }, () => sharedKey(random));
}

/** A few of them are asked for most of the time. */
function sharedKey(random: Random): string {
  const rank = Math.floor(SHARED_KEYS * random.next() ** 3);
  return `shared:${rank % 10}:${rank}`;
}
