import type { Slot } from './strategy.js';

/** The answer of a search that found nothing. */
export const NOT_FOUND = -1;

const FIRST_SIZE = 16;

/**
 * Gives slots to hashed keys: a table with linear probing, at most half full, whose gaps are closed on removal (Knuth, The Art of
 * Computer Programming 3, 6.4, algorithm R). O(1), and nothing is allocated except when it doubles.
 */
export class HashIndex {
  /** By slot. */
  #hashes = new Uint32Array(FIRST_SIZE);
  /** Slots plus one; 0 is an empty place. Twice as many as there are slots. */
  #places: Uint16Array | Int32Array = new Uint16Array(2 * FIRST_SIZE);
  /** Slots that were used and are free, as a chain through `#hashes`. */
  #free = NOT_FOUND;
  #used = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(hash: number): Slot {
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = places[place]! - 1;
      if (slot < 0 || this.#hashes[slot] === hash) return slot;
    }
  }

  /** Answers the slot of a hash that has none yet. */
  add(hash: number): Slot {
    const slot = this.#takeSlot();
    this.#hashes[slot] = hash;
    this.#place(slot);
    this.#size++;
    return slot;
  }

  hashOf(slot: Slot): number {
    return this.#hashes[slot]!;
  }

  remove(slot: Slot): void {
    this.#vacate(this.#placeOf(slot));
    this.#hashes[slot] = this.#free + 1;
    this.#free = slot;
    this.#size--;
  }

  /** @throws Error where it does not hold exactly `members`, each to be found. */
  audit(name: string, members: ReadonlySet<Slot>): void {
    if (members.size !== this.#size) throw new Error(`${name}: ${this.#size} hashes, ${members.size} slots`);
    const placed = this.#places.filter((place) => place !== 0).length;
    if (placed !== this.#size) throw new Error(`${name}: ${placed} hashes placed of ${this.#size}`);
    for (const slot of members)
      if (this.find(this.#hashes[slot]!) !== slot) throw new Error(`${name}: slot ${slot} is not found`);
    let free = 0;
    for (let slot = this.#free; slot !== NOT_FOUND; slot = this.#hashes[slot]! - 1) free++;
    if (free + this.#size !== this.#used) throw new Error(`${name}: ${free} slots free of ${this.#used}`);
  }

  #takeSlot(): Slot {
    const slot = this.#free;
    if (slot !== NOT_FOUND) {
      this.#free = this.#hashes[slot]! - 1;
      return slot;
    }
    if (this.#used === this.#hashes.length) this.#grow();
    return this.#used++;
  }

  #place(slot: Slot): void {
    const mask = this.#places.length - 1;
    let place = this.#hashes[slot]! & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = slot + 1;
  }

  #placeOf(slot: Slot): number {
    const mask = this.#places.length - 1;
    let place = this.#hashes[slot]! & mask;
    while (this.#places[place] !== slot + 1) place = (place + 1) & mask;
    return place;
  }

  /** Moves up whoever would not be found any more behind an empty place. */
  #vacate(gap: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = (gap + 1) & mask; places[place] !== 0; place = (place + 1) & mask) {
      const home = this.#hashes[places[place]! - 1]! & mask;
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      places[gap] = places[place]!;
      gap = place;
    }
    places[gap] = 0;
  }

  /** Only when no slot is free, so every hash is a member's. */
  #grow(): void {
    const hashes = new Uint32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#places = new (hashes.length < 2 ** 16 ? Uint16Array : Int32Array)(2 * hashes.length);
    for (let slot = 0; slot < this.#used; slot++) this.#place(slot);
  }
}
