import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { Change, Entries, Exchange } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { storeFailed } from '../kernel/errors.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Validity } from '../kernel/invalidation.js';
import type { LifeRules, WriteOptions } from '../kernel/life.js';
import { newEntry } from './new-entry.js';
import type { Random } from '../kernel/random.js';
import type { Residents } from '../kernel/residents.js';
import type { Sequence } from '../kernel/sequence.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import type { Operation, Row } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';
import type { KeyOrder } from './key-order.js';
import { acknowledge, operationOf } from './operations.js';
import type { WritePolicy } from './policy.js';
import { Settlement } from './settlement.js';

/** The store's side of writing. */
export interface StoreBehind<V> {
  /** The policy in charge; it can be swapped. */
  readonly policy: () => WritePolicy;
  readonly codec: Codec;
  /** Whether results of loaders are stored, and rows expire: the store is a tier of the cache. */
  readonly isCache: boolean;
  /** Whether the store is left alone for a while: what need not be stored is not. */
  readonly isDown: () => boolean;
  /** What is pending or stored under the keys. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, EntryState<V>>>;
  /** How many of the keys are pending or stored. */
  readonly count: (keys: readonly string[]) => Promise<number>;
  /**
   * With a shared tier: puts there what was loaded, unless the key was changed since the ticket was given; what was loaded without one is not shared.
   */
  readonly share?: ((row: Row, ticket: ShareTicket | undefined) => Promise<'kept' | 'fenced'>) | undefined;
  /** With a shared tier: brings there what the policy has acknowledged and not stored yet, so that other processes see it. */
  readonly announce?: ((operations: readonly Operation[]) => Promise<void>) | undefined;
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
  readonly random: Random;
  readonly life: LifeRules<V>;
  /** The options of a call, with what is overridden around it. */
  readonly optionsOf: (options: WriteOptions<V> | undefined) => WriteOptions<V> | undefined;
  /** The value as the cache keeps it: itself, frozen, or a copy. */
  readonly takeIn: (value: V) => V;
  readonly validity: Validity;
}

/** Changes entries: through the policy to the store, and in memory. Changes of one key are made one after the other. */
export class Writer<V> implements Entries<V> {
  readonly #parts: WriterParts<V>;
  readonly #settlement: Settlement<V>;

  constructor(parts: WriterParts<V>) {
    this.#parts = parts;
    this.#settlement = new Settlement(parts);
  }

  prepare(value: V, options: WriteOptions<V> | undefined): EntryState<V> {
    const { optionsOf, sequence } = this.#parts;
    return newEntry(this.#parts, value, { version: sequence.next(), options: optionsOf(options) });
  }

  handOut(value: V): V {
    return this.#parts.residents.handOut(value);
  }

  /** Sets entries, all in one batch of the policy. */
  async set(entries: readonly (readonly [key: string, entry: EntryState<V>])[]): Promise<void> {
    const { behind, order } = this.#parts;
    if (behind === undefined) return this.#settlement.each(entries);
    const operations = this.#operations(behind, entries);
    const keys = entries.map(([key]) => key);
    await order.run(keys, () => this.#change(behind, entries, operations));
  }

  /** Deletes keys, all in one batch of the policy; answers how many of them any reader would have found, as {@link count}. */
  async delete(keys: readonly string[]): Promise<number> {
    const { behind, order, sequence } = this.#parts;
    const changes = keys.map((key) => [key, undefined] as const);
    if (behind === undefined) return this.#deleteResident(changes);
    const operations = this.#operations(behind, changes, sequence.next());
    return order.run(keys, async () => {
      const present = await this.count(keys);
      await this.#change(behind, changes, operations);
      return present;
    });
  }

  /** Makes changes that were prepared earlier, under new versions: all in one batch of the policy, in order, or none. */
  apply(changes: readonly Change<V>[]): Promise<void> {
    const keys = changes.map(([key]) => key);
    return this.applyDecided(keys, () => changes);
  }

  /** As {@link apply}, of changes of these keys that are decided when it is their turn. */
  async applyDecided(keys: readonly string[], decide: () => readonly Change<V>[]): Promise<void> {
    const version = this.#parts.sequence.next();
    await this.#parts.order.run(keys, () => this.#commit(decide(), { version, settled: () => undefined }));
  }

  /** Without a store all of it happens in one go: nothing else is ordered then. */
  async exchange(keys: readonly string[], { decide, settled }: Exchange<V>): Promise<void> {
    const { behind, order, sequence } = this.#parts;
    // Drawn in the order of the calls, as those of other writes are: of one key, what is stored last has the largest.
    const version = sequence.next();
    await order.run(keys, async () => {
      const current = behind === undefined ? this.#resident(keys) : await this.#anywhere(behind, keys);
      await this.#commit(decide(current), { version, settled });
    });
  }

  /** How many of the keys any reader would find. Where the store cannot tell, that is reported, and its keys do not count. */
  async count(keys: readonly string[]): Promise<number> {
    const { residents, recorder, behind } = this.#parts;
    const absent = keys.filter((key) => residents.read(key) === undefined);
    const resident = keys.length - absent.length;
    if (absent.length === 0 || behind === undefined) return resident;
    try {
      return resident + (await behind.count(absent));
    } catch (error) {
      recorder.storeFailed(`look for ${absent.length === 1 ? absent[0] : `${absent.length} keys`}`, error);
      return resident;
    }
  }

  /** From now on memory gets nothing any more; what is under way may still be stored. */
  stop(): void {
    this.#settlement.stop();
  }

  #deleteResident(changes: readonly Change<V>[]): number {
    const present = this.#resident(changes.map(([key]) => key)).size;
    this.#settlement.each(changes);
    return present;
  }

  #resident(keys: readonly string[]): Map<string, EntryState<V>> {
    const found = new Map<string, EntryState<V>>();
    for (const key of keys) {
      const entry = this.#parts.residents.read(key);
      if (entry !== undefined) found.set(key, entry);
    }
    return found;
  }

