import type { Slot } from '../eviction/strategy.js';
import { SlotRings } from './slot-rings.js';

const BUCKETS = 64;
const LEVELS = 5;
/** How many ticks a bucket of each level spans, and at the end, how many all levels do. */
const SPANS = Array.from({ length: LEVELS + 1 }, (_, level) => BUCKETS ** level);

/** The rings: one for each bucket, one for what lies beyond them all, and one for what is to be looked at now. */
const BEYOND = LEVELS * BUCKETS;
const DUE = BEYOND + 1;
const NO_RING = DUE + 1;

const FIRST_SIZE = 256;

/**
 * A hierarchical timer wheel over slots (Varghese and Lauck, SOSP 1987): five levels of 64 buckets, each level 64 times as coarse
 * as the one before. No slot is visited before its deadline, and none later than one tick after it, given that {@link advance} is called
 * at {@link nextAt}.
 *
 * It is lazy: a slot whose deadline moves away, or which holds nothing any more, stays where it is until its bucket falls due. Then
 * `deadlineOf` is asked; `Infinity` is its answer for what does not expire. So a slot is handled about once per level and life.
 * O(1) per call, ten bytes per slot.
 */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #deadlineOf: (slot: Slot) => number;
  /** The last tick whose bucket has fallen due. What is in a level comes later, but within the present turn of that level. */
  #tick = 0;
  #size = 0;
  readonly #rings = new SlotRings(DUE + 1);
  /** The ring that a slot was put in; once that has fallen due the slot is in {@link DUE}, whatever is noted. */
  #ringOf = new Uint16Array(0);
  /** By ring: what ends after this time is looked at in time there. */
  readonly #after = new Float64Array(NO_RING + 1).fill(Infinity);

  constructor(tickMs: number, deadlineOf: (slot: Slot) => number) {
    this.#tickMs = tickMs;
    this.#deadlineOf = deadlineOf;
  }

  /** How many slots are in the wheel. */
  get size(): number {
    return this.#size;
  }

  /** When there is something to look at: `-Infinity` where there is already, `Infinity` where the wheel is empty. */
  get nextAt(): number {
    if (this.#size === 0) return Infinity;
    if (!this.#rings.isEmpty(DUE)) return -Infinity;
    for (let level = 0; level < LEVELS; level++) {
      const index = this.#firstFull(level);
      if (index < BUCKETS) return (this.#turnOf(level) * BUCKETS + index) * SPANS[level]! * this.#tickMs;
    }
    return this.#beyondAt();
  }

  /** Whether the slot will be looked at in time for a deadline, so that there is nothing to schedule. */
  looksInTime(slot: Slot, deadline: number): boolean {
    return slot < this.#ringOf.length && this.#after[this.#ringOf[slot]!]! < deadline;
  }

  /** Sees to it that the slot is looked at in time for a finite deadline; answers when. */
  schedule(slot: Slot, deadline: number): number {
    if (slot >= this.#ringOf.length) this.#grow(slot);
    if (this.#ringOf[slot]! !== NO_RING) this.#takeOut(slot);
    return this.#putIn(slot, deadline);
  }

  /** Sets the time of an empty wheel, so that it need not catch up. */
  startAt(now: number): void {
    if (this.#size === 0) this.#tick = Math.max(this.#tick, this.#tickAt(now));
  }

  /**
   * Visits slots whose deadlines have come, and forgets them; looks at no more than `budget` slots. Answers whether there is more to look
   * at now. It does not matter how much time has passed, and a visit may schedule or clear.
   */
  advance(now: number, budget: number, visit: (slot: Slot) => void): boolean {
    this.#collect(this.#tickAt(now));
    for (let left = budget; left > 0; left--) {
      const slot = this.#rings.first(DUE);
      if (slot === undefined) return false;
      this.#takeOut(slot);
      const deadline = this.#deadlineOf(slot);
      if (deadline <= now) visit(slot);
      else if (deadline !== Infinity) this.#putIn(slot, deadline);
    }
    return !this.#rings.isEmpty(DUE);
  }

  /** Forgets all slots. */
  clear(): void {
    this.#size = 0;
    this.#ringOf.fill(NO_RING);
    this.#rings.clear();
  }

  /** @throws Error where the books do not balance, or a slot of `mortal` would not be looked at in time. */
  audit(mortal: Iterable<Slot>): void {
    const linked = new Set<Slot>();
    for (let ring = 0; ring < NO_RING; ring++) for (const slot of this.#auditRing(ring)) linked.add(slot);
    const marked = this.#ringOf.filter((ring) => ring !== NO_RING).length;
    if (linked.size !== this.#size || marked !== this.#size)
      throw new Error(`timer wheel: size ${this.#size}, ${linked.size} linked, ${marked} marked`);
    const due = new Set(this.#rings.audit(DUE));
    for (const slot of mortal) {
      const deadline = this.#deadlineOf(slot);
      // What had already ended when it was scheduled is the next tick's.
      const isLate = linked.has(slot) && deadline <= this.#tick * this.#tickMs;
      if (!isLate && !due.has(slot) && !this.looksInTime(slot, deadline))
        throw new Error(`timer wheel: slot ${slot} is not looked at in time for ${deadline}`);
    }
  }

  #auditRing(ring: number): Slot[] {
    const slots = this.#rings.audit(ring);
    const stray = slots.find((slot) => ring !== DUE && this.#ringOf[slot] !== ring);
    if (stray === undefined) return slots;
    throw new Error(`timer wheel: slot ${stray} is in ring ${ring}, noted in ${this.#ringOf[stray]}`);
  }

  #putIn(slot: Slot, deadline: number): number {
    // Never the tick at hand, lest what is put back while it is handled comes again without end.
    const tick = Math.max(Math.ceil(deadline / this.#tickMs), this.#tick + 1);
    let level = 0;
    while (level < LEVELS && Math.floor(tick / SPANS[level + 1]!) !== this.#turnOf(level)) level++;
    const isBeyond = level === LEVELS;
    const ring = isBeyond ? BEYOND : level * BUCKETS + indexAt(tick, level);
    const start = Math.floor(tick / SPANS[level]!) * SPANS[level]!;
    const at = isBeyond ? this.#beyondAt() : start * this.#tickMs;
    this.#after[ring] = at - this.#tickMs;
    this.#ringOf[slot] = ring;
    this.#rings.addLast(ring, slot);
    this.#size++;
    return at;
  }

  #takeOut(slot: Slot): void {
    this.#rings.remove(slot);
    this.#ringOf[slot] = NO_RING;
    this.#size--;
  }

  /** Moves on to a tick: the buckets up to it fall due, each as a whole. */
  #collect(tick: number): void {
    if (tick <= this.#tick) return;
    for (let level = 0; level < LEVELS && this.#size > 0; level++) {
      const isSameTurn = Math.floor(tick / SPANS[level + 1]!) === this.#turnOf(level);
      const until = isSameTurn ? indexAt(tick, level) : BUCKETS - 1;
      for (let index = indexAt(this.#tick, level) + 1; index <= until; index++)
        this.#rings.pour(level * BUCKETS + index, DUE);
      if (isSameTurn) break;
      if (level === LEVELS - 1) this.#rings.pour(BEYOND, DUE);
    }
    this.#tick = tick;
  }

  /** The index of the first bucket to come that is not empty, or {@link BUCKETS}. */
  #firstFull(level: number): number {
    let index = indexAt(this.#tick, level) + 1;
    while (index < BUCKETS && this.#rings.isEmpty(level * BUCKETS + index)) index++;
    return index;
  }

  /** Which turn of a level it is. */
  #turnOf(level: number): number {
    return Math.floor(this.#tick / SPANS[level + 1]!);
  }

  #beyondAt(): number {
    return (this.#turnOf(LEVELS - 1) + 1) * SPANS[LEVELS]! * this.#tickMs;
  }

  #tickAt(now: number): number {
    const tick = Math.floor(now / this.#tickMs);
    // The quotient of a tick's own time may have been rounded to just below the tick.
    return (tick + 1) * this.#tickMs <= now ? tick + 1 : tick;
  }

  #grow(slot: Slot): void {
    const span = Math.max(FIRST_SIZE, this.#ringOf.length * 2, slot + 1);
    const ringOf = new Uint16Array(span).fill(NO_RING);
    ringOf.set(this.#ringOf);
    this.#ringOf = ringOf;
    this.#rings.grow(span);
  }
}

function indexAt(tick: number, level: number): number {
  return Math.floor(tick / SPANS[level]!) & (BUCKETS - 1);
}
