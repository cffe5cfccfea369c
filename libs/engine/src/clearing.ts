import type { Recorder } from './events/recorder.js';
import type { ClearWitness } from './kernel/entries.js';
import type { Fencing } from './kernel/fencing.js';
import type { Backing } from './load/backing.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { StoreSide } from './store-side.js';
import type { KeyOrder } from './write/key-order.js';

/** What a clearing works on. */
export interface ClearingParts<V> {
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly backing: Backing<V> | undefined;
  readonly order: KeyOrder;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
}

/** What is to be cleared. */
export interface ClearOptions {
  /** Whether the rows of the store go, too; true for a store of the role `'cache'`, false for the user's own data. */
  readonly store?: boolean | undefined;
}

/** Removes every entry of a cache, beside no write. */
export class Clearing<V> {
  readonly #parts: ClearingParts<V>;

  constructor(parts: ClearingParts<V>) {
    this.#parts = parts;
  }

  clear(options: ClearOptions = {}): Promise<void> {
    return this.#clear(options, undefined);
  }

  /** Whether a clearing with these options leaves nothing, not even in the store. */
  reachesAll(options: ClearOptions = {}): boolean {
    const { side } = this.#parts;
    return side === undefined || (options.store ?? side.store.role === 'cache');
  }

  /** As {@link clear} without options, and tells what goes. */
  clearBefore(witness: ClearWitness<V>): Promise<void> {
    return this.#clear({}, witness);
  }

  /** Without a store all of it happens in one go: nothing else is ordered then. */
  #clear(options: ClearOptions, witness: ClearWitness<V> | undefined): Promise<void> {
    const { side, memory, fencing, recorder, order } = this.#parts;
    const reachesStore = side !== undefined && this.reachesAll(options);
    const forget = (): void => {
      memory.clear();
      fencing.raiseAll();
    };
    return order.alone(async () => {
      if (witness !== undefined && reachesStore) await this.#tellStored(witness, side);
      if (witness !== undefined && (reachesStore || side === undefined)) this.#tellResident(witness);
      if (reachesStore) await side.clear();
      else if (side?.tiered !== undefined) await side.tiered.clearShared();
      if (witness === undefined) forget();
      else witness.around(forget);
      recorder.emit({ type: 'cleared', store: reachesStore });
    });
  }

  async #tellStored(witness: ClearWitness<V>, side: StoreSide): Promise<void> {
    await side.policy.flush();
    for await (const found of this.#parts.backing?.stored() ?? [])
      for (const [key, { entry }] of found)
        if (this.#parts.memory.read(key) === undefined) witness.going(key, entry);
  }

  #tellResident(witness: ClearWitness<V>): void {
    for (const { key, state } of this.#parts.memory.inEvictionOrder()) witness.going(key, state);
  }
}
