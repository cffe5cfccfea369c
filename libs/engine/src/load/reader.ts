import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import type { WriteOptions } from '../kernel/life.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import { writtenAt } from '../kernel/sequence.js';
import { asLoaded, type Backing, type Found } from './backing.js';
import { SingleFlight, type Task } from './single-flight.js';

/** What a loader is told. */
export interface LoadContext {
  readonly key: string;
}

/** Fetches the value of a key from where it comes from. What it throws, its callers get; nothing is kept then. */
export type Loader<V> = (context: LoadContext) => V | PromiseLike<V>;

/** How the result of a loader is kept. */
export interface LoadOptions<V> extends WriteOptions {
  /** Told the result, answers whether it is to be given to its callers only and not kept. */
  readonly unless?: ((value: V) => boolean) | undefined;
}

/** Keeps the results of loaders. */
export interface LoadKeeper<V> {
  prepareLoad(options: WriteOptions | undefined): LoadTicket<V>;
  /** Keeps a loaded entry while the fence holds; answers whether it did. */
  keepLoaded(key: string, entry: EntryState<V>, fence: Fence): boolean;
}

/** What a reader is made of. */
export interface ReaderParts<V> {
  readonly residents: Residents<V>;
  /** What is behind memory; nothing where the cache has no store. */
  readonly backing: Backing<V> | undefined;
  readonly keeper: LoadKeeper<V>;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
}

type Outcome<V> =
  { readonly origin: 'backing'; readonly found: Found<V> } | { readonly origin: 'loader'; readonly value: V };

/** One load that somebody asked for. */
interface Request<V> {
  readonly key: string;
  readonly loader: Loader<V>;
  readonly options: LoadOptions<V> | undefined;
}

/** What a loader's result is measured by. */
interface Start<V> {
  readonly fence: Fence;
  readonly ticket: LoadTicket<V>;
}

/** Answers what is not in memory: from what is pending, from the store, or from a loader. What it finds comes into memory. */
export class Reader<V> {
  readonly #parts: ReaderParts<V>;
  readonly #flights: SingleFlight<Outcome<V>>;

  constructor(parts: ReaderParts<V>) {
    this.#parts = parts;
    this.#flights = new SingleFlight(parts.fencing);
  }

  /** The value of a key that is not in memory. */
  async find(key: string): Promise<V | undefined> {
    const { backing, fencing } = this.#parts;
    if (backing === undefined) return this.#missed(key);
    const fence = fencing.enter(key);
    try {
      const found = await this.#unlessFailing(backing, key, () => backing.read(key));
      return found === undefined ? this.#missed(key) : this.#promote(key, found, fence);
    } finally {
      fence.release();
    }
  }

  /** The values of keys that are not in memory, as far as there are any. */
  async findMany(keys: readonly string[]): Promise<Map<string, V>> {
    const { backing, fencing } = this.#parts;
    if (backing === undefined || keys.length === 0) return this.#allMissed(keys);
    const fences = keys.map((key) => fencing.enter(key));
    try {
      const found = await this.#readManyBacking(backing, keys);
      const values = new Map<string, V>();
      keys.forEach((key, index) => {
        const entry = found.get(key);
        const fence = fences[index];
        if (entry === undefined || fence === undefined) this.#missed(key);
        else values.set(key, this.#promote(key, entry, fence));
      });
      return values;
    } finally {
      for (const fence of fences) fence.release();
    }
  }

  /** Whether there is an entry behind memory. Counts as no use. */
  async has(key: string): Promise<boolean> {
    const { backing } = this.#parts;
    if (backing === undefined) return false;
    return (await this.#unlessFailing(backing, key, () => backing.has(key))) ?? false;
  }

  /** The value of a key that is not in memory, loaded where nobody has it; one load per key at a time. */
  async load(request: Request<V>): Promise<V> {
    const { key } = request;
    let hasMissed = false;
    const missed = (): void => {
      if (!hasMissed) this.#missed(key);
      hasMissed = true;
    };
    const outcome = await this.#flights.run(key, this.#taskOf(request, missed)).catch((error: unknown) => {
      missed();
      throw error;
    });
    if (outcome.origin === 'backing') {
      this.#countFound(key, outcome.found);
      return this.#parts.residents.handOut(outcome.found.entry.value);
    }
    // Who waited for somebody else's load has missed as well.
    missed();
    return this.#parts.residents.handOut(outcome.value);
  }

