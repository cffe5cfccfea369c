import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers } from './audit.js';
import { LirsGhosts } from './lirs-ghosts.js';
import { SlotHashes } from './slot-hashes.js';
import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** Entries whose last two uses were close together, the oldest use first. */
const LIR = 0;
/** The others (HIR), the paper's queue Q: the next to leave first. */
const TRIAL = 1;
/** The part of the room that is on trial, the paper's choice. */
const TRIAL_SHARE = 0.01;
/**
 * How many ghosts there are to an entry; the paper sets no bound. A loop is recognised while all its keys are entries or ghosts: with
 * fewer of these, long loops are missed; with more, what comes back too late for its place drives out what is used.
 */
const GHOSTS_PER_ENTRY = 2;
const FIRST_SIZE = 64;

/**
 * Low inter-reference recency set (Song Jiang and Xiaodong Zhang, "LIRS: an efficient low inter-reference recency set replacement
 * policy to improve buffer cache performance", SIGMETRICS 2002). LIR entries hold nearly all of the room; what comes in is on trial, and
 * becomes LIR where it is used again sooner than the oldest LIR entry, also after it has left.
 *
 * The paper's stack lists LIR entries, HIR entries and ghosts by their last use, down to the oldest LIR entry. Here it is no list but a
 * comparison: what was used after the oldest LIR entry is in the stack. So a use moves an entry among its kind only, and
 * pruning concerns ghosts alone.
 */
