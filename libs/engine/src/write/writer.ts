import type { Recorder } from '../events/recorder.js';
import { type Clock, toWallTime } from '../kernel/clock.js';
import type { Entries, Exchange } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { storeFailed, unstorableValue } from '../kernel/errors.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import { deadline, tagsOf, ttlOf, type WriteOptions } from '../kernel/life.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import type { Sequence } from '../kernel/sequence.js';
import type { Row } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';
import type { KeyOrder } from './key-order.js';
import type { Verdict, WritePolicy } from './policy.js';

/** An entry with its key. */
export type KeyedEntry<V> = readonly [key: string, entry: EntryState<V>];

/** The store's side of writing. */
export interface StoreBehind<V> {
  /** The policy in charge; it can be swapped. */
  readonly policy: () => WritePolicy;
  readonly codec: Codec;
  /** Whether results of loaders are stored, and rows expire: the store is a tier of the cache. */
  readonly isCache: boolean;
  /** What is pending or stored under a key. */
  readonly read: (key: string) => Promise<EntryState<V> | undefined>;
  /** How many of the keys are pending or stored. */
  readonly count: (keys: readonly string[]) => Promise<number>;
}

/** What a writer is made of. */
export interface WriterParts<V> {
  readonly residents: Residents<V>;
  /** Nothing where the cache has no store. */
  readonly behind: StoreBehind<V> | undefined;
  readonly order: KeyOrder;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
  readonly sequence: Sequence;
  readonly ttlMs: number;
  /** The options of a call, with what is overridden around it. */
  readonly optionsOf: (options: WriteOptions | undefined) => WriteOptions | undefined;
  /** The value as the cache keeps it: itself, frozen, or a copy. */
  readonly takeIn: (value: V) => V;
  /** Whether an entry has not been invalidated by one of its tags. */
  readonly isCurrent: (entry: Pick<EntryState<V>, 'tags' | 'version'>) => boolean;
}

/** Changes entries: through the policy to the store, and in memory. Changes of one key are made one after the other. */
export class Writer<V> implements Entries<V> {
  readonly #parts: WriterParts<V>;
  #isStopped = false;

  constructor(parts: WriterParts<V>) {
    this.#parts = parts;
  }

  prepare(value: V, options: WriteOptions | undefined): EntryState<V> {
    const { optionsOf, sequence } = this.#parts;
    return this.#entry(value, optionsOf(options), sequence.next());
  }