  async #anywhere(behind: StoreBehind<V>, keys: readonly string[]): Promise<Map<string, EntryState<V>>> {
    const resident = this.#resident(keys);
    const absent = keys.filter((key) => !resident.has(key));
    return absent.length === 0 ? resident : new Map([...(await behind.read(absent)), ...resident]);
  }

  /** To be called in the turn of the keys. Waits for nothing where there is no store. */
  async #commit(
    given: readonly Change<V>[],
    { version, settled }: Pick<Exchange<V>, 'settled'> & { readonly version: number },
  ): Promise<void> {
    const { behind } = this.#parts;
    const changes = given.map(([key, entry]) => [key, this.#renewed(key, entry, version)] as const);
    if (behind === undefined) {
      this.#settlement.all(changes);
      return settled();
    }
    const operations = this.#operations(behind, changes, version);
    try {
      if (operations.length > 0) await this.#change(behind, changes, operations);
    } finally {
      settled();
    }
  }

  /** What was invalidated since it was there, or prepared, is not brought back under a new version; rows of the user's truth are not the cache's to drop. */
  #renewed(key: string, entry: EntryState<V> | undefined, version: number): EntryState<V> | undefined {
    if (entry === undefined) return undefined;
    const { validity, behind } = this.#parts;
    const oldest = Math.min(entry.version, version);
    const remains =
      behind?.isCache === false || validity.isCurrent(key, { tags: entry.tags, version: oldest });
    return remains ? { ...entry, version } : undefined;
  }

  /** Where the policy fails nobody knows what is stored: memory forgets the keys, and the caller is told. */
  async #change(
    behind: StoreBehind<V>,
    changes: readonly Change<V>[],
    operations: readonly Operation[],
  ): Promise<void> {
    const { announce } = behind;
    // Where nobody else changes keys, nobody has to look out for it.
    const fences = announce && changes.map(([key]) => this.#parts.fencing.enter(key));
    try {
      const verdict = await acknowledge(behind.policy(), operations);
      if (announce !== undefined) await announce(operations);
      // What another process has changed meanwhile is not for memory to keep.
      const isOvertaken = fences?.every((fence) => fence.holds()) === false;
      this.#settlement.acknowledged(changes, isOvertaken ? 'drop' : verdict);
    } catch (error) {
      const keys = changes.map(([key]) => key);
      this.#settlement.unknown(keys);
      throw storeFailed(`write ${keys.length === 1 ? keys[0] : `${keys.length} keys`}`, error);
    } finally {
      for (const fence of fences ?? []) fence.release();
    }
  }

  #operations(behind: StoreBehind<V>, changes: readonly Change<V>[], version = 0): Operation[] {
    const { codec, isCache } = behind;
    const encoding = { codec, isCache, clock: this.#parts.clock };
    return changes.map((change) => operationOf(encoding, change, version));
  }
}
