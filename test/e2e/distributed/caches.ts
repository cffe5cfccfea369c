import {
  type Cache,
  type CacheEvent,
  createCache,
  type SharedTierFactory,
  type TierSettings,
} from 'nuthatch/engine';

/** How much later than promised a machine may be that has other work to do. */
export const SLACK_MS = 1000;

/** A cache, how long it took to open, and what it has told. */
export interface Opened {
  readonly cache: Cache<string>;
  readonly openedMs: number;
  readonly events: readonly CacheEvent[];
}

const open: Cache<string>[] = [];

/** Opens a cache; it is closed by {@link closeCaches}. */
export async function openCache(sharedTier: SharedTierFactory, tier: TierSettings = {}): Promise<Opened> {
  const startedAt = performance.now();
  const cache = await createCache<string>({ sharedTier, tier });
  const openedMs = performance.now() - startedAt;
  open.push(cache);
  const events: CacheEvent[] = [];
  cache.events$.subscribe((event) => events.push(event));
  return { cache, openedMs, events };
}

export async function closeCaches(): Promise<void> {
  await Promise.all(open.splice(0).map((cache) => cache.close()));
}

/** How long each of many calls took, and what was thrown. */
export interface Tried {
  readonly slowestMs: number;
  /** The middle one of the last half. */
  readonly laterMs: number;
  readonly thrown: readonly string[];
  /** Loads and reads that were answered with something else than the loader, or the caller, has said. */
  readonly wrong: readonly unknown[];
}

/** Reads, loads and sets keys that nobody has used before, one after the other. */
export async function tryAll(cache: Cache<string>, rounds: number): Promise<Tried> {
  const took: number[] = [];
  const thrown: string[] = [];
  const wrong: unknown[] = [];
  const one = async (expected: string | undefined, call: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now();
    const found = await call().catch((error: unknown) => {
      thrown.push(String(error));
      return expected;
    });
    took.push(performance.now() - startedAt);
    if (found !== expected) wrong.push(found);
  };
  for (let round = 0; round < rounds; round += 1) {
    const name = `tried/${performance.now()}/${round}`;
    await one(undefined, () => cache.get(`${name}/read`));
    await one(name, () => cache.getOrLoad(`${name}/loaded`, async () => name));
    await one(undefined, () => cache.set(`${name}/set`, name));
    await one(name, () => cache.get(`${name}/set`));
  }
  const later = took.slice(took.length / 2).sort((first, second) => first - second);
  return {
    slowestMs: Math.max(...took),
    laterMs: later[Math.floor(later.length / 2)] ?? NaN,
    thrown,
    wrong,
  };
}
