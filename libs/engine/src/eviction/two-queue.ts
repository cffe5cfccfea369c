import type { RemovalCause } from '../kernel/entry.js';
import { auditMembers, auditNewcomer } from './audit.js';
import { GhostList } from './ghost-list.js';
import { SlotHashes } from './slot-hashes.js';
import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** The paper's A1in: entries that were met once, the oldest arrival first. */
const RECENT = 0;
/** The paper's Am: entries that came back after they had left RECENT, the oldest use first. */
const HOT = 1;
/** The paper's Kin and Kout, as shares of the room. */
const RECENT_SHARE = 0.25;
const GHOST_SHARE = 0.5;

/**
 * Full 2Q (Theodore Johnson and Dennis Shasha, "2Q: a low overhead high performance buffer management replacement algorithm",
 * VLDB 1994). Newcomers pass through a first-in, first-out queue, where uses do not count; only what is asked for again
 * after it has left that queue, and is still remembered (A1out), is held by its uses.
 */
class TwoQueue implements EvictionStrategy {
  readonly #context: EvictionContext;
  readonly #queues: SlotQueues;
  readonly #hashes: SlotHashes;
  readonly #ghosts: GhostList;
  #recentLimit = 0;
  /** The paper evicts before it inserts, so who came last neither counts nor leaves. */
  #newcomer: Slot | undefined;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#queues = new SlotQueues(2, context.slots);
    this.#hashes = new SlotHashes(context.slots);
    this.#ghosts = new GhostList(0);
    this.resize(context.capacity);
  }

  onInsert(slot: Slot): void {
    const hash = this.#context.hashOf(slot);
    const isKnown = this.#ghosts.delete(hash) || this.#context.entries.hits(slot) > 0;
    this.#queues.addLast(isKnown ? HOT : RECENT, slot);
    this.#hashes.set(slot, hash);
    this.#newcomer = slot;
  }

  onAccess(slot: Slot): void {
    if (this.#queues.isIn(HOT, slot)) this.#queues.moveToLast(HOT, slot);
  }

  onRemove(slot: Slot, cause: RemovalCause = 'evicted'): void {
    if (cause === 'evicted' && this.#queues.isIn(RECENT, slot)) this.#ghosts.add(this.#hashes.of(slot));
    this.#queues.remove(slot);
    if (slot === this.#newcomer) this.#newcomer = undefined;
  }

  chooseVictim(): Slot | undefined {
    if (this.#excess() > 0) return this.#queues.first(RECENT);
    const hot = this.#queues.firstBut(HOT, this.#newcomer);
    return hot ?? this.#queues.firstBut(RECENT, this.#newcomer) ?? this.#newcomer;
  }

  *order(): Generator<Slot, void> {
    let recent = this.#queues.first(RECENT);
    for (let excess = this.#excess(); recent !== undefined && excess > 0; excess--) {
      yield recent;
      recent = this.#queues.after(recent);
    }
    for (const slot of this.#queues.members(HOT)) if (slot !== this.#newcomer) yield slot;
    for (; recent !== undefined; recent = this.#queues.after(recent)) yield recent;
    if (this.#newcomer !== undefined && this.#queues.isIn(HOT, this.#newcomer)) yield this.#newcomer;
  }

  resize(capacity: number): void {
    this.#recentLimit = Math.floor(RECENT_SHARE * capacity);
    this.#ghosts.resize(Math.ceil(GHOST_SHARE * capacity));
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#queues.audit('twoQueue');
    auditMembers('twoQueue', this.order(), resident);
    this.#ghosts.audit('twoQueue ghosts');
    auditNewcomer('twoQueue', this.#newcomer, resident);
  }

  /** How many entries too many are in RECENT. */
  #excess(): number {
    const isCounted = this.#newcomer === undefined || this.#queues.isIn(HOT, this.#newcomer);
    return this.#queues.size(RECENT) - (isCounted ? 0 : 1) - this.#recentLimit;
  }
}

/**
 * Lets newcomers pass through a quarter of the room, and holds the rest for what was asked for again after that: hard to flush by a
 * scan. Remembers half as many keys as there is room for. O(1).
 */
export const twoQueue: EvictionStrategyFactory = {
  name: 'twoQueue',
  create: (context) => new TwoQueue(context),
};