  /** Sets entries, all in one batch of the policy. */
  async set(entries: readonly KeyedEntry<V>[]): Promise<void> {
    const { behind, order } = this.#parts;
    if (behind === undefined) return this.#settleSet(entries, 'keep');
    const rows = entries.map(([key, entry]) => this.#encode(behind, key, entry));
    const keys = entries.map(([key]) => key);
    await order.run(keys, async () => this.#settleSet(entries, await this.#acknowledge(behind, rows)));
  }

  /**
   * Deletes keys, all in one batch of the policy; answers how many of them any reader would have found. Where the store cannot tell,
   * that is reported, and its keys are deleted uncounted.
   */
  async delete(keys: readonly string[]): Promise<number> {
    const { behind, order } = this.#parts;
    if (behind === undefined) return keys.filter((key) => this.#settleDelete(key)).length;
    return order.run(keys, async () => {
      const present = await this.#count(behind, keys);
      await this.#apply(behind, keys, (policy) => removal(policy, keys));
      for (const key of keys) this.#settleDelete(key);
      return present;
    });
  }

  /** Without a store all of it happens in one go: nothing else is ordered then. */
  async exchange(key: string, exchange: Exchange<V>): Promise<void> {
    const { behind, order, residents, sequence, isCurrent } = this.#parts;
    await order.run([key], async () => {
      const next = exchange.decide(residents.read(key) ?? (behind && (await behind.read(key))));
      // What was invalidated since it was there is not brought back under a new version.
      const entry = next && isCurrent(next) ? { ...next, version: sequence.next() } : undefined;
      const verdict = behind === undefined ? 'keep' : await this.#exchangeBehind(behind, key, entry);
      if (entry === undefined) this.#settleDelete(key);
      else this.#settleSet([[key, entry]], verdict);
      exchange.settled();
    });
  }

  /** What a load will become, and whether it still can: its version is drawn before it begins. */
  prepareLoad(options: WriteOptions | undefined): LoadTicket<V> {
    const version = this.#parts.sequence.next();
    const applied = this.#parts.optionsOf(options);
    const tags = tagsOf(applied);
    return {
      entryOf: (value) => this.#entry(value, applied, version),
      isCurrent: () => this.#parts.isCurrent({ tags, version }),
    };
  }

  /** From now on memory gets nothing any more; what is under way may still be stored. */
  stop(): void {
    this.#isStopped = true;
  }

  keepLoaded(key: string, entry: EntryState<V>, fence: Fence): boolean {
    const { residents, recorder, behind } = this.#parts;
    if (!this.#mayKeep(entry, fence)) return false;
    residents.offer(key, entry);
    recorder.set(key, entry.value, 'load');
    if (behind?.isCache === true) this.#storeLoaded(behind, key, entry);
    return true;
  }

  /** Stores a loaded value in its turn; the callers of the load do not wait for it, and a failure is reported. */
  #storeLoaded(behind: StoreBehind<V>, key: string, entry: EntryState<V>): void {
    const fence = this.#parts.fencing.enter(key);
    const store = async (): Promise<void> => {
      if (this.#mayKeep(entry, fence)) await behind.policy().onSet(this.#encode(behind, key, entry));
    };
    this.#parts.order
      .run([key], store)
      .catch((error: unknown) => this.#parts.recorder.storeFailed(`store what was loaded for ${key}`, error))
      .finally(() => fence.release());
  }

  #mayKeep(entry: EntryState<V>, fence: Fence): boolean {
    return fence.holds() && this.#parts.isCurrent(entry);
  }

  async #count(behind: StoreBehind<V>, keys: readonly string[]): Promise<number> {
    const { residents, recorder } = this.#parts;
    const absent = keys.filter((key) => residents.read(key) === undefined);
    const resident = keys.length - absent.length;
    if (absent.length === 0) return resident;
    try {
      return resident + (await behind.count(absent));
    } catch (error) {
      recorder.storeFailed(`look for ${absent.length === 1 ? absent[0] : `${absent.length} keys`}`, error);
      return resident;
    }
  }

  async #exchangeBehind(
    behind: StoreBehind<V>,
    key: string,
    entry: EntryState<V> | undefined,
  ): Promise<Verdict> {
    if (entry !== undefined) return this.#acknowledge(behind, [this.#encode(behind, key, entry)]);
    await this.#apply(behind, [key], (policy) => policy.onDelete(key));
    return 'drop';
  }

  #acknowledge(behind: StoreBehind<V>, rows: readonly Row[]): Promise<Verdict> {
    const keys = rows.map(({ key }) => key);
    return this.#apply(behind, keys, (policy) => acceptance(policy, rows));
  }

  /** Runs a change of the policy. Where it fails nobody knows what is stored: memory forgets the keys, and the caller is told. */
  async #apply<T>(
    behind: StoreBehind<V>,
    keys: readonly string[],
    change: (policy: WritePolicy) => Promise<T>,
  ): Promise<T> {
    const { residents, fencing } = this.#parts;
    try {
      return await change(behind.policy());
    } catch (error) {
      for (const key of keys) {
        residents.drop(key);
        fencing.raise(key);
      }
      throw storeFailed(`write ${keys.length === 1 ? keys[0] : `${keys.length} keys`}`, error);
    }
  }

  #settleSet(entries: readonly KeyedEntry<V>[], verdict: Verdict): void {
    const { residents, fencing, recorder, behind } = this.#parts;
    for (const [key, entry] of entries) {
      if (verdict === 'drop' || this.#isStopped) residents.drop(key);
      else if (behind === undefined) residents.keep(key, entry);
      // What the policy has acknowledged is safe, whatever memory makes of it.
      else residents.offer(key, entry);
      fencing.raise(key);
      recorder.set(key, entry.value, 'caller');
    }
  }

  #settleDelete(key: string): boolean {
    const wasResident = this.#parts.residents.drop(key);
    this.#parts.fencing.raise(key);
    this.#parts.recorder.deleted(key);
    return wasResident;
  }

  #entry(value: V, options: WriteOptions | undefined, version: number): EntryState<V> {
    const { clock, ttlMs, takeIn } = this.#parts;
    return {
      value: takeIn(value),
      expiresAt: deadline(clock, ttlOf(options, ttlMs)),
      version,
      tags: tagsOf(options),
    };
  }

  #encode(
    { codec, isCache }: StoreBehind<V>,
    key: string,
    { value, expiresAt, version, tags }: EntryState<V>,
  ): Row {
    const expiry = isCache ? toWallTime(this.#parts.clock, expiresAt) : undefined;
    try {
      return { key, value: codec.encode(value), expiresAt: expiry, version, tags };
    } catch (error) {
      throw unstorableValue(key, codec.name, error);
    }
  }
}

function acceptance(policy: WritePolicy, rows: readonly Row[]): Promise<Verdict> {
  const [first] = rows;
  if (rows.length === 1 && first !== undefined) return policy.onSet(first);
  return policy.onBatch(rows.map((row) => ({ type: 'set', row })));
}

async function removal(policy: WritePolicy, keys: readonly string[]): Promise<void> {
  const [first] = keys;
  if (keys.length === 1 && first !== undefined) return policy.onDelete(first);
  await policy.onBatch(keys.map((key) => ({ type: 'delete', key })));
}
