import type { Slot } from './strategy.js';

const FIRST_SIZE = 16;
const SLOTS_PER_BYTE = 4;

/** A number from 0 to 3 for every slot, 0 to begin with: a quarter of a byte each. */
export class SlotMarks {
  #bytes = new Uint8Array(FIRST_SIZE);

  /** How many slots there is room for: marks beyond are 0. */
  get length(): number {
    return this.#bytes.length * SLOTS_PER_BYTE;
  }

  of(slot: Slot): number {
    return (this.#bytes[slot >> 2]! >> ((slot & 3) << 1)) & 3;
  }

  set(slot: Slot, mark: number): void {
    if (slot >= this.length) this.#grow(slot + 1);
    const shift = (slot & 3) << 1;
    this.#bytes[slot >> 2] = (this.#bytes[slot >> 2]! & ~(3 << shift)) | (mark << shift);
  }

  #grow(atLeast: number): void {
    const bytes = new Uint8Array(Math.max(Math.ceil(atLeast / SLOTS_PER_BYTE), 2 * this.#bytes.length));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
