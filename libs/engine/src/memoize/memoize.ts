import { cacheKey } from '../kernel/cache-key.js';
import type { Clock } from '../kernel/clock.js';
import type { Duration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import { Problems } from '../kernel/problems.js';
import { MemoryCache } from '../memory/memory-cache.js';
import { type MemoizeInfo, type Result, Results } from './results.js';

/** How the results of a function are kept; every option may be left out. */
export interface MemoizeOptions<F extends (...args: never[]) => unknown> {
  /** How many results; 1,000 by default. Those that were used least recently leave. */
  readonly maxItems?: number | undefined;
  /** How long a result lives, that of a promise from when it is fulfilled; for ever by default. */
  readonly ttl?: Duration | undefined;
  /** What tells calls apart, compared as in a `Map`, and not undefined; `cacheKey(...args)` by default. */
  readonly key?: ((...args: Parameters<F>) => unknown) | undefined;
  /** Where the time comes from; the machine's clocks by default. */
  readonly clock?: Clock | undefined;
}

/** What a memoized function can be asked, beside being called. */
export interface Memoization {
  cacheInfo(): MemoizeInfo;
  /** Forgets all results, those of calls under way too, and counts from 0. */
  cacheClear(): void;
}

/**
 * A function that answers as `fn` does and keeps the results. Calls are told apart by their arguments, structurally: copies of an argument, and objects whose
 * properties are in another order, are the same; `Map`, `Set`, `Date`, `bigint` and typed arrays are understood. Results are shared, not copied.
 *
 * Where `fn` answers a promise, calls that come while it is under way share it, and one that is rejected is not kept; neither is what is thrown. `this` is passed
 * on, and does not tell calls apart: bind a method first. A hit costs a `cacheKey` and a look-up.
 *
 * @example
 * ```ts
 * const distance = memoize((from: Point, to: Point) => measure(from, to), { maxItems: 10_000 });
 * distance({ lat: 1, lon: 2 }, home);
 * distance.cacheInfo(); // { hits: 0, misses: 1, size: 1, maxItems: 10000 }
 * ```
 * @throws CacheError `bad_option`. A call throws `bad_key` where an argument cannot be told from others: a function, an instance of a class, or what contains
 * itself; give `key` then.
 */
export function memoize<F extends (...args: never[]) => unknown>(
  fn: F,
  options: MemoizeOptions<F> = {},
): F & Memoization {
  const results = new Results(resolveMemoize(fn, options));
  // Called with the arguments of `fn` alone.
  const keyOf = (options.key ?? keyOfAll) as (...args: unknown[]) => unknown;
  const call = fn as unknown as (...args: unknown[]) => unknown;
  function memoized(this: unknown, ...args: unknown[]): unknown {
    const key = keyOf(...args);
    if (key === undefined) throw badOption('key', 'a function that never answers undefined', key);
    return results.of(key, () => call.apply(this, args));
  }
  Object.defineProperty(memoized, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(memoized, 'length', { value: fn.length, configurable: true });
  const memoization: Memoization = { cacheInfo: () => results.info(), cacheClear: () => results.clear() };
  // It takes what `fn` takes, and answers what `fn` has answered.
  return Object.assign(memoized, memoization) as unknown as F & Memoization;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof MemoizeOptions<never>, true>> = {
  maxItems: true,
  ttl: true,
  key: true,
  clock: true,
};

/** @throws CacheError `bad_option`, naming every wrong option in one message. */
function resolveMemoize<F extends (...args: never[]) => unknown>(
  fn: F,
  { maxItems = 1000, key, ...rest }: MemoizeOptions<F>,
): MemoryCache<unknown, Result> {
  const problems = new Problems();
  problems.check(() => assertFunction('fn', fn));
  if (key !== undefined) problems.check(() => assertFunction('key', key));
  problems.checkNames(rest, KNOWN);
  const kept = problems.check(
    () => new MemoryCache<unknown, Result>({ ...rest, maxItems, eviction: 'lru', countHits: false }),
  );
  return problems.settle({ kept }).kept;
}

function assertFunction(option: string, given: unknown): void {
  if (typeof given !== 'function') throw badOption(option, 'a function', given);
}

/** A call without arguments has a key of its own, which no arguments have. */
function keyOfAll(...args: unknown[]): string {
  return args.length === 0 ? '()' : cacheKey(...args);
}
