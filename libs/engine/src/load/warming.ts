import { assertKey } from '../kernel/assert-key.js';
import { type Clock, turnOfTheLoop } from '../kernel/clock.js';
import { CacheError } from '../kernel/errors.js';
import { chunksOf, type Keys } from './key-chunks.js';
import { Lanes } from './lanes.js';
import type { Loader } from './loader.js';
import { type Loaders, loadOptionsOf, type Registered } from './loaders.js';
import type { ManyPort } from './many.js';
import type { Progress, WarmObserver } from './progress.js';
import type { ResolvedWarm } from './warm-options.js';

/** What warming works on. */
export interface WarmParts<V> {
  readonly port: ManyPort<V>;
  readonly loaders: Loaders<V>;
  readonly clock: Clock;
  readonly observer: WarmObserver;
}

/** One warming. */
export interface WarmingParts<V> {
  readonly parts: WarmParts<V>;
  readonly options: ResolvedWarm<V>;
  /** Where none was given, the one that fits each key is used. */
  readonly loader: Registered<V> | undefined;
  readonly progress: Progress;
}

/** Keys that one loader is asked for; together, where it is one for many. */
interface Share<V> {
  readonly keys: readonly string[];
  readonly by: Registered<V>;
}

/** How many keys are looked for at once. */
const CHUNK = 100;

/** Loads those of a stream of keys that nobody has. */
export class Warming<V> {
  readonly #with: WarmingParts<V>;
  readonly #lanes: Lanes;
  #isClosed = false;

  constructor(parts: WarmingParts<V>) {
    this.#with = parts;
    this.#lanes = new Lanes(parts.options.concurrency);
  }

  /** Answers whether all keys were dealt with. Never rejects. */
  async run(keys: Keys): Promise<boolean> {
    const isRead = await this.#read(keys);
    await this.#lanes.empty();
    return isRead && !this.#isStopped;
  }

  async #read(keys: Keys): Promise<boolean> {
    const { progress, parts, loader } = this.#with;
    try {
      for await (const chunk of chunksOf(keys, Math.max(CHUNK, loader?.maxBatch ?? 0))) {
        if (this.#isStopped) return false;
        await this.#warm(chunk);
        // What is there already is found without any wait, and others are to have their turn.
        await turnOfTheLoop();
        if (this.#isStopped) return false;
      }
      return true;
    } catch (error) {
      progress.failed(error);
      parts.observer.failed(error);
      return false;
    }
  }

  get #isStopped(): boolean {
    return this.#isClosed || this.#with.options.signal?.aborted === true;
  }

  /** Resolves when the last load of the chunk has begun. */
  async #warm(chunk: readonly string[]): Promise<void> {
    const asked = chunk.filter((key) => this.#isKey(key));
    const keys = [...new Set(asked)];
    const found = await this.#find(keys);
    try {
      if (found !== undefined) await this.#begin(keys, found, asked.length);
    } finally {
      this.#with.parts.port.forget(keys);
    }
  }

  async #begin(keys: readonly string[], found: ReadonlyMap<string, V>, asked: number): Promise<void> {
    const missing = keys.filter((key) => !found.has(key));
    this.#with.progress.present(asked - missing.length);
    for (const share of this.#sharesOf(missing)) {
      await this.#lanes.room();
      if (this.#isStopped) return;
      this.#lanes.run(() => this.#load(share));
    }
  }

  async #find(keys: readonly string[]): Promise<ReadonlyMap<string, V> | undefined> {
    try {
      return await this.#with.parts.port.find(keys);
    } catch (error) {
      this.#fail(error, keys.length);
      return undefined;
    }
  }

  /** The keys by loader, as many together as it is asked for at once. */
  #sharesOf(keys: readonly string[]): readonly Share<V>[] {
    const byLoader = new Map<Loader<V>, { by: Registered<V>; keys: string[] }>();
    for (const key of keys) {
      const by = this.#loaderOf(key);
      if (by === undefined) continue;
      const same = byLoader.get(by.loader);
      if (same === undefined) byLoader.set(by.loader, { by, keys: [key] });
      else same.keys.push(key);
    }
    return [...byLoader.values()].flatMap((all) => cut(all));
  }

  #loaderOf(key: string): Registered<V> | undefined {
    const { loader, parts } = this.#with;
    try {
      return loader ?? parts.loaders.at(key);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  async #load({ keys, by }: Share<V>): Promise<void> {
    const { parts, options, progress } = this.#with;
    const loadOptions = loadOptionsOf(by, options.load);
    const loadOne = async (key: string): Promise<void> => {
      try {
        await parts.port.load(key, by.loader, loadOptions);
        progress.loaded();
      } catch (error) {
        this.#fail(error);
      }
    };
    await Promise.all(keys.map(loadOne));
  }

  #isKey(key: string): boolean {
    try {
      assertKey(key);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown, keys = 1): void {
    this.#isClosed ||= error instanceof CacheError && error.code === 'closed';
    this.#with.progress.failed(error, keys);
  }
}

function cut<V>({ keys, by }: Share<V>): readonly Share<V>[] {
  const shares: Share<V>[] = [];
  for (let at = 0; at < keys.length; at += by.maxBatch)
    shares.push({ keys: keys.slice(at, at + by.maxBatch), by });
  return shares;
}