  #taskOf(request: Request<V>, missed: () => void): Task<Outcome<V>> {
    // Before its loader starts a load has read nothing that an invalidation could make old: rows are checked when they come.
    let ticket: LoadTicket<V> | undefined;
    const start = (): LoadTicket<V> => (ticket = this.#parts.keeper.prepareLoad(request.options));
    return {
      run: async (fence) => {
        const { backing } = this.#parts;
        // What is read from a record is as old as the read, and gets the tags of this call.
        const record = backing?.isCache === false ? start() : undefined;
        const outcome = backing && (await this.#fromBacking(backing, request.key, { fence, record }));
        if (outcome !== undefined) return outcome;
        missed();
        return { origin: 'loader', value: await this.#runLoader(request, { fence, ticket: start() }) };
      },
      isCurrent: () => ticket?.isCurrent() ?? true,
    };
  }

  async #fromBacking(
    backing: Backing<V>,
    key: string,
    { fence, record }: { readonly fence: Fence; readonly record: LoadTicket<V> | undefined },
  ): Promise<Outcome<V> | undefined> {
    const found = await this.#orReported(key, () => backing.read(key));
    if (found === undefined) return undefined;
    if (fence.holds()) this.#parts.residents.offer(key, asLoaded(found, record));
    return { origin: 'backing', found };
  }

  async #runLoader({ key, loader, options }: Request<V>, { fence, ticket }: Start<V>): Promise<V> {
    const { keeper, recorder } = this.#parts;
    const value = await this.#timed(key, loader);
    if (options?.unless?.(value) === true) return value;
    if (!keeper.keepLoaded(key, ticket.entryOf(value), fence)) {
      recorder.counters.counts.loads_fenced++;
      recorder.emit({ type: 'load_fenced', key });
    }
    return value;
  }

  async #timed(key: string, loader: Loader<V>): Promise<V> {
    const { clock, recorder } = this.#parts;
    const startedAt = clock.now();
    recorder.counters.counts.loads++;
    recorder.emit({ type: 'load_started', key });
    try {
      return await loader({ key });
    } catch (error) {
      recorder.counters.counts.load_failures++;
      recorder.emit({ type: 'load_failed', key, error });
      throw error;
    } finally {
      recorder.counters.time('load', clock.now() - startedAt);
    }
  }

  /** A failing store of the role `'cache'` is a miss; where the store is the truth, nobody can say what is true. */
  #unlessFailing<T>(backing: Backing<V>, key: string, read: () => Promise<T>): Promise<T | undefined> {
    return backing.isCache ? this.#orReported(key, read) : read();
  }

  async #orReported<T>(key: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.#parts.recorder.storeFailed(`read ${key}`, error);
      return undefined;
    }
  }

  async #readManyBacking(backing: Backing<V>, keys: readonly string[]): Promise<Map<string, Found<V>>> {
    try {
      return await backing.readMany(keys);
    } catch (error) {
      if (!backing.isCache) throw error;
      this.#parts.recorder.storeFailed(`read ${keys.length} keys`, error);
      return new Map();
    }
  }

  #promote(key: string, found: Found<V>, fence: Fence): V {
    if (fence.holds()) this.#parts.residents.offer(key, found.entry);
    this.#countFound(key, found);
    return this.#parts.residents.handOut(found.entry.value);
  }

  /** A row of the user's own database is where misses go, not a hit of the cache. */
  #countFound(key: string, { tier, entry }: Found<V>): void {
    const { recorder, backing, clock } = this.#parts;
    const { counts } = recorder.counters;
    if (tier === 'store' && backing?.isCache === false) return recorder.miss(key);
    counts.hits++;
    if (tier === 'store') counts.store_hits++;
    recorder.hit(key, tier, () => ({
      value: entry.value,
      entry: {
        ageMs: clock.wallNow() - writtenAt(entry.version),
        ttlMs: entry.expiresAt - clock.now(),
        hits: 0,
        weight: 0,
        dirty: tier === 'pending',
        writtenAt: Math.floor(writtenAt(entry.version)),
      },
    }));
  }

  #missed(key: string): undefined {
    this.#parts.recorder.miss(key);
  }

  #allMissed(keys: readonly string[]): Map<string, V> {
    for (const key of keys) this.#missed(key);
    return new Map();
  }
}
