import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import type { Validity } from '../kernel/invalidation.js';
import type { Residents } from '../kernel/residents.js';
import { writtenAt } from '../kernel/sequence.js';
import type { Backing, Found } from './backing.js';
import { SingleFlight } from './single-flight.js';
import { isStale } from '../kernel/staleness.js';

/** What a reader is made of. */
export interface ReaderParts<V> {
  readonly residents: Residents<V>;
  /** What is behind memory; nothing where the cache has no store. */
  readonly backing: Backing<V> | undefined;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
  readonly validity: Validity;
}

/** Answers what is not in memory from what is pending, or from the store. What it finds comes into memory. */
export class Reader<V> {
  readonly #parts: ReaderParts<V>;
  readonly #flights: SingleFlight<Found<V> | undefined>;

  constructor(parts: ReaderParts<V>) {
    this.#parts = parts;
    this.#flights = new SingleFlight(parts.fencing);
  }

  /** The value of a key that is not in memory; callers that ask for it at the same time share one look at the store. */
  async find(key: string): Promise<V | undefined> {
    const { backing, validity } = this.#parts;
    if (backing === undefined) return this.#missed(key);
    const run = (fence: Fence): Promise<Found<V> | undefined> => this.#fetch(backing, key, fence);
    // Rows of a cache are checked when they come; what tags a record has, is known only then.
    const since = validity.newest;
    const isCurrent = (): boolean => backing.isCache || validity.newest === since;
    const found = await this.#flights.join(key, () => ({ run, isCurrent })).result;
    return found === undefined ? this.#missed(key) : this.foundBehind(key, found);
  }

  /** The values of keys that are not in memory, as far as there are any. @param missed told each of the others. */
  async findMany(
    keys: readonly string[],
    missed = (key: string) => this.#missed(key),
  ): Promise<Map<string, V>> {
    const { backing, fencing } = this.#parts;
    const values = new Map<string, V>();
    if (backing === undefined || keys.length === 0) {
      keys.forEach(missed);
      return values;
    }
    const fences = keys.map((key) => fencing.enter(key));
    try {
      const found = await this.#readMany(backing, keys);
      keys.forEach((key, index) => {
        const entry = this.#promoted(key, found.get(key), fences[index]);
        if (entry === undefined) missed(key);
        else values.set(key, this.foundBehind(key, entry));
      });
      return values;
    } finally {
      for (const fence of fences) fence.release();
    }
  }

  /** The fresh entries among what is pending or stored: not counted, and not brought into memory. */
  async entriesBehind(keys: readonly string[]): Promise<ReadonlyMap<string, EntryState<V>>> {
    const { backing, clock } = this.#parts;
    const entries = new Map<string, EntryState<V>>();
    if (backing === undefined) return entries;
    for (const [key, { entry }] of await this.#readMany(backing, keys))
      if (!isStale(entry, clock.now())) entries.set(key, entry);
    return entries;
  }

  /** Whether there is an entry behind memory. Counts as no use. */
  async has(key: string): Promise<boolean> {
    const { backing } = this.#parts;
    if (backing === undefined) return false;
    try {
      return await backing.has(key);
    } catch (error) {
      this.#report(backing, `read ${key}`, error);
      return false;
    }
  }

  /** Counts what was found behind memory, and hands it out. */
  foundBehind(key: string, found: Found<V>): V {
    this.countBehind(key, found);
    return this.#parts.residents.handOut(found.entry.value);
  }

  /** Counts what was found behind memory. A row of the user's own database is where misses go, not a hit of the cache. */
  countBehind(key: string, { tier, entry }: Found<V>): void {
    const { recorder, backing } = this.#parts;
    const { counts } = recorder.counters;
    if (tier === 'store' && backing?.isCache === false) return recorder.miss(key);
    counts.hits++;
    if (tier === 'store') counts.store_hits++;
    else if (tier === 'shared') counts.shared_hits++;
    recorder.hit(key, tier, () => this.#seen(entry, tier === 'pending'));
  }

  /** Counts what has come into memory in the meantime, and hands it out. */
  foundResident(key: string, entry: EntryState<V>): V {
    const { recorder, residents } = this.#parts;
    recorder.counters.counts.hits++;
    recorder.hit(key, 'memory', () => this.#seen(entry, false));
    return residents.handOut(entry.value);
  }

  async #fetch(backing: Backing<V>, key: string, fence: Fence): Promise<Found<V> | undefined> {
    let found: Found<V> | undefined;
    try {
      found = await backing.read(key);
    } catch (error) {
      this.#report(backing, `read ${key}`, error);
    }
    return this.#promoted(key, found, fence);
  }

  /** A failing store of the role `'cache'` is a miss; where the store is the truth, nobody can say what is true. */
  #report(backing: Backing<V>, operation: string, error: unknown): void {
    if (!backing.isCache) throw error;
    this.#parts.recorder.storeFailed(operation, error);
  }

  async #readMany(backing: Backing<V>, keys: readonly string[]): Promise<Map<string, Found<V>>> {
    try {
      return await backing.readMany(keys);
    } catch (error) {
      this.#report(backing, `read ${keys.length} keys`, error);
      return new Map();
    }
  }

  /** What was found comes into memory, also where it is stale; but then it counts as not found. */
  #promoted(key: string, found: Found<V> | undefined, fence: Fence | undefined): Found<V> | undefined {
    const { residents, clock } = this.#parts;
    if (found === undefined) return undefined;
    const isOld = isStale(found.entry, clock.now());
    const kept = residents.readKept(key);
    // What has come into memory meanwhile may be newer; a stale entry there is the same, or newer.
    const isKnown = kept !== undefined && (isOld || kept.version > found.entry.version);
    if (fence?.holds() === true && !isKnown) residents.offer(key, found.entry);
    return isOld ? undefined : found;
  }

  #seen(entry: EntryState<V>, dirty: boolean) {
    const { clock } = this.#parts;
    const view = {
      ageMs: clock.wallNow() - writtenAt(entry.version),
      ttlMs: (entry.freshness?.until ?? entry.expiresAt) - clock.now(),
      hits: 0,
      weight: 0,
      dirty,
      writtenAt: Math.floor(writtenAt(entry.version)),
    };
    return { value: entry.value, entry: view };
  }

  #missed(key: string): undefined {
    this.#parts.recorder.miss(key);
  }
}
