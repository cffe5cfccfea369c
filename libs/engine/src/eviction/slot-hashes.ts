import type { Slot } from './strategy.js';

const FIRST_SIZE = 64;

/** The key hash of each resident, kept since hashing a key again when it leaves costs more than four bytes. */
export class SlotHashes {
  #hashes: Uint32Array;

  /** @param slots for how many there is room at first. */
  constructor(slots: number) {
    this.#hashes = new Uint32Array(Math.max(FIRST_SIZE, slots));
  }

  set(slot: Slot, hash: number): void {
    if (slot >= this.#hashes.length) this.#grow(slot + 1);
    this.#hashes[slot] = hash;
  }

  of(slot: Slot): number {
    return this.#hashes[slot]!;
  }

  #grow(atLeast: number): void {
    const hashes = new Uint32Array(Math.max(atLeast, 2 * this.#hashes.length));
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}
