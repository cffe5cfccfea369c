import type { Slot } from '../eviction/strategy.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryView } from '../kernel/entry.js';

/** The life and company of a value: `expiresAt` is a monotonic deadline, `note` what the owner of the table keeps beside it. */
export interface Placement<N> {
  readonly expiresAt: number;
  readonly note?: N | undefined;
}

/** The placement of what does not expire and has no company; shared, so that a plain write makes no object. */
export const FOREVER: Placement<never> = Object.freeze({ expiresAt: Infinity });

const FIRST_SIZE = 256;

/**
 * Entries in parallel arrays: a slot is an index into all of them, a map finds the slot of a key, and freed slots are
 * used again. No object per entry; the typed arrays double when they are full. What a slot does not have (a weight, an
 * end, a note) is neither written nor read while no entry has it: a plain cache touches few cache lines.
 */
export class SlotTable<K, V, N> {
  readonly index = new Map<K, Slot>();
  readonly keys: (K | undefined)[] = [];
  readonly values: (V | undefined)[] = [];
  hits = new Uint32Array(FIRST_SIZE);
  /** The sum of all weights. */
  totalWeight = 0;
  /** How many residents will expire. */
  mortals = 0;
  /** How many residents have a note. */
  #noted = 0;
  #writtenAt = new Float64Array(FIRST_SIZE);
  /** 0 where nothing is weighed, and in free slots. */
  #weights = new Float64Array(FIRST_SIZE);
  /** `Infinity` where nothing expires, and in free slots. */
  #expiresAt = new Float64Array(FIRST_SIZE).fill(Infinity);
  readonly #notes: (N | undefined)[] = [];
  readonly #free: Slot[] = [];

  get size(): number {
    return this.index.size;
  }

  /** One more than the largest slot that was ever used. */
  get span(): number {
    return this.keys.length;
  }

  expiresAt(slot: Slot): number {
    return this.#expiresAt[slot]!;
  }

  writtenAt(slot: Slot): number {
    return this.#writtenAt[slot]!;
  }

  weight(slot: Slot): number {
    return this.#weights[slot]!;
  }

  /** What the owner of the cache keeps beside a value. */
  note(slot: Slot): N | undefined {
    return this.#notes[slot];
  }

  /** What observers may see of an entry. */
  view(slot: Slot, clock: Clock): Omit<EntryView, 'dirty'> {
    const now = clock.now();
    const ageMs = now - this.writtenAt(slot);
    const writtenAt = Math.round(clock.wallNow() - ageMs);
    return {
      ageMs,
      ttlMs: this.expiresAt(slot) - now,
      hits: this.hits[slot]!,
      weight: this.weight(slot),
      writtenAt,
    };
  }

  isResident(slot: Slot): boolean {
    return this.keys[slot] !== undefined;
  }

  /** Whether the slot is the one of the key; spares a look-up in the common case. */
  holds(slot: Slot, key: K): boolean {
    return this.keys[slot] === key || this.index.get(key) === slot;
  }

  /** A slot for a key that has none; {@link write} gives it its value. */
  add(key: K): Slot {
    const slot = this.#free.pop() ?? this.keys.length;
    if (slot >= this.hits.length) this.#grow();
    this.index.set(key, slot);
    this.keys[slot] = key;
    this.hits[slot] = 0;
    return slot;
  }

  /** Puts a value in a slot, for the moment without weight, end and note. */
  write(slot: Slot, value: V, writtenAt: number): void {
    if (this.#hasExtras()) this.#strip(slot);
    this.values[slot] = value;
    this.#writtenAt[slot] = writtenAt;
  }

  /** Gives a slot that was just written what it has beyond its value. */
  dress(slot: Slot, weight: number, { expiresAt, note }: Placement<N>): void {
    if (weight > 0) {
      this.#weights[slot] = weight;
      this.totalWeight += weight;
    }
    if (expiresAt !== Infinity) {
      this.#expiresAt[slot] = expiresAt;
      this.mortals++;
    }
    if (note !== undefined) this.#annotate(slot, note);
  }

  remove(slot: Slot): void {
    // A resident has a key: undefined is refused as one.
    this.index.delete(this.keys[slot]!);
    if (this.#hasExtras()) this.#strip(slot);
    this.keys[slot] = undefined;
    this.values[slot] = undefined;
    this.#free.push(slot);
  }

  /** @throws Error where the arrays, the map, the free slots and the sums disagree. */
  audit(): void {
    const residents = [...this.index.values()];
    const weight = residents.reduce((sum, slot) => sum + this.weight(slot), 0);
    const mortals = residents.filter((slot) => this.#expiresAt[slot] !== Infinity).length;
    const noted = residents.filter((slot) => this.#notes[slot] !== undefined).length;
    if (weight !== this.totalWeight)
      throw new Error(`table: weights sum to ${weight}, noted ${this.totalWeight}`);
    if (mortals !== this.mortals)
      throw new Error(`table: ${mortals} entries will expire, noted ${this.mortals}`);
    if (noted !== this.#noted) throw new Error(`table: ${noted} entries have a note, noted ${this.#noted}`);
    for (const [key, slot] of this.index) {
      if (!Object.is(this.keys[slot], key))
        throw new Error(`table: slot ${slot} does not hold the key that leads to it`);
    }
    this.#auditFree();
  }

  #auditFree(): void {
    const free = new Set(this.#free);
    if (free.size !== this.#free.length) throw new Error('table: a slot is free twice');
    const taken = this.#free.find((slot) => this.#holdsAnything(slot));
    if (taken !== undefined) throw new Error(`table: slot ${taken} is free, but still holds something`);
    if (free.size + this.size !== this.span) {
      throw new Error(`table: ${this.size} resident and ${free.size} free of ${this.span}`);
    }
  }

  #holdsAnything(slot: Slot): boolean {
    const held = [this.keys[slot], this.values[slot], this.#notes[slot]];
    return (
      held.some((part) => part !== undefined) ||
      this.#weights[slot] !== 0 ||
      this.#expiresAt[slot] !== Infinity
    );
  }

  /** Whether any entry has a weight, an end or a note. */
  #hasExtras(): boolean {
    return this.totalWeight > 0 || this.mortals > 0 || this.#noted > 0;
  }

  /** Takes weight, end and note off a slot, and out of the sums. */
  #strip(slot: Slot): void {
    this.totalWeight -= this.#weights[slot]!;
    this.#weights[slot] = 0;
    if (this.#expiresAt[slot] !== Infinity) {
      this.#expiresAt[slot] = Infinity;
      this.mortals--;
    }
    if (this.#noted > 0 && this.#notes[slot] !== undefined) {
      this.#notes[slot] = undefined;
      this.#noted--;
    }
  }

  #annotate(slot: Slot, note: N): void {
    // An array with holes would be slower.
    while (this.#notes.length <= slot) this.#notes.push(undefined);
    this.#notes[slot] = note;
    this.#noted++;
  }

  #grow(): void {
    const size = this.hits.length * 2;
    this.hits = copied(new Uint32Array(size), this.hits);
    this.#writtenAt = copied(new Float64Array(size), this.#writtenAt);
    this.#weights = copied(new Float64Array(size), this.#weights);
    this.#expiresAt = copied(new Float64Array(size).fill(Infinity), this.#expiresAt);
  }
}

function copied<A extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(to: A, from: A): A {
  to.set(from);
  return to;
}
