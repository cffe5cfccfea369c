import { CacheControls, type CacheControlsParts } from './cache-controls.js';
import type { Slot } from './eviction/strategy.js';
import { assertKey } from './kernel/assert-key.js';
import type { Clock } from './kernel/clock.js';
import { badOption } from './kernel/errors.js';
import type { BulkLoader, BulkSource } from './load/bulk-loader.js';
import type { Keys } from './load/key-chunks.js';
import type { Loader, LoadOptions } from './load/loader.js';
import { asksForRenewal, type Loaders, loadOptionsOf } from './load/loaders.js';
import type { Asked, Loads } from './load/loads.js';
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
import type { MemoryTier } from './memory/memory-tier.js';
import type { ResidentReads } from './resident-reads.js';
import type { Participant } from './transaction/participant.js';

/** What loads. */
export interface LoadControlsParts<V> extends CacheControlsParts<V> {
  readonly memory: MemoryTier<V>;
  readonly reads: ResidentReads<V>;
  readonly loads: Loads<V>;
  readonly loaders: Loaders<V>;
  readonly many: ManyPort<V>;
  readonly warmObserver: WarmObserver;
  readonly clock: Clock;
}

/** What a call of `getOrLoad` may leave out. */
interface Called<V> {
  readonly loader: Loader<V> | undefined;
  readonly options: LoadOptions<V> | undefined;
}

/** Loads: of one key and of many, by loaders that are given or registered; and warming. */
export abstract class LoadControls<V> extends CacheControls<V> {
  readonly #parts: LoadControlsParts<V>;
  /** At hand for every hit. */
  readonly #memory: MemoryTier<V>;
  readonly #reads: ResidentReads<V>;
  readonly #loads: Loads<V>;
  readonly #loaders: Loaders<V>;
  readonly #participant: Participant<V>;

  constructor(parts: LoadControlsParts<V>) {
    super(parts);
    this.#parts = parts;
    this.#memory = parts.memory;
    this.#reads = parts.reads;
    this.#loads = parts.loads;
    this.#loaders = parts.loaders;
    this.#participant = parts.participant;
  }

  /**
   * The value of a key, loaded and kept where nobody has a fresh one. Callers that come while it is loading share the load, and its
   * error, which is not kept. Where the key is changed or invalidated meanwhile, the loaded value is given to its callers and not kept.
   * `null` and `undefined` are values like any other. A caller waits for at most `hardTimeout`, 30 seconds by default.
   * @param loader the one that is registered for the key where it is left out; see `registerLoader`.
   * @throws CacheError `no_loader` where there is none; `load_timeout`.
   */
  getOrLoad(key: string, loader?: Loader<V>, options?: LoadOptions<V>): Promise<V> {
    const slot = this.#participant.view === undefined ? this.#memory.find(key) : undefined;
    if (slot === undefined) return this.#load(key, loader, options);
    const value = this.#reads.hit(key, slot);
    const isAsked = this.#loaders.renews || (options !== undefined && asksForRenewal(options));
    const mayBeDue = isAsked || (this.#loads.watchesHits && this.#loads.mayBeDue(this.#memory, slot));
    return mayBeDue ? this.#renew(slot, key, { loader, options, value }) : Promise.resolve(value);
  }

  /**
   * Loads the keys of a prefix with this loader, wherever a call is given none; answers how to stop. `user` fits the key `user` and those that begin with
   * `user:`; of several prefixes that fit, the longest does. With `{ many, maxBatch }`, the misses of one turn of the event loop are loaded together,
   * 100 at a time by default.
   * @param options how each of these loads is made, where its caller says nothing else.
   * @throws CacheError `bad_option` where the loader is none, or the prefix is empty, has a `*` or `?`, ends with a colon, or has a loader.
   */
  registerLoader(prefix: string, loader: Loader<V> | BulkSource<V>, options?: LoadOptions<V>): () => void {
    this.assertOpen();
    return this.#loaders.register(prefix, loader, options);
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
    const request = { loaders, loader, options };
    const inside = this.#participant.view;
    if (inside !== undefined) return inside.loadMany([...asked], request);
    return findOrLoadMany(many, [...asked], request);
  }

  /**
   * Loads those keys that nobody has, 8 at a time by default. A key that fails is counted and reported, and stops nothing.
   * @param keys an iterable or async iterable, read no faster than its keys are loaded; what it throws ends the warming, and is in the report.
   * @param loader of single keys, or `{ many, maxBatch }`; the registered one that fits each key by default.
   * @throws CacheError `bad_option` where the call is wrong, `in_transaction`, `closed`; nothing else.
   */
  async warm(keys: Keys, loader?: Loader<V> | BulkSource<V>, options?: WarmOptions<V>): Promise<WarmReport> {
    this.assertOpen();
    this.#participant.assertOutside('warm');
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
    this.#participant.assertOutside('warmFromAccessLog');
    return warmFromAccessLog(this.#warmParts, file, options);
  }

  /** What a warming that goes on finds closed, it does not go on with. */
  #load(key: string, loader: Loader<V> | undefined, options: LoadOptions<V> | undefined): Promise<V> {
    try {
      assertKey(key);
      this.assertOpen();
      return (this.#participant.view ?? this.#loads).load(this.#asked(key, loader, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A hit of a value that may be due to be loaded anew. */
  async #renew(
    slot: Slot,
    key: string,
    { loader, options, value }: Called<V> & { readonly value: V },
  ): Promise<V> {
    const isLoadable = loader !== undefined || this.#loaders.has(key);
    if (isLoadable) this.#loads.hit(this.#asked(key, loader, options), this.#memory.ageingAt(slot));
    return value;
  }

  #asked(key: string, loader: Loader<V> | undefined, options: LoadOptions<V> | undefined): Asked<V> {
    if (loader !== undefined) return { key, loader: assertLoader(loader), options };
    const registered = this.#loaders.at(key);
    return { key, loader: registered.loader, options: loadOptionsOf(registered, options) };
  }

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
      forget: (keys) => many.forget(keys),
    };
    return { port, loaders, clock, observer };
  }
}

function assertLoader<V>(loader: Loader<V>): Loader<V> {
  if (typeof loader === 'function') return loader;
  throw badOption('loader', 'a function', loader);
}
