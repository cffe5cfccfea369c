import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, Slot, SlotFacts } from './strategy.js';

/** Where newcomers are. */
export const WINDOW = 0;
/** The part of probation that is the next to leave. */
export const TAIL = 1;
/** Where those are that came out of the window, and those that lost their protection. */
export const PROBATION = 2;
/** Where those are that were used outside the window. */
export const PROTECTED = 3;
const REGIONS = [WINDOW, TAIL, PROBATION, PROTECTED];
const FIRST_SIZE = 64;

/**
 * The regions of a cache with a window in front of its main part, each in order of last use, and what they weigh. While nothing
 * is weighed an entry weighs 1, and no weight is kept; else at least 1.
 */
export class Regions {
  readonly #queues: SlotQueues;
  readonly #facts: SlotFacts;
  /** What each entry weighs, as it was read last; made when the first comes that weighs anything. */
  #weights: Float64Array | undefined;
  readonly #sums = new Float64Array(REGIONS.length);
  #size = 0;

  constructor({ slots, entries }: Pick<EvictionContext, 'slots' | 'entries'>) {
    this.#queues = new SlotQueues(REGIONS.length, slots);
    this.#facts = entries;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#size;
  }

  first(region: number): Slot | undefined {
    return this.#queues.first(region);
  }

  /** The next in the same region. */
  after(slot: Slot): Slot | undefined {
    return this.#queues.after(slot);
  }

  isIn(region: number, slot: Slot): boolean {
    return this.#queues.isIn(region, slot);
  }

  members(region: number): Iterable<Slot> {
    return this.#queues.members(region);
  }

  weight(slot: Slot): number {
    return this.#weights === undefined ? 1 : this.#weights[slot]!;
  }

  /** What the entries of a region weigh together. */
  weightOf(region: number): number {
    return this.#weights === undefined ? this.#queues.size(region) : this.#sums[region]!;
  }

  /** What so many entries of mean weight would weigh. */
  ofMean(entries: number): number {
    if (this.#weights === undefined) return entries;
    return (entries * this.#sums.reduce((sum, weight) => sum + weight, 0)) / Math.max(1, this.#size);
  }

  addLast(region: number, slot: Slot): void {
    this.#size++;
    this.#queues.addLast(region, slot);
    const weight = this.#facts.weight(slot);
    if (this.#weights !== undefined) this.#sums[region]! += this.#note(slot, weight);
    else if (weight > 0) this.#beginToWeigh();
  }

  /** Puts an entry at the end of a region, whichever it is in. */
  moveToLast(region: number, slot: Slot): void {
    if (this.#weights !== undefined) {
      const weight = this.#weights[slot]!;
      this.#sums[this.#regionOf(slot)]! -= weight;
      this.#sums[region]! += weight;
    }
    this.#queues.moveToLast(region, slot);
  }

  remove(slot: Slot): void {
    this.#size--;
    if (this.#weights !== undefined) this.#sums[this.#regionOf(slot)]! -= this.#weights[slot]!;
    this.#queues.remove(slot);
  }

  /** Reads the weight of an entry again; answers whether it has changed. */
  weighAgain(slot: Slot): boolean {
    if (this.#weights === undefined) return false;
    const before = this.#weights[slot]!;
    const weight = this.#note(slot, this.#facts.weight(slot));
    if (weight !== before) this.#sums[this.#regionOf(slot)]! += weight - before;
    return weight !== before;
  }

  /** @throws Error where the queues, the count or a sum is wrong. */
  audit(name: string): void {
    this.#queues.audit(name);
    const members = REGIONS.map((region) => [...this.members(region)]);
    const count = members.reduce((sum, slots) => sum + slots.length, 0);
    if (count !== this.#size) throw new Error(`${name}: size ${this.#size}, ${count} entries`);
    if (this.#weights === undefined) return;
    for (const [region, slots] of members.entries()) {
      const weight = slots.reduce((sum, slot) => sum + Math.max(1, this.#facts.weight(slot)), 0);
      if (weight !== this.#sums[region])
        throw new Error(`${name} ${region}: weight ${this.#sums[region]}, in truth ${weight}`);
    }
  }

  #regionOf(slot: Slot): number {
    let region = 0;
    while (!this.#queues.isIn(region, slot)) region++;
    return region;
  }

  /** Those that are there may have become heavier since they came. */
  #beginToWeigh(): void {
    this.#weights = new Float64Array(FIRST_SIZE);
    for (const region of REGIONS) {
      this.#sums[region] = 0;
      for (const slot of this.members(region))
        this.#sums[region]! += this.#note(slot, this.#facts.weight(slot));
    }
  }

  /** Notes what an entry weighs, and answers it. */
  #note(slot: Slot, weight: number): number {
    if (slot >= this.#weights!.length) this.#grow(slot + 1);
    return (this.#weights![slot] = Math.max(1, weight));
  }

  #grow(atLeast: number): void {
    const weights = new Float64Array(Math.max(atLeast, 2 * this.#weights!.length));
    weights.set(this.#weights!);
    this.#weights = weights;
  }
}
