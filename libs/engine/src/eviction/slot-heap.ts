import type { Slot } from './strategy.js';

/** Stands for the place of a slot that is no member; the others are noted as their number plus one. */
const ABSENT = 0;
const FIRST_SIZE = 64;

/**
 * Slots in order of a number, their rank; among equals, whoever got it first comes first. A binary heap: changes take
 * O(log n), the first is there at once. Allocates nothing, except that the arrays double when a larger slot appears.
 */
export class SlotHeap {
  #heap: Int32Array;
  /** Where each slot stands in the heap, plus one; new memory is zero, and need not be touched before it is used. */
  #places: Int32Array;
  #ranks: Float64Array;
  /** When each slot got its rank. */
  #turns: Float64Array;
  #size = 0;
  #lastTurn = 0;

  /** @param slots for how many there is room at first. */
  constructor(slots = 0) {
    const size = Math.max(FIRST_SIZE, slots);
    [this.#heap, this.#places] = [new Int32Array(size), new Int32Array(size)];
    [this.#ranks, this.#turns] = [new Float64Array(size), new Float64Array(size)];
  }

  get size(): number {
    return this.#size;
  }

  get first(): Slot | undefined {
    return this.#size === 0 ? undefined : this.#heap[0];
  }

  /** The rank of a member. */
  rankOf(slot: Slot): number {
    return this.#ranks[slot]!;
  }

  add(slot: Slot, rank: number): void {
    if (slot >= this.#places.length) this.#grow(slot + 1);
    this.#stamp(slot, rank);
    this.#rise(slot, this.#size++);
  }

  /** Gives a member another rank, or the same as if it had got it now. */
  rerank(slot: Slot, rank: number): void {
    this.#stamp(slot, rank);
    this.#settle(slot, this.#places[slot]! - 1);
  }

  remove(slot: Slot): void {
    const place = this.#places[slot]! - 1;
    const last = this.#heap[--this.#size]!;
    this.#places[slot] = ABSENT;
    if (last !== slot) this.#settle(last, place);
  }

  /** Takes the same from every rank, which leaves the order as it is. O(n). */
  lowerAll(by: number): void {
    for (let place = 0; place < this.#size; place++) this.#ranks[this.#heap[place]!]! -= by;
  }

  /** All members in order, as they are now. O(n log n). */
  sorted(): Slot[] {
    return [...this.#heap.subarray(0, this.#size)].sort((one, other) =>
      this.#isBefore(one, other) ? -1 : 1,
    );
  }

  /** @throws Error where a member is out of order, or not where it is noted to be. */
  audit(name: string): void {
    for (let place = 0; place < this.#size; place++) {
      const slot = this.#heap[place]!;
      if (this.#places[slot] !== place + 1)
        throw new Error(
          `${name}: slot ${slot} stands at ${place}, but is noted at ${this.#places[slot]! - 1}`,
        );
      if (place > 0 && this.#isBefore(slot, this.#heap[(place - 1) >> 1]!))
        throw new Error(`${name}: slot ${slot} stands below a later one`);
    }
    const noted = this.#places.filter((place) => place !== ABSENT).length;
    if (noted !== this.#size) throw new Error(`${name}: size ${this.#size}, ${noted} noted`);
  }

  #stamp(slot: Slot, rank: number): void {
    this.#ranks[slot] = rank;
    this.#turns[slot] = ++this.#lastTurn;
  }

  #isBefore(one: Slot, other: Slot): boolean {
    const rank = this.#ranks[one]!;
    const otherRank = this.#ranks[other]!;
    return rank < otherRank || (rank === otherRank && this.#turns[one]! < this.#turns[other]!);
  }

  #settle(slot: Slot, place: number): void {
    if (place > 0 && this.#isBefore(slot, this.#heap[(place - 1) >> 1]!)) this.#rise(slot, place);
    else this.#sink(slot, place);
  }

  #rise(slot: Slot, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent]!;
      if (!this.#isBefore(slot, above)) break;
      this.#seat(above, place);
      place = parent;
    }
    this.#seat(slot, place);
  }

  #sink(slot: Slot, from: number): void {
    const heap = this.#heap;
    let place = from;
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      const other = child + 1;
      if (other < this.#size && this.#isBefore(heap[other]!, heap[child]!)) child = other;
      const below = heap[child]!;
      if (!this.#isBefore(below, slot)) break;
      this.#seat(below, place);
      place = child;
    }
    this.#seat(slot, place);
  }

  #seat(slot: Slot, place: number): void {
    this.#heap[place] = slot;
    this.#places[slot] = place + 1;
  }

  #grow(atLeast: number): void {
    const size = Math.max(atLeast, 2 * this.#places.length);
    const [heap, places] = [new Int32Array(size), new Int32Array(size)];
    const [ranks, turns] = [new Float64Array(size), new Float64Array(size)];
    heap.set(this.#heap);
    places.set(this.#places);
    ranks.set(this.#ranks);
    turns.set(this.#turns);
    [this.#heap, this.#places, this.#ranks, this.#turns] = [heap, places, ranks, turns];
  }
}
