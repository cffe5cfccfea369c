import type { Cache } from 'nuthatch/engine';

/** Where a cache that is watched has its log. */
const LOG = Symbol.for('nuthatch:load-log');

/** What a cache has loaded since it is watched: how often each key, background loads included. */
export class LoadLog {
  readonly #byKey = new Map<string, number>();

  /** How often a key was loaded, or where none is given, how many loads there were. */
  count(key?: string): number {
    if (key !== undefined) return this.#byKey.get(key) ?? 0;
    let sum = 0;
    for (const count of this.#byKey.values()) sum += count;
    return sum;
  }

  /** The keys that were loaded, in the order of their first loads, with how often. */
  entries(): readonly (readonly [key: string, loads: number])[] {
    return [...this.#byKey];
  }

  /** Forgets what was loaded so far. */
  clear(): void {
    this.#byKey.clear();
  }

  /** @internal */
  add(key: string): void {
    this.#byKey.set(key, this.count(key) + 1);
  }
}

/**
 * Keeps a log of what a cache loads from now on, for `toHaveLoadedOnce` and its like; answers the log that there is, where it is watched
 * already. The caches of `createTestCache` and `CacheTestingModule` are.
 */
export function watchLoads(cache: Pick<Cache, 'events$'>): LoadLog {
  const existing = loadLogOf(cache);
  if (existing !== undefined) return existing;
  const log = new LoadLog();
  Object.defineProperty(cache, LOG, { value: log });
  cache.events$.subscribe((event) => {
    if (event.type === 'load_started') log.add(event.key);
  });
  return log;
}

/** The log of a cache that is watched. */
export function loadLogOf(cache: object): LoadLog | undefined {
  const log: unknown = Reflect.get(cache, LOG);
  return log instanceof LoadLog ? log : undefined;
}
