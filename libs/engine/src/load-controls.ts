import { CacheControls, type CacheControlsParts } from './cache-controls.js';
import { assertKey } from './kernel/assert-key.js';
import type { Clock } from './kernel/clock.js';
import type { BulkLoader, BulkSource } from './load/bulk-loader.js';
import type { Keys } from './load/key-chunks.js';
import type { Loader, LoadOptions } from './load/loader.js';
import type { Loaders } from './load/loaders.js';
import { findOrLoadMany, type ManyPort } from './load/many.js';
import type { WarmObserver } from './load/progress.js';
import { warm } from './load/warm.js';
import {
  type AccessLogOptions,
  type AccessLogWarmReport,
  warmFromAccessLog,
} from './load/warm-from-access-log.js';
import type { WarmOptions } from './load/warm-options.js';
import type { WarmReport } from './load/warm-report.js';

/** What loads many keys, or by prefix. */
export interface LoadControlsParts<V> extends CacheControlsParts<V> {
  readonly loaders: Loaders<V>;
  readonly many: ManyPort<V>;
  readonly warmObserver: WarmObserver;
  readonly clock: Clock;
}

/** Loaders by prefix, loads of many keys, and warming. */
export abstract class LoadControls<V> extends CacheControls<V> {
  readonly #parts: LoadControlsParts<V>;

  constructor(parts: LoadControlsParts<V>) {
    super(parts);
    this.#parts = parts;
  }

  /**
   * Loads the keys of a prefix with this loader, wherever a call is given none; answers how to stop. `user` fits the key `user` and those that begin with
   * `user:`; of several prefixes that fit, the longest does. With `{ many, maxBatch }`, the misses of one turn of the event loop are loaded together,
   * 100 at a time by default.
   * @param options how each of these loads is made, where its caller says nothing else.
   * @throws CacheError `bad_option` where the loader is none, or the prefix is empty, ends with a colon, or has a loader.
   */
  registerLoader(prefix: string, loader: Loader<V> | BulkSource<V>, options?: LoadOptions<V>): () => void {
    this.assertOpen();
    return this.#parts.loaders.register(prefix, loader, options);
  }

  /**
   * The values of all keys, in their order; each is there once. What is not in memory is read from the store in one call, and what nobody has is loaded as by
   * `getOrLoad`: keys that somebody else is loading are waited for, and the loader is asked once for all others. Without a loader, the registered ones are asked.
   * @param loader asked for all keys at once; with `{ many, maxBatch }` for 100 at a time by default. See {@link BulkLoader} for what it answers.
   * @throws what the first load that failed has thrown; what the others have loaded is kept all the same. CacheError `no_loader`, before anything is loaded.
   */
  async getManyOrLoad(
    keys: readonly string[],
    loader?: BulkLoader<V> | BulkSource<V>,
    options?: LoadOptions<V>,
  ): Promise<Map<string, V>> {
    this.assertOpen();
    const asked = new Set(keys);
    for (const key of asked) assertKey(key);
    const { many, loaders } = this.#parts;
    return findOrLoadMany(many, [...asked], { loaders, loader, options });
  }

  /**
   * Loads those keys that nobody has, 8 at a time by default. A key that fails is counted and reported, and stops nothing.
   * @param keys an iterable or async iterable, read no faster than its keys are loaded; what it throws ends the warming, and is in the report.
   * @param loader of single keys, or `{ many, maxBatch }`; the registered one that fits each key by default.
   * @throws CacheError `bad_option` where the call is wrong, `closed`; nothing else.
   */
  async warm(keys: Keys, loader?: Loader<V> | BulkSource<V>, options?: WarmOptions<V>): Promise<WarmReport> {
    this.assertOpen();
    return warm(this.#warmParts, { keys, loader, options });
  }

  /**
   * Loads what an access log says was asked for most often, and nobody has: the 1,000 first by default. The file is read a piece at a time, decompressed where
   * its name ends with `.gz`. Lines that cannot be read, or are longer than 64 KB, are counted and skipped. Up to 100,000 keys are counted exactly; where there
   * are more, in no more memory, those that were asked for often are found all the same.
   * @throws CacheError `bad_trace`, naming the file, where it cannot be read; as {@link warm}.
   */
  async warmFromAccessLog(file: string, options?: AccessLogOptions<V>): Promise<AccessLogWarmReport> {
    this.assertOpen();
    return warmFromAccessLog(this.#warmParts, file, options);
  }

  /** What a warming that goes on finds closed, it does not go on with. */
  get #warmParts() {
    const { many, loaders, clock, warmObserver: observer } = this.#parts;
    const port: ManyPort<V> = {
      find: async (keys) => {
        this.assertOpen();
        return many.find(keys);
      },
      load: async (key, loader, options) => {
        this.assertOpen();
        return many.load(key, loader, options);
      },
    };
    return { port, loaders, clock, observer };
  }
}
