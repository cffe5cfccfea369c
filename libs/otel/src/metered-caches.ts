import type { CacheMetrics } from 'nuthatch/engine';
import { badOtelOption } from './errors.js';

/** What is measured: a `Cache`. */
export interface MeteredCache {
  metrics(): CacheMetrics;
  info(): { readonly name: string };
}

/**
 * One cache, or several, with their names before them or without: a list, or the `CacheManager` of an application. What can be iterated is asked anew
 * each time, so that caches that are opened later are measured, too.
 */
export type MeteredCaches =
  MeteredCache | Iterable<MeteredCache | readonly [name: string, cache: MeteredCache]>;

/** The caches that are measured, and their names. */
export class Metered {
  readonly #caches: MeteredCaches;
  /** By name, whether a cache is one of them, as far as somebody has asked since the last collection. */
  readonly #known = new Map<string, boolean>();

  /** @throws CacheError `bad_option`. */
  constructor(caches: MeteredCaches) {
    if (!isCache(caches) && !isIterable(caches))
      throw badOtelOption('caches', 'a cache or several of them', caches);
    this.#caches = caches;
  }

  /** Each with its name. To be called once in each collection. */
  *[Symbol.iterator](): Generator<[name: string, cache: MeteredCache], void> {
    this.#known.clear();
    for (const cache of this.#all()) yield [cache.info().name, cache];
  }

  /** Whether a cache of this name is measured. */
  has(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const isMeasured = [...this.#all()].some((cache) => cache.info().name === name);
    this.#known.set(name, isMeasured);
    return isMeasured;
  }

  *#all(): Generator<MeteredCache, void> {
    // A cache can be iterated, too: over its entries.
    if (isCache(this.#caches)) return yield this.#caches;
    for (const each of this.#caches) {
      const cache = isCache(each) ? each : each[1];
      // What a test has put in the place of a cache may measure nothing.
      if (isCache(cache)) yield cache;
    }
  }
}

function isCache(found: unknown): found is MeteredCache {
  return typeof found === 'object' && found !== null && 'metrics' in found && 'info' in found;
}

function isIterable(found: unknown): boolean {
  return typeof found === 'object' && found !== null && Symbol.iterator in found;
}