class Lirs implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #queues: SlotQueues;
  readonly #hashes: SlotHashes;
  readonly #ghosts = new LirsGhosts(0);
  /** By slot: the number of its last use, negative while it is on trial, so that a use need not look it up elsewhere. */
  #uses: Float64Array;
  #lastUse = 0;
  /** The last use of the oldest LIR entry, the bottom of the stack. */
  #bottom = Infinity;
  #lirLimit = 0;
  #newcomer: Slot | undefined;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#queues = new SlotQueues(2, context.slots);
    this.#hashes = new SlotHashes(context.slots);
    this.#uses = new Float64Array(Math.max(FIRST_SIZE, context.slots));
    this.resize(context.capacity);
  }

  onInsert(slot: Slot): void {
    if (slot >= this.#uses.length) this.#grow(slot + 1);
    const hash = this.#context.hashOf(slot);
    const isKnown = this.#ghosts.take(hash) || this.#context.entries.hits(slot) > 0;
    this.#hashes.set(slot, hash);
    this.#newcomer = slot;
    const isLir = isKnown || this.#queues.size(LIR) < this.#lirLimit;
    this.#uses[slot] = isLir ? ++this.#lastUse : -++this.#lastUse;
    this.#queues.addLast(isLir ? LIR : TRIAL, slot);
    if (isLir) this.#settle();
  }

  onAccess(slot: Slot): void {
    const use = this.#uses[slot]!;
    if (use > 0) {
      this.#uses[slot] = ++this.#lastUse;
      this.#queues.moveWithin(LIR, slot);
      if (use === this.#bottom) this.#prune();
    } else if (-use > this.#bottom || this.#queues.size(LIR) < this.#lirLimit) {
      this.#uses[slot] = ++this.#lastUse;
      this.#queues.moveToLast(LIR, slot);
      this.#settle();
    } else {
      this.#uses[slot] = -++this.#lastUse;
      this.#queues.moveWithin(TRIAL, slot);
    }
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    const isEvicted = cause === 'evicted';
    if (this.#queues.isIn(LIR, slot)) {
      if (isEvicted && !this.#hasOthersOnTrial()) this.#lowerLimit();
      this.#queues.remove(slot);
      this.#prune();
    } else {
      this.#queues.remove(slot);
      const use = -this.#uses[slot]!;
      if (isEvicted && use > this.#bottom) this.#ghosts.add(this.#hashes.of(slot), use);
    }
    if (slot === this.#newcomer) this.#newcomer = undefined;
  }

  chooseVictim(): Slot | undefined {
    const onTrial = this.#queues.first(TRIAL);
    return this.#hasOthersOnTrial() ? onTrial : (this.#queues.first(LIR) ?? onTrial);
  }

  *order(): Generator<Slot, void> {
    const onTrial = [...this.#queues.members(TRIAL)];
    const isSpared = onTrial.length > 0 && onTrial.at(-1) === this.#newcomer;
    yield* isSpared ? onTrial.slice(0, -1) : onTrial;
    yield* this.#queues.members(LIR);
    if (isSpared) yield* onTrial.slice(-1);
  }

  resize(capacity: number): void {
    this.#lirLimit = capacity - Math.max(1, Math.round(TRIAL_SHARE * capacity));
    this.#settle();
    this.#ghosts.resize(GHOSTS_PER_ENTRY * capacity);
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#queues.audit('lirs');
    auditMembers('lirs', this.order(), resident);
    this.#ghosts.audit('lirs ghosts', this.#bottom);
    this.#auditUses();
    if (this.#queues.size(LIR) > this.#lirLimit)
      throw new Error(`lirs: ${this.#queues.size(LIR)} LIR entries of at most ${this.#lirLimit}`);
    if (this.#newcomer !== undefined && !resident.has(this.#newcomer))
      throw new Error(`lirs: the newcomer ${this.#newcomer} has left`);
    const wrong = [...resident].find((slot) => this.#hashes.of(slot) !== this.#context.hashOf(slot) >>> 0);
    if (wrong !== undefined) throw new Error(`lirs: slot ${wrong} has another hash`);
  }

  /** The paper evicts before it inserts, when the newcomer is not there to be chosen. */
  #hasOthersOnTrial(): boolean {
    const first = this.#queues.first(TRIAL);
    return first !== undefined && (first !== this.#newcomer || this.#queues.size(TRIAL) > 1);
  }

  /** Puts the oldest LIR entries that are too many on trial. */
  #settle(): void {
    while (this.#queues.size(LIR) > this.#lirLimit) {
      const oldest = this.#queues.first(LIR)!;
      this.#uses[oldest] = -this.#uses[oldest]!;
      this.#queues.moveToLast(TRIAL, oldest);
    }
    this.#prune();
  }

  #prune(): void {
    const oldest = this.#queues.first(LIR);
    this.#bottom = oldest === undefined ? Infinity : this.#uses[oldest]!;
    this.#ghosts.cut(this.#bottom);
  }

  /**
   * Fewer fit than the capacity says, which may be off by an eighth where bytes bind: from now on somebody will be on trial. A larger gap
   * has other reasons, such as a swap under way.
   */
  #lowerLimit(): void {
    const lir = this.#queues.size(LIR);
    if (8 * lir >= 7 * this.#lirLimit) this.#lirLimit = lir - 1;
  }

  #auditUses(): void {
    let last = 0;
    for (const slot of this.#queues.members(LIR)) {
      if (this.#uses[slot]! <= last) throw new Error(`lirs: slot ${slot} is out of order`);
      last = this.#uses[slot]!;
    }
    const mistaken = [...this.#queues.members(TRIAL)].find((slot) => this.#uses[slot]! >= 0);
    if (mistaken !== undefined) throw new Error(`lirs: slot ${mistaken} is on trial, and not marked so`);
    if (last > this.#lastUse) throw new Error(`lirs: used at ${last}, now is ${this.#lastUse}`);
    const oldest = this.#queues.first(LIR);
    const bottom = oldest === undefined ? Infinity : this.#uses[oldest];
    if (bottom !== this.#bottom) throw new Error(`lirs: the stack ends at ${this.#bottom}, not at ${bottom}`);
  }

  #grow(atLeast: number): void {
    const uses = new Float64Array(Math.max(atLeast, 2 * this.#uses.length));
    uses.set(this.#uses);
    this.#uses = uses;
  }
}

/**
 * Keeps what is used again soon; the rest passes through a hundredth of the room. Strong where loops and scans are larger than the cache. O(1),
 * amortised.
 */
export const lirs: EvictionStrategyFactory = { name: 'lirs', create: (context) => new Lirs(context) };
