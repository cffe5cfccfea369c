import { auditMembers } from './audit.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

const ABSENT = -1;

/**
 * Soonest to expire leaves first; entries that never expire leave last, in order of arrival. A binary heap over
 * slots, ordered by deadline and then by arrival.
 */
class SoonestToExpire implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #heap: Slot[] = [];
  /** Where each slot stands in the heap. */
  readonly #place: number[] = [];
  /** What the heap is ordered by, copied, since an overwrite changes the entry before the heap hears of it. */
  readonly #deadline: number[] = [];
  readonly #turn: number[] = [];
  #turns = 0;

  constructor(context: EvictionContext) {
    this.#context = context;
  }

  onInsert(slot: Slot): void {
    while (this.#place.length <= slot) this.#makeRoom();
    this.#stamp(slot);
    this.#heap.push(slot);
    this.#rise(slot, this.#heap.length - 1);
  }

  onAccess(slot: Slot): void {
    if (this.#deadline[slot] === this.#context.entries.expiresAt(slot)) return;
    this.#stamp(slot);
    this.#settle(slot, this.#place[slot]!);
  }

  onRemove(slot: Slot): void {
    const at = this.#place[slot]!;
    const last = this.#heap.pop()!;
    this.#place[slot] = ABSENT;
    if (last !== slot) this.#settle(last, at);
  }

  chooseVictim(): Slot | undefined {
    return this.#heap[0];
  }

  order(): Iterable<Slot> {
    return this.#heap.toSorted((one, other) => (this.#isBefore(one, other) ? -1 : 1));
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    auditMembers('ttl', this.#heap, resident);
    this.#heap.forEach((slot, at) => {
      if (this.#place[slot] !== at)
        throw new Error(`ttl: slot ${slot} stands at ${at}, but is noted at ${this.#place[slot]}`);
      if (this.#deadline[slot] !== this.#context.entries.expiresAt(slot))
        throw new Error(`ttl: slot ${slot} has an old deadline`);
      if (at > 0 && this.#isBefore(slot, this.#heap[(at - 1) >> 1]!))
        throw new Error(`ttl: slot ${slot} stands below a later one`);
    });
    const stale = this.#place.findIndex((at, slot) => at !== ABSENT && !resident.has(slot));
    if (stale !== -1) throw new Error(`ttl: slot ${stale} left, but still has a place`);
  }

  /** One more slot in every array: written out of order, as at a swap, they would have holes and be slow. */
  #makeRoom(): void {
    this.#place.push(ABSENT);
    this.#deadline.push(Infinity);
    this.#turn.push(0);
  }

  #stamp(slot: Slot): void {
    this.#deadline[slot] = this.#context.entries.expiresAt(slot);
    this.#turn[slot] = this.#turns++;
  }

  #isBefore(one: Slot, other: Slot): boolean {
    const difference = this.#deadline[one]! - this.#deadline[other]!;
    // Infinity minus Infinity is not a number: equals, like 0.
    return difference < 0 || (!(difference > 0) && this.#turn[one]! < this.#turn[other]!);
  }

  #settle(slot: Slot, at: number): void {
    if (at > 0 && this.#isBefore(slot, this.#heap[(at - 1) >> 1]!)) this.#rise(slot, at);
    else this.#sink(slot, at);
  }

  #rise(slot: Slot, from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent]!;
      if (!this.#isBefore(slot, above)) break;
      this.#put(above, at);
      at = parent;
    }
    this.#put(slot, at);
  }

  #sink(slot: Slot, from: number): void {
    let at = from;
    for (let child = 2 * at + 1; child < this.#heap.length; child = 2 * at + 1) {
      const other = child + 1;
      if (other < this.#heap.length && this.#isBefore(this.#heap[other]!, this.#heap[child]!)) child = other;
      const below = this.#heap[child]!;
      if (!this.#isBefore(below, slot)) break;
      this.#put(below, at);
      at = child;
    }
    this.#put(slot, at);
  }

  #put(slot: Slot, at: number): void {
    this.#heap[at] = slot;
    this.#place[slot] = at;
  }
}

/** Evicts the entry that would expire soonest; entries without expiry leave last, in order of arrival. O(log n). */
export const ttl: EvictionStrategyFactory = {
  name: 'ttl',
  create: (context) => new SoonestToExpire(context),
};
