import { auditMembers } from './audit.js';
import { SlotHeap } from './slot-heap.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** Soonest to expire leaves first; entries that never expire leave last, in order of arrival. */
class SoonestToExpire implements EvictionStrategy {
  readonly #context: EvictionContext;
  /** By deadline, as it was read last: an overwrite changes the entry before the heap hears of it. */
  readonly #deadlines: SlotHeap;

  constructor(context: EvictionContext) {
    this.#context = context;
    this.#deadlines = new SlotHeap(context.slots);
  }

  onInsert(slot: Slot): void {
    this.#deadlines.add(slot, this.#context.entries.expiresAt(slot));
  }

  onAccess(slot: Slot): void {
    const deadline = this.#context.entries.expiresAt(slot);
    if (deadline !== this.#deadlines.rankOf(slot)) this.#deadlines.rerank(slot, deadline);
  }

  onRemove(slot: Slot): void {
    this.#deadlines.remove(slot);
  }

  chooseVictim(): Slot | undefined {
    return this.#deadlines.first;
  }

  order(): Iterable<Slot> {
    return this.#deadlines.sorted();
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.#deadlines.audit('ttl');
    auditMembers('ttl', this.order(), resident);
    for (const slot of resident) {
      if (this.#deadlines.rankOf(slot) !== this.#context.entries.expiresAt(slot))
        throw new Error(`ttl: slot ${slot} has an old deadline`);
    }
  }
}

/** Evicts the entry that would expire soonest; entries without expiry leave last, in order of arrival. O(log n). */
export const ttl: EvictionStrategyFactory = {
  name: 'ttl',
  create: (context) => new SoonestToExpire(context),
};
