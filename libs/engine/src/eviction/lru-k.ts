import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers, auditNewcomer } from './audit.js';
import { HashIndex, NOT_FOUND } from './hash-index.js';
import { SlotHashes } from './slot-hashes.js';
import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** The last two uses of every resident and the last one of every ghost, in order of time. */
const USES = 0;
/** The residents that were used once, the oldest first. */
const ONCE = 1;
/** The ghosts, the one that left first before others. */
const GHOSTS = 2;
/** Slot n has the marks 4n and 4n + 1, which stand in the queues for its uses; ghost n has 4n + 2 among the uses and 4n + 3 among the ghosts. */
const MARKS = 4;
const GHOST_USE = 2;
const GHOST_PLACE = 3;
const FIRST_SIZE = 64;

/**
 * LRU-K for K = 2 (Elizabeth J. O'Neil, Patrick E. O'Neil and Gerhard Weikum, "The LRU-K page replacement algorithm for database
 * disk buffering", SIGMOD 1993): the victim is whose use before the last is longest ago, and ahead of all, in order of use,
 * whoever was used once. The correlated reference period is 0. Of what was evicted, the last use is remembered (retained information)
 * for as many entries as fit, and not when it is older than the one that condemns the victim.
 *
 * The paper keeps a search tree. Here all uses stand in one list in order of time: a use moves the mark of the use before the last
 * to the end, and the first mark belongs to the victim.
 */
class LruK implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #marks: SlotQueues;
  /** By slot: 0 or 1, the mark of its last use. The other is the use before, or its place in ONCE. */
  #latest = new Uint8Array(FIRST_SIZE);
  readonly #hashes: SlotHashes;
  /** Gives each ghost its number. */
  readonly #ghosts = new HashIndex();
  #ghostLimit: number;
  /** The paper evicts before it inserts, so who came last does not leave. */
  #newcomer: Slot | undefined;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#marks = new SlotQueues(3, MARKS * context.slots);
    this.#hashes = new SlotHashes(context.slots);
    this.#ghostLimit = context.capacity;
  }

  onInsert(slot: Slot): void {
    const hash = this.#context.hashOf(slot);
    const ghost = this.#ghosts.find(hash);
    this.#hashes.set(slot, hash);
    if (slot >= this.#latest.length) this.#grow(slot + 1);
    this.#latest[slot] = 1;
    this.#newcomer = slot;
    if (ghost !== NOT_FOUND) this.#revive(ghost, slot);
    else this.#marks.addLast(this.#context.entries.hits(slot) > 0 ? USES : ONCE, MARKS * slot);
    this.#marks.addLast(USES, MARKS * slot + 1);
  }

  onAccess(slot: Slot): void {
    const latest = 1 - this.#latest[slot]!;
    this.#latest[slot] = latest;
    this.#marks.moveToLast(USES, MARKS * slot + latest);
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    const latest = this.#latest[slot]!;
    this.#marks.remove(MARKS * slot + 1 - latest);
    if (cause === 'evicted') this.#bury(MARKS * slot + latest, this.#hashes.of(slot));
    else this.#marks.remove(MARKS * slot + latest);
    if (slot === this.#newcomer) this.#newcomer = undefined;
  }

  chooseVictim(): Slot | undefined {
    const once = this.#marks.first(ONCE);
    // The newcomer is the last of them, so it is first only where it is the only one.
    if (once !== undefined && slotOf(once) !== this.#newcomer) return slotOf(once);
    for (let mark = this.#marks.first(USES); mark !== undefined;) {
      const next = this.#marks.after(mark);
      if (isGhost(mark)) this.#forget(slotOf(mark));
      else if (slotOf(mark) !== this.#newcomer) return slotOf(mark);
      mark = next;
    }
    return this.#newcomer;
  }

  *order(): Generator<Slot, void> {
    for (const mark of this.#marks.members(ONCE)) if (slotOf(mark) !== this.#newcomer) yield slotOf(mark);
    for (const mark of this.#marks.members(USES))
      if (this.#isUseBefore(mark) && slotOf(mark) !== this.#newcomer) yield slotOf(mark);
    if (this.#newcomer !== undefined) yield this.#newcomer;
  }

  resize(capacity: number): void {
    this.#ghostLimit = capacity;
    this.#forgetExcess();
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#marks.audit('lruK');
    auditMembers('lruK', this.order(), resident);
    auditNewcomer('lruK', this.#newcomer, resident);
    const ghosts = new Set([...this.#marks.members(GHOSTS)].map(slotOf));
    this.#ghosts.audit('lruK ghosts', ghosts);
    if (ghosts.size > this.#ghostLimit)
      throw new Error(`lruK: ${ghosts.size} ghosts of at most ${this.#ghostLimit}`);
    for (const ghost of ghosts)
      if (!this.#marks.isIn(USES, MARKS * ghost + GHOST_USE))
        throw new Error(`lruK: ghost ${ghost} has no last use`);
    for (const slot of resident)
      if (!this.#marks.isIn(USES, MARKS * slot + this.#latest[slot]!))
        throw new Error(`lruK: slot ${slot} has no last use`);
    const uses = 2 * resident.size - this.#marks.size(ONCE) + ghosts.size;
    if (this.#marks.size(USES) !== uses)
      throw new Error(`lruK: ${this.#marks.size(USES)} uses of ${resident.size} entries, ${uses} expected`);
  }

  /** Whether a mark among the uses stands for the use before the last of a resident. */
  #isUseBefore(mark: number): boolean {
    return !isGhost(mark) && mark % MARKS !== this.#latest[slotOf(mark)];
  }

  /** Turns the last use of a ghost into the use before the last of a newcomer. */
  #revive(ghost: number, slot: Slot): void {
    this.#marks.replace(MARKS * ghost + GHOST_USE, MARKS * slot);
    this.#marks.remove(MARKS * ghost + GHOST_PLACE);
    this.#ghosts.remove(ghost);
  }

  /** Turns the last use of a resident into that of a ghost. */
  #bury(mark: number, hash: number): void {
    const namesake = this.#ghosts.find(hash);
    if (namesake !== NOT_FOUND) this.#forget(namesake);
    const ghost = this.#ghosts.add(hash);
    this.#marks.replace(mark, MARKS * ghost + GHOST_USE);
    this.#marks.addLast(GHOSTS, MARKS * ghost + GHOST_PLACE);
    this.#forgetExcess();
  }

  #forgetExcess(): void {
    while (this.#ghosts.size > this.#ghostLimit) this.#forget(slotOf(this.#marks.first(GHOSTS)!));
  }

  #forget(ghost: number): void {
    this.#marks.remove(MARKS * ghost + GHOST_USE);
    this.#marks.remove(MARKS * ghost + GHOST_PLACE);
    this.#ghosts.remove(ghost);
  }

  #grow(atLeast: number): void {
    const latest = new Uint8Array(Math.max(atLeast, 2 * this.#latest.length));
    latest.set(this.#latest);
    this.#latest = latest;
  }
}

/** The slot or ghost to which a mark belongs. */
function slotOf(mark: number): number {
  return mark >> 2;
}

function isGhost(mark: number): boolean {
  return (mark & GHOST_USE) !== 0;
}

/** Evicts whose use before the last is longest ago: one use alone, as in a scan, counts for nothing. O(1), amortised. */
export const lruK: EvictionStrategyFactory = { name: 'lruK', create: (context) => new LruK(context) };
