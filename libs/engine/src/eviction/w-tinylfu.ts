import type { RemovalCause } from '../kernel/entry.js';
import { Admission } from './admission.js';
import { auditMembers } from './audit.js';
import { FrequencySketch } from './frequency-sketch.js';
import { PROBATION, PROTECTED, Regions, TAIL, WINDOW } from './regions.js';
import { SlotHashes } from './slot-hashes.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';
import { WindowClimber } from './window-climber.js';

/** The part of the main part that entries used in it may take. */
const PROTECTED_SHARE = 0.7;
/** An entry that takes more of the room than this has to win it, however large the window is. */
const HEAVY_SHARE = 1 / 8;
/** Keys to count from the start; with more, the sketch grows. */
const FIRST_KEYS = 512;

/**
 * W-TinyLFU (Gil Einziger, Roy Friedman and Ben Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM Transactions on
 * Storage 13(4), 2017): newcomers are in a window, an LRU. Who leaves it is let into the main part, a segmented LRU, where it was used more
 * often of late than whoever would have to leave for it. A sketch counts the uses of all keys, also of those that are not here. The window
 * looks for its size by itself.
 *
 * The paper evicts before it inserts: here an insertion opens the claim of whoever it pushes out of the window, and whatever comes
 * next but for an eviction closes it.
 */
