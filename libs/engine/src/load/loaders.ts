import { badOption } from '../kernel/errors.js';
import { noLoader } from '../kernel/load-errors.js';
import type { BulkSource } from './bulk-loader.js';
import { collapseSource, DEFAULT_MAX_BATCH, isBulkSource } from './collapse.js';
import type { Loader, LoadOptions } from './loader.js';

/** A loader, and how its loads are made. */
export interface Registered<V> {
  readonly loader: Loader<V>;
  /** How many keys are loaded by one call; 1 where the loader is one of single keys. */
  readonly maxBatch: number;
  /** What is used where the caller says nothing else. */
  readonly options: LoadOptions<V> | undefined;
}

/**
 * Loaders by prefix of the key. A prefix fits the key that is the same, and keys that begin with it and a colon: `user` fits `user`, `user:1` and
 * `user:1:name`, not `users:1`. Of several that fit, the longest does.
 */
export class Loaders<V> {
  readonly #byPrefix = new Map<string, Registered<V>>();
  #longest = 0;
  /** Whether any of them is to load values anew before they expire, so that hits are to be looked at. */
  renews = false;

  /**
   * Loads the keys of a prefix from now on; answers how to stop.
   * @param loader of single keys, or `{ many, maxBatch }`, for which the misses of one turn of the event loop are gathered.
   * @param options how each of these loads is made, where its caller says nothing else.
   * @throws CacheError `bad_option` where the loader is none, or the prefix is empty, ends with a colon, has a `*` or `?`, or is taken.
   */
  register(prefix: string, loader: Loader<V> | BulkSource<V>, options?: LoadOptions<V>): () => void {
    this.#assertFree(prefix);
    const registered = { ...resolveLoader(loader), options };
    this.#byPrefix.set(prefix, registered);
    this.#measure();
    return () => {
      if (this.#byPrefix.get(prefix) !== registered) return;
      this.#byPrefix.delete(prefix);
      this.#measure();
    };
  }

  /** The loader that fits a key. @throws CacheError `no_loader` as {@link at}. */
  for(key: string): Loader<V> {
    return this.at(key).loader;
  }

  /**
   * The loader that fits a key, and what it was registered with. Costs a look-up for each part of the key.
   * @throws CacheError `no_loader`, naming the key, its prefix and what is registered.
   */
  at(key: string): Registered<V> {
    const registered = this.#find(key);
    if (registered === undefined) throw noLoader(key, [...this.#byPrefix.keys()]);
    return registered;
  }

  /** Whether a loader fits a key. */
  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  #find(key: string): Registered<V> | undefined {
    let end = key.length <= this.#longest ? key.length : key.lastIndexOf(':', this.#longest);
    for (; end > 0; end = key.lastIndexOf(':', end - 1)) {
      const registered = this.#byPrefix.get(key.slice(0, end));
      if (registered !== undefined) return registered;
    }
    return undefined;
  }

  #assertFree(prefix: string): void {
    if (typeof prefix !== 'string' || prefix === '' || prefix.endsWith(':'))
      throw badOption('prefix', 'a non-empty string that does not end with a colon', prefix);
    if (/[*?]/.test(prefix)) throw badOption('prefix', "a prefix such as 'user', not a pattern", prefix);
    if (this.#byPrefix.has(prefix)) throw badOption('prefix', 'one that has no loader yet', prefix);
  }

  #measure(): void {
    this.#longest = 0;
    for (const { length } of this.#byPrefix.keys()) this.#longest = Math.max(this.#longest, length);
    const all = [...this.#byPrefix.values()];
    this.renews = all.some(({ options }) => options !== undefined && asksForRenewal(options));
  }
}

/** Whether values are to be loaded anew before they expire. */
export function asksForRenewal<V>({ refreshAhead, earlyExpiration }: LoadOptions<V>): boolean {
  return refreshAhead !== undefined || earlyExpiration !== undefined;
}

/** The loader that was given, of single keys. @throws CacheError `bad_option` where it is none. */
export function resolveLoader<V>(given: Loader<V> | BulkSource<V>): Registered<V> {
  if (typeof given === 'function') return { loader: given, maxBatch: 1, options: undefined };
  if (!isBulkSource<V>(given)) throw badOption('loader', 'a function, or { many } with a bulk loader', given);
  return { loader: collapseSource(given), maxBatch: given.maxBatch ?? DEFAULT_MAX_BATCH, options: undefined };
}

/** The options of a load: what its caller says, before what the loader was registered with. */
export function loadOptionsOf<V>(
  { options }: Registered<V>,
  given: LoadOptions<V> | undefined,
): LoadOptions<V> | undefined {
  if (options === undefined) return given;
  const told = Object.entries(given ?? {}).filter(([, option]) => option !== undefined);
  return { ...options, ...Object.fromEntries(told) };
}
