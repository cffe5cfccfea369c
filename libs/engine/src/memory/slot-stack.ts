import type { Slot } from '../eviction/strategy.js';

const FIRST_SIZE = 16;

/** Slots that are free to be used again, the last one that was freed first. An array's own `pop` would give back its memory each time. */
export class SlotStack {
  #slots = new Int32Array(FIRST_SIZE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(slot: Slot): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[this.#size++] = slot;
  }

  /** To be called where there is one. */
  pop(): Slot {
    return this.#slots[--this.#size]!;
  }

  toArray(): Slot[] {
    return [...this.#slots.subarray(0, this.#size)];
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
