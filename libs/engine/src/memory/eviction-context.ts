import type { EvictionContext } from '../eviction/strategy.js';
import { seededKeyHash } from '../kernel/key-hash.js';
import type { Random } from '../kernel/random.js';
import type { SlotTable } from './slot-table.js';

/** What a strategy sees of a table: everything but keys and values. Of one table every strategy gets the same hashes. */
export class EvictionContexts {
  readonly #slots: SlotTable<unknown, unknown, unknown>;
  readonly #random: Random;
  readonly #hash: (key: unknown) => number;

  constructor(slots: SlotTable<unknown, unknown, unknown>, random: Random) {
    this.#slots = slots;
    this.#random = random;
    this.#hash = seededKeyHash(random.next() * 2 ** 32);
  }

  /** The context of one more strategy. */
  of(capacity: number): EvictionContext {
    return {
      capacity,
      random: this.#random,
      hashOf: (slot) => this.#hash(this.#slots.keys[slot]),
      entries: {
        weight: (slot) => this.#slots.weight(slot),
        expiresAt: (slot) => this.#slots.expiresAt(slot),
        writtenAt: (slot) => this.#slots.writtenAt(slot),
        hits: (slot) => this.#slots.hits[slot]!,
      },
    };
  }
}
