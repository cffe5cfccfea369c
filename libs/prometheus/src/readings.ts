import type { Cache } from 'nuthatch/engine';
import { badCaches } from './errors.js';

/** What is asked of a cache; every `Cache` has it. */
export type MeasuredCache = Pick<Cache<never>, 'metrics' | 'latencyBuckets' | 'info' | 'health'>;

/** The caches to collect: one, or what iterates over them, under their own names or others. Iterated at every scrape. */
export type MeasuredCaches =
  MeasuredCache | Iterable<MeasuredCache | readonly [name: string, cache: MeasuredCache]>;

/** What one cache tells at one scrape. */
export interface Reading {
  /** The value of the label `cache`. */
  readonly cache: string;
  readonly metrics: ReturnType<MeasuredCache['metrics']>;
  readonly latencies: ReturnType<MeasuredCache['latencyBuckets']>;
  readonly info: ReturnType<MeasuredCache['info']>;
  readonly health: ReturnType<MeasuredCache['health']>;
}

/**
 * Reads every cache once per scrape: a registry asks all its metrics in one go, and what was read for the first of them serves the others.
 * Nothing is kept between scrapes.
 */
export class Readings {
  readonly #caches: MeasuredCaches;
  #current: readonly Reading[] | undefined;

  /** @throws CacheError `bad_option` for what is neither a cache nor iterable. */
  constructor(caches: MeasuredCaches) {
    if (!isMeasured(caches) && !isIterable(caches)) throw badCaches(caches);
    this.#caches = caches;
  }

  get current(): readonly Reading[] {
    if (this.#current !== undefined) return this.#current;
    // Once the registry has asked everybody.
    queueMicrotask(() => (this.#current = undefined));
    return (this.#current = [...named(this.#caches)].map(([name, cache]) => read(name, cache)));
  }
}

/** Two caches of one name would be two values of one line, which no scraper takes: the second is `name (2)`. */
function named(caches: MeasuredCaches): Map<string, MeasuredCache> {
  const byName = new Map<string, MeasuredCache>();
  for (const [name, cache] of pairs(caches)) byName.set(freeName(byName, name), cache);
  return byName;
}

function freeName(taken: ReadonlyMap<string, unknown>, name: string): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}

/** What tests put in the place of a cache may measure nothing; it is passed over. */
function* pairs(caches: MeasuredCaches): Generator<readonly [string, MeasuredCache]> {
  if (isMeasured(caches)) return yield [caches.info().name, caches];
  for (const member of caches) {
    if (isMeasured(member)) yield [member.info().name, member];
    else if (isPair(member) && isMeasured(member[1])) yield member;
  }
}

function read(name: string, cache: MeasuredCache): Reading {
  return {
    cache: name,
    metrics: cache.metrics(),
    latencies: cache.latencyBuckets(),
    info: cache.info(),
    health: cache.health(),
  };
}

/** A cache iterates over its entries, so this is to be asked before {@link isIterable}. Structurally: a cache of the other build is one, too. */
function isMeasured(found: unknown): found is MeasuredCache {
  if (typeof found !== 'object' || found === null) return false;
  const methods = ['metrics', 'latencyBuckets', 'info', 'health'];
  return methods.every((method) => typeof Reflect.get(found, method) === 'function');
}

function isIterable(found: unknown): found is Iterable<unknown> {
  return (
    typeof found === 'object' && found !== null && typeof Reflect.get(found, Symbol.iterator) === 'function'
  );
}

function isPair(found: unknown): found is readonly [string, unknown] {
  return Array.isArray(found) && typeof found[0] === 'string';
}
