import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers, auditNewcomer } from './audit.js';
import { GhostList } from './ghost-list.js';
import { SlotHashes } from './slot-hashes.js';
import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** The paper's T1: used once, lately. */
const ONCE = 0;
/** The paper's T2: used at least twice, lately. */
const OFTEN = 1;

/**
 * Adaptive replacement cache (Nimrod Megiddo and Dharmendra S. Modha, "ARC: a self-tuning, low overhead replacement cache",
 * FAST 2003). Two LRU lists, of what was used once and of what was used more often, each with ghosts of what left it (B1 and B2); a
 * request for a ghost says that its list was too short, and moves the target of the first list (p).
 *
 * The paper evicts before it inserts; here the newcomer is in already, and is left out where its lists are counted.
 */
class Arc implements EvictionStrategy {
  readonly #context: EvictionContext;
  /** In each, the oldest use first. */
  readonly #lists: SlotQueues;
  readonly #hashes: SlotHashes;
  readonly #onceGhosts: GhostList;
  readonly #oftenGhosts: GhostList;
  #capacity: number;
  /** How many entries ONCE should hold; the paper's p, no whole number. */
  #target = 0;
  #newcomer: Slot | undefined;
  /** Whether the newcomer was a ghost of OFTEN: it then has the better claim to a place. */
  #isOftenWanted = false;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#lists = new SlotQueues(2, context.slots);
    this.#hashes = new SlotHashes(context.slots);
    this.#capacity = context.capacity;
    this.#onceGhosts = new GhostList(this.#capacity);
    this.#oftenGhosts = new GhostList(this.#capacity);
  }

  onInsert(slot: Slot): void {
    const hash = this.#context.hashOf(slot);
    this.#hashes.set(slot, hash);
    this.#newcomer = slot;
    this.#isOftenWanted = false;
    if (this.#recall(hash)) return this.#lists.addLast(OFTEN, slot);
    this.#lists.addLast(this.#context.entries.hits(slot) > 0 ? OFTEN : ONCE, slot);
    this.#makeRoomForGhosts();
  }

  onAccess(slot: Slot): void {
    this.#lists.moveToLast(OFTEN, slot);
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    const wasOnce = this.#lists.isIn(ONCE, slot);
    this.#lists.remove(slot);
    if (slot === this.#newcomer) this.#newcomer = undefined;
    if (cause !== 'evicted') return;
    (wasOnce ? this.#onceGhosts : this.#oftenGhosts).add(this.#hashes.of(slot));
    this.#trimGhosts();
  }

  chooseVictim(): Slot | undefined {
    const once = this.#lists.first(ONCE);
    if (once !== undefined && this.#isOnceTooLong(this.#lists.size(ONCE))) return once;
    return this.#lists.firstBut(OFTEN, this.#newcomer) ?? once ?? this.#newcomer;
  }

  *order(): Generator<Slot, void> {
    let once = this.#lists.first(ONCE);
    for (let size = this.#lists.size(ONCE); once !== undefined && this.#isOnceTooLong(size); size--) {
      yield once;
      once = this.#lists.after(once);
    }
    for (const slot of this.#lists.members(OFTEN)) if (slot !== this.#newcomer) yield slot;
    for (; once !== undefined; once = this.#lists.after(once)) yield once;
    if (this.#newcomer !== undefined && this.#lists.isIn(OFTEN, this.#newcomer)) yield this.#newcomer;
  }

  /** What was learnt, the target, stays the same share of the room. */
  resize(capacity: number): void {
    this.#target = Math.min(capacity, (this.#target * capacity) / this.#capacity);
    this.#capacity = capacity;
    this.#onceGhosts.resize(capacity);
    this.#oftenGhosts.resize(capacity);
    this.#trimGhosts();
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#lists.audit('arc');
    auditMembers('arc', this.order(), resident);
    this.#onceGhosts.audit('arc ghosts of one use');
    this.#oftenGhosts.audit('arc ghosts of many uses');
    auditNewcomer('arc', this.#newcomer, resident);
    if (!(this.#target >= 0 && this.#target <= this.#capacity))
      throw new Error(`arc: the target is ${this.#target} at capacity ${this.#capacity}`);
    this.#auditGhosts(resident.size);
  }

  /** Cases II and III of the paper: forgets the ghost of a hash and moves the target. Answers whether there was one. */
  #recall(hash: number): boolean {
    const once = this.#onceGhosts.size;
    const often = this.#oftenGhosts.size;
    if (this.#onceGhosts.delete(hash)) {
      this.#target = Math.min(this.#capacity, this.#target + Math.max(1, often / once));
      return true;
    }
    if (!this.#oftenGhosts.delete(hash)) return false;
    this.#target = Math.max(0, this.#target - Math.max(1, once / often));
    this.#isOftenWanted = true;
    return true;
  }

  /** Case IV of the paper, after the newcomer is in: ONCE and its ghosts are at most a capacity, all together at most two. */
  #makeRoomForGhosts(): void {
    if (this.#lists.size(ONCE) + this.#onceGhosts.size > this.#capacity) this.#onceGhosts.removeOldest();
    else if (this.#total() > 2 * this.#capacity) this.#oftenGhosts.removeOldest();
  }

  /** The same, where more than one may have to go: after a resize, and while the cache holds more than it may. */
  #trimGhosts(): void {
    while (this.#onceGhosts.size > 0 && this.#lists.size(ONCE) + this.#onceGhosts.size > this.#capacity)
      this.#onceGhosts.removeOldest();
    while (this.#oftenGhosts.size > 0 && this.#total() > 2 * this.#capacity) this.#oftenGhosts.removeOldest();
  }

  #total(): number {
    return this.#lists.size(ONCE) + this.#lists.size(OFTEN) + this.#onceGhosts.size + this.#oftenGhosts.size;
  }

  /** The test in the paper's REPLACE, of a list of `size` entries. */
  #isOnceTooLong(size: number): boolean {
    const isCounted = this.#newcomer === undefined || this.#lists.isIn(OFTEN, this.#newcomer);
    const others = isCounted ? size : size - 1;
    return others > 0 && (others > this.#target || (this.#isOftenWanted && others === this.#target));
  }

  #auditGhosts(residents: number): void {
    const once = this.#lists.size(ONCE) + this.#onceGhosts.size;
    if (this.#onceGhosts.size > 0 && once > this.#capacity)
      throw new Error(`arc: ${once} of one use, ghosts included, at capacity ${this.#capacity}`);
    // While there is more than fits, the ghosts wait for the evictions.
    if (this.#total() > 2 * this.#capacity + Math.max(0, residents - this.#capacity))
      throw new Error(`arc: ${this.#total()} entries and ghosts at capacity ${this.#capacity}`);
  }
}

/**
 * Balances recency and frequency by itself: learns from what it evicted too soon. Remembers as many keys as there is room for.
 * O(1).
 */
export const arc: EvictionStrategyFactory = { name: 'arc', create: (context) => new Arc(context) };