class WTinyLfu implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #regions: Regions;
  readonly #admission: Admission;
  readonly #climber: WindowClimber;
  readonly #sketch: FrequencySketch;
  readonly #hashes: SlotHashes;
  #capacity: number;
  /** How many keys the sketch has room for. */
  #expected: number;
  #window = 1;
  #protected = 0;
  /** An entry heavier than so many of mean weight does not go through the window. */
  #heaviest = 1;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#hashes = new SlotHashes(context.slots);
    this.#capacity = context.capacity;
    this.#expected = Math.min(FIRST_KEYS, context.capacity);
    this.#sketch = new FrequencySketch(this.#expected);
    this.#climber = new WindowClimber(context.capacity);
    this.#regions = new Regions(context);
    const usesOf = (slot: Slot): number => this.#sketch.estimate(this.#hashes.of(slot));
    this.#admission = new Admission(this.#regions, usesOf, context.random);
    this.#divide();
  }

  onInsert(slot: Slot): void {
    this.#settle();
    if (this.#regions.size >= this.#expected && this.#expected < this.#capacity) this.#expectMore();
    const hash = this.#context.hashOf(slot);
    this.#hashes.set(slot, hash);
    const hits = this.#context.entries.hits(slot);
    if (hits > 0) return this.#recall(slot, hits);
    this.#sketch.increment(hash);
    if (this.#climber.came(hash)) this.#divide();
    this.#regions.addLast(WINDOW, slot);
    this.#spill(slot);
    this.#fillTail();
  }

  onAccess(slot: Slot): void {
    this.#settle();
    this.#sketch.increment(this.#hashes.of(slot));
    if (this.#regions.weighAgain(slot)) return this.#reweighed(slot);
    if (this.#regions.isIn(PROTECTED, slot)) return this.#regions.moveToLast(PROTECTED, slot);
    if (this.#regions.isIn(WINDOW, slot)) return this.#regions.moveToLast(WINDOW, slot);
    if (this.#regions.isIn(TAIL, slot)) {
      this.#climber.tailUsed();
      this.#divide();
    }
    this.#protect(slot);
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    if (cause === 'evicted' && this.#admission.isOf(slot)) this.#climber.turnedAway(this.#hashes.of(slot));
    this.#admission.removing(slot);
    this.#regions.remove(slot);
    this.#fillTail();
  }

  chooseVictim(): Slot | undefined {
    return this.#admission.victim();
  }

  order(): Iterable<Slot> {
    return this.#admission.order();
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#climber.resize(capacity);
    this.#expected = Math.max(Math.min(FIRST_KEYS, capacity), Math.min(this.#expected, capacity));
    this.#sketch.resize(this.#expected);
    this.#divide();
    this.#redistribute();
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#regions.audit('wTinyLfu');
    this.#sketch.audit('wTinyLfu sketch');
    this.#climber.audit('wTinyLfu climber');
    auditMembers('wTinyLfu', this.order(), resident);
    this.#admission.audit('wTinyLfu admission');
    if (!this.#admission.isOpen && this.#isTailShort()) throw new Error('wTinyLfu: the tail is short');
    const stray = [...resident].find((slot) => this.#hashes.of(slot) !== this.#context.hashOf(slot) >>> 0);
    if (stray !== undefined) throw new Error(`wTinyLfu: slot ${stray} has another hash`);
  }

  /** Gives each region its new size; where bytes bind, that may come upon those who still have to win their places. */
  #redistribute(): void {
    const claimants = this.#admission.claimants();
    this.#demote();
    this.#empty();
    this.#admission.close();
    for (const slot of claimants) this.#regions.moveToLast(PROBATION, slot);
    if (claimants[0] !== undefined) this.#admission.open(claimants[0]);
    this.#fillTail();
  }

  /** Takes in an entry with a past: of those that come together, the last is the one to keep. */
  #recall(slot: Slot, hits: number): void {
    this.#sketch.raise(this.#hashes.of(slot), hits + 1);
    this.#regions.addLast(PROBATION, slot);
    this.#protect(slot);
  }

  /** Nobody who came in before has to win a place any more. */
  #settle(): void {
    if (!this.#admission.isOpen) return;
    this.#admission.close();
    this.#fillTail();
  }

  /** An entry that has become too heavy for the window has to win its place again, wherever it was. */
  #reweighed(slot: Slot): void {
    const inWindow = this.#regions.isIn(WINDOW, slot);
    if (!inWindow && !this.#isHeavy(slot)) return this.#protect(slot);
    if (inWindow) this.#regions.moveToLast(WINDOW, slot);
    this.#spill(slot);
    this.#fillTail();
  }

  #protect(slot: Slot): void {
    this.#regions.moveToLast(PROTECTED, slot);
    this.#demote();
    this.#fillTail();
  }

  #demote(): void {
    const limit = this.#regions.ofMean(this.#protected);
    while (this.#regions.weightOf(PROTECTED) > limit)
      this.#regions.moveToLast(PROBATION, this.#regions.first(PROTECTED)!);
  }

  /** What is too heavy for the window passes it by. */
  #spill(slot: Slot): void {
    if (this.#isHeavy(slot)) this.#claim(slot);
    else this.#empty();
  }

  #isHeavy(slot: Slot): boolean {
    return this.#regions.weight(slot) > this.#regions.ofMean(this.#heaviest);
  }

  /** Lets go what the window has no room for. */
  #empty(): void {
    const limit = this.#regions.ofMean(this.#window);
    while (this.#regions.weightOf(WINDOW) > limit) this.#claim(this.#regions.first(WINDOW)!);
  }

  #claim(slot: Slot): void {
    this.#regions.moveToLast(PROBATION, slot);
    if (!this.#admission.isOpen) this.#admission.open(slot);
  }

  #isTailShort(): boolean {
    const isFull = this.#regions.weightOf(TAIL) >= this.#regions.ofMean(this.#climber.reach);
    return !isFull && this.#regions.first(PROBATION) !== undefined;
  }

  /** The tail takes those of probation that leave first; after a shrink it is too long for a while. */
  #fillTail(): void {
    const limit = this.#regions.ofMean(this.#climber.reach);
    while (this.#regions.weightOf(TAIL) < limit) {
      const next = this.#regions.first(PROBATION);
      if (next === undefined || this.#admission.isOf(next)) return;
      this.#regions.moveToLast(TAIL, next);
    }
  }

  #divide(): void {
    this.#window = this.#climber.window;
    this.#protected = Math.floor(PROTECTED_SHARE * (this.#capacity - this.#window));
    this.#heaviest = Math.max(1, Math.min(this.#window, HEAVY_SHARE * this.#capacity));
  }

  #expectMore(): void {
    this.#expected = Math.min(2 * this.#expected, this.#capacity);
    this.#sketch.resize(this.#expected);
  }
}

/**
 * Lets a newcomer stay where it was used more often than whoever would have to leave for it, after a while in a window whose size
 * follows the workload. Holds out against scans and loops; large entries do not push out many small ones. O(1).
 */
export const wTinyLfu: EvictionStrategyFactory = {
  name: 'wTinyLfu',
  create: (context) => new WTinyLfu(context),
};
