import { auditMembers, auditNewcomer } from './audit.js';
import { SlotQueues } from './slot-queues.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

const PROBATION = 0;
const PROTECTED = 1;
/** The share of the room that entries used again may take. */
const PROTECTED_SHARE = 0.8;

/**
 * Segmented LRU (Ramakrishna Karedla, J. Spencer Love and Bradley G. Wherry, "Caching strategies to improve disk system
 * performance", Computer 27(3), 1994): newcomers are on probation, a use makes an entry protected, and what is pushed out of the
 * protected segment gets another chance on probation. The victim is the oldest on probation.
 */
class Slru implements EvictionStrategy {
  readonly #context: EvictionContext;
  /** In each, the oldest use first. */
  readonly #segments: SlotQueues;
  #protectedLimit: number;
  /** Spared where it is alone on probation, as after deletions, or where it is heavy: else nobody could come in. */
  #newcomer: Slot | undefined;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#segments = new SlotQueues(2, context.slots);
    this.#protectedLimit = protectedLimitOf(context.capacity);
  }

  onInsert(slot: Slot): void {
    this.#newcomer = slot;
    this.#segments.addLast(PROBATION, slot);
    if (this.#context.entries.hits(slot) > 0) this.onAccess(slot);
  }

  onAccess(slot: Slot): void {
    this.#segments.moveToLast(PROTECTED, slot);
    if (this.#segments.size(PROTECTED) > this.#protectedLimit) this.#demote();
  }

  onRemove(slot: Slot): void {
    this.#segments.remove(slot);
    if (slot === this.#newcomer) this.#newcomer = undefined;
  }

  chooseVictim(): Slot | undefined {
    const newcomer = this.#newcomer;
    return (
      this.#segments.firstBut(PROBATION, newcomer) ?? this.#segments.firstBut(PROTECTED, newcomer) ?? newcomer
    );
  }

  *order(): Generator<Slot, void> {
    for (const segment of [PROBATION, PROTECTED])
      for (const slot of this.#segments.members(segment)) if (slot !== this.#newcomer) yield slot;
    if (this.#newcomer !== undefined) yield this.#newcomer;
  }

  resize(capacity: number): void {
    this.#protectedLimit = protectedLimitOf(capacity);
    while (this.#segments.size(PROTECTED) > this.#protectedLimit) this.#demote();
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#segments.audit('slru');
    auditMembers('slru', this.order(), resident);
    auditNewcomer('slru', this.#newcomer, resident);
    const size = this.#segments.size(PROTECTED);
    if (size > this.#protectedLimit)
      throw new Error(`slru: ${size} protected, at most ${this.#protectedLimit} may be`);
  }

  #demote(): void {
    this.#segments.moveToLast(PROBATION, this.#segments.first(PROTECTED)!);
  }
}

/** At least one place is left to probation, so that a newcomer has a life. */
function protectedLimitOf(capacity: number): number {
  return Math.min(Math.round(PROTECTED_SHARE * capacity), capacity - 1);
}

/** Keeps what was used again apart from what was used once: the latter leaves first, the oldest use before others. O(1). */
export const slru: EvictionStrategyFactory = { name: 'slru', create: (context) => new Slru(context) };
