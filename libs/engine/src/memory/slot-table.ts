import type { Slot } from '../eviction/strategy.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryView } from '../kernel/entry.js';
import { SlotExtras } from './slot-extras.js';
import { SlotStack } from './slot-stack.js';
import type { SlotReader } from './table-observer.js';

/** The life and company of a value. */
export interface Placement<N> {
  /** Monotonic deadline, `Infinity` where there is none. */
  readonly expiresAt: number;
  /** What the owner of the table keeps beside the value. */
  readonly note?: N | undefined;
  /** How often the entry was read in a former life, as after a restore. */
  readonly hits?: number | undefined;
}

const FIRST_SIZE = 256;
const MOST_HITS = 0xffff;

/**
 * Entries in parallel arrays: a slot is an index into all of them, a map finds the slot of a key, and freed slots are
 * used again. No object per entry. The arrays double when they are full, but not beyond `limit`. What not every cache has (weights,
 * ends, notes, times) is in {@link SlotExtras}, and costs nothing where it is not used.
 */
export class SlotTable<K, V, N> extends SlotExtras<N> implements SlotReader<K, V> {
  readonly index = new Map<K, Slot>();
  keys: (K | undefined)[] = roomFor(FIRST_SIZE);
  values: (V | undefined)[] = roomFor(FIRST_SIZE);
  /** By slot: how often it was read; empty where that is not counted. */
  hits: Uint16Array;
  /** One more than the largest slot that was ever used. */
  span = 0;
  /** How many slots there will be at most, so that the arrays need not be larger. */
  protected limit: number;
  readonly #clock: Clock;
  readonly #free = new SlotStack();

  constructor(
    clock: Clock,
    limit: number,
    readonly countsHits: boolean,
  ) {
    super(FIRST_SIZE);
    this.#clock = clock;
    this.limit = limit;
    this.hits = new Uint16Array(countsHits ? FIRST_SIZE : 0);
  }

  get size(): number {
    return this.span - this.#free.size;
  }

  keyAt(slot: Slot): K {
    // A slot from a look-up, an iteration or an observer's call is resident, so it holds a key.
    return this.keys[slot] as K;
  }

  valueAt(slot: Slot): V {
    // As above; the value itself may be undefined.
    return this.values[slot] as V;
  }

  /** How often an entry was read; 0 where that is not counted. */
  hitsAt(slot: Slot): number {
    return this.hits[slot] ?? 0;
  }

  viewAt(slot: Slot, dirty: boolean): EntryView {
    const now = this.#clock.now();
    const ageMs = now - this.writtenAt(slot);
    return {
      ageMs,
      ttlMs: this.expiresAt(slot) - now,
      hits: this.hitsAt(slot),
      weight: this.weight(slot),
      writtenAt: Math.round(this.#clock.wallNow() - ageMs),
      dirty,
    };
  }

  isResident(slot: Slot): boolean {
    return slot < this.span && this.keys[slot] !== undefined;
  }

  /** Whether the slot is the one of the key; spares a look-up in the common case. */
  holds(slot: Slot, key: K): boolean {
    return this.keys[slot] === key || this.index.get(key) === slot;
  }

  /** A slot for a key that has none. */
  protected add(key: K, value: V): Slot {
    const slot = this.#free.size > 0 ? this.#free.pop() : this.#next();
    this.index.set(key, slot);
    this.keys[slot] = key;
    this.values[slot] = value;
    if (this.countsHits) this.hits[slot] = 0;
    return slot;
  }

  /** Gives a slot to another key. */
  protected replace(slot: Slot, key: K, value: V): void {
    this.index.delete(this.keys[slot]!);
    this.index.set(key, slot);
    this.keys[slot] = key;
    this.values[slot] = value;
    if (this.countsHits) this.hits[slot] = 0;
  }

  protected countHit(slot: Slot): void {
    if (!this.countsHits) return;
    const hits = this.hits[slot]!;
    if (hits < MOST_HITS) this.hits[slot] = hits + 1;
  }

  /** Sets the uses of a former life. */
  protected recall(slot: Slot, hits: number): void {
    if (this.countsHits) this.hits[slot] = Math.min(hits, MOST_HITS);
  }

  protected remove(slot: Slot): void {
    // A resident has a key: undefined is refused as one.
    this.index.delete(this.keys[slot]!);
    this.keys[slot] = undefined;
    this.values[slot] = undefined;
    this.#free.push(slot);
    this.strip(slot);
  }

  /** @throws Error where the arrays, the map, the free slots and the sums disagree. */
  audit(): void {
    for (const [key, slot] of this.index) {
      if (!Object.is(this.keys[slot], key))
        throw new Error(`table: slot ${slot} does not hold the key that leads to it`);
    }
    const residents = new Set(this.index.values());
    this.auditExtras(residents, this.span);
    const freed = this.#free.toArray();
    const free = new Set(freed);
    if (free.size !== freed.length) throw new Error('table: a slot is free twice');
    const taken = freed.find((slot) => this.keys[slot] !== undefined || this.values[slot] !== undefined);
    if (taken !== undefined) throw new Error(`table: slot ${taken} is free, but still holds something`);
    if (free.size + residents.size !== this.span)
      throw new Error(`table: ${residents.size} resident and ${free.size} free of ${this.span}`);
  }

  #next(): Slot {
    if (this.span === this.keys.length) this.#grow();
    return this.span++;
  }

  #grow(): void {
    const size = Math.max(this.span + 1, Math.min(this.span * 2, this.limit));
    this.keys = copied(this.keys, size);
    this.values = copied(this.values, size);
    const hits = new Uint16Array(this.countsHits ? size : 0);
    hits.set(this.hits);
    this.hits = hits;
    this.growExtras(size);
  }
}

/** An array of exactly this size: one that grows by itself would reserve half as much again. */
function roomFor<T>(size: number): (T | undefined)[] {
  // oxlint-disable-next-line unicorn/no-new-array -- the one way to say how much memory to take
  return new Array<T | undefined>(size).fill(undefined);
}

function copied<T>(from: readonly (T | undefined)[], size: number): (T | undefined)[] {
  const to = roomFor<T>(size);
  for (let at = 0; at < from.length; at++) to[at] = from[at];
  return to;
}
