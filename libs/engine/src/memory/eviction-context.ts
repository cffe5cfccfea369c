import type { EvictionContext } from '../eviction/strategy.js';
import { seededKeyHash } from '../kernel/key-hash.js';
import type { Random } from '../kernel/random.js';
import type { SlotTable } from './slot-table.js';

/** Told when a strategy moves from one strategy to another by itself. */
interface SwapObserver {
  swapped(from: string, to: string): void;
}

/** What a strategy sees of a table: everything but keys and values. Of one table every strategy gets the same hashes. */
export class EvictionContexts {
  readonly #slots: SlotTable<unknown, unknown, unknown>;
  readonly #random: Random;
  readonly #observer: SwapObserver;
  readonly #hash: (key: unknown) => number;

  constructor(slots: SlotTable<unknown, unknown, unknown>, random: Random, observer: SwapObserver) {
    this.#observer = observer;
    this.#slots = slots;
    this.#random = random;
    this.#hash = seededKeyHash(random.next() * 2 ** 32);
  }

  /** The context of one more strategy. */
  of(capacity: number): EvictionContext {
    const slots = this.#slots;
    return {
      capacity,
      get slots() {
        return slots.span;
      },
      random: this.#random,
      swapped: (from, to) => this.#observer.swapped(from, to),
      hashOf: (slot) => this.#hash(slots.keys[slot]),
      entries: {
        weight: (slot) => slots.weight(slot),
        expiresAt: (slot) => slots.expiresAt(slot),
        writtenAt: (slot) => slots.writtenAt(slot),
        hits: (slot) => slots.hitsAt(slot),
      },
    };
  }
}
