import type { Slot } from '../eviction/strategy.js';

const NONE = new Float64Array(0);

/**
 * What an entry may have beyond key and value: a weight, an end, a note, the time of its last write. Each has an array that is made
 * when the first entry needs it, so that a plain cache pays neither bytes nor cache lines for them. A base class, since every read
 * looks whether anything expires.
 */
export class SlotExtras<N> {
  /** The sum of all weights. */
  totalWeight = 0;
  /** How many residents will expire. */
  mortals = 0;
  /** Whether the time of each write is kept. */
  keepsTimes = false;
  #noted = 0;
  #size: number;
  /** 0 where nothing is weighed, and in free slots. */
  #weights = NONE;
  /** `Infinity` where nothing expires, and in free slots. */
  #expiresAt = NONE;
  /** `Infinity` where an entry is fresh until its end, and in free slots. */
  #freshUntil = NONE;
  #writtenAt = NONE;
  #notes: (N | undefined)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  weight(slot: Slot): number {
    return this.totalWeight === 0 ? 0 : this.#weights[slot]!;
  }

  expiresAt(slot: Slot): number {
    return this.mortals === 0 ? Infinity : this.#expiresAt[slot]!;
  }

  /** When an entry becomes stale; `Infinity` where it does not before its end. */
  freshUntil(slot: Slot): number {
    return this.#freshUntil === NONE ? Infinity : this.#freshUntil[slot]!;
  }

  /** `NaN` where no times are kept. */
  writtenAt(slot: Slot): number {
    return this.keepsTimes ? this.#writtenAt[slot]! : NaN;
  }

  note(slot: Slot): N | undefined {
    return this.#notes[slot];
  }

  weigh(slot: Slot, weight: number): void {
    if (weight === 0 && this.totalWeight === 0) return;
    if (this.#weights === NONE) this.#weights = new Float64Array(this.#size);
    this.totalWeight += weight - this.#weights[slot]!;
    this.#weights[slot] = weight;
  }

  endAt(slot: Slot, expiresAt: number): void {
    if (this.#expiresAt === NONE) {
      if (expiresAt === Infinity) return;
      this.#expiresAt = new Float64Array(this.#size).fill(Infinity);
    }
    const before = this.#expiresAt[slot]!;
    this.#expiresAt[slot] = expiresAt;
    if ((before === Infinity) !== (expiresAt === Infinity)) this.mortals += before === Infinity ? 1 : -1;
  }

  freshen(slot: Slot, until: number): void {
    if (this.#freshUntil === NONE) {
      if (until === Infinity) return;
      this.#freshUntil = new Float64Array(this.#size).fill(Infinity);
    }
    this.#freshUntil[slot] = until;
  }

  annotate(slot: Slot, note: N | undefined): void {
    if (note === undefined && this.#noted === 0) return;
    // An array with holes would be slower.
    while (this.#notes.length <= slot) this.#notes.push(undefined);
    this.#noted += Number(note !== undefined) - Number(this.#notes[slot] !== undefined);
    this.#notes[slot] = note;
  }

  stamp(slot: Slot, now: number): void {
    this.#writtenAt[slot] = now;
  }

  /** Keeps times from now on; what was written earlier is taken to be written now. */
  keepTimes(now: number): void {
    if (this.keepsTimes) return;
    this.keepsTimes = true;
    this.#writtenAt = new Float64Array(this.#size).fill(now);
  }

  /** Takes everything off a slot, and out of the sums. */
  protected strip(slot: Slot): void {
    if (this.totalWeight > 0) this.weigh(slot, 0);
    if (this.mortals > 0) this.endAt(slot, Infinity);
    if (this.#noted > 0) this.annotate(slot, undefined);
    this.freshen(slot, Infinity);
  }

  protected growExtras(size: number): void {
    this.#size = size;
    this.#weights = grown(this.#weights, size, 0);
    this.#expiresAt = grown(this.#expiresAt, size, Infinity);
    this.#freshUntil = grown(this.#freshUntil, size, Infinity);
    this.#writtenAt = grown(this.#writtenAt, size, 0);
  }

  /** @throws Error where the sums are wrong, or a free slot has something. */
  protected auditExtras(residents: ReadonlySet<Slot>, span: number): void {
    let [weight, mortals, noted] = [0, 0, 0];
    for (let slot = 0; slot < span; slot++) {
      const isBare =
        this.weight(slot) === 0 &&
        this.expiresAt(slot) === Infinity &&
        this.freshUntil(slot) === Infinity &&
        this.note(slot) === undefined;
      if (!isBare && !residents.has(slot)) throw new Error(`table: slot ${slot} is free, but has extras`);
      weight += this.weight(slot);
      mortals += Number(this.expiresAt(slot) !== Infinity);
      noted += Number(this.note(slot) !== undefined);
    }
    if (weight !== this.totalWeight)
      throw new Error(`table: weights sum to ${weight}, noted ${this.totalWeight}`);
    if (mortals !== this.mortals)
      throw new Error(`table: ${mortals} entries will expire, noted ${this.mortals}`);
    if (noted !== this.#noted) throw new Error(`table: ${noted} entries have a note, noted ${this.#noted}`);
  }
}

function grown(from: Float64Array<ArrayBuffer>, size: number, rest: number): Float64Array<ArrayBuffer> {
  if (from === NONE) return NONE;
  const to = new Float64Array(size).fill(rest, from.length);
  to.set(from);
  return to;
}
