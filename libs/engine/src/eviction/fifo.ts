import { auditMembers } from './audit.js';
import { SlotList } from './slot-list.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** First in, first out: uses change nothing, so a hit costs nothing. */
class Fifo implements EvictionStrategy {
  /** Oldest arrival first. */
  readonly #arrivals: SlotList;

  constructor({ slots }: EvictionContext) {
    this.#arrivals = new SlotList(slots);
  }

  onInsert(slot: Slot): void {
    this.#arrivals.addLast(slot);
  }

  onAccess(): void {}

  onRemove(slot: Slot): void {
    this.#arrivals.remove(slot);
  }

  chooseVictim(): Slot | undefined {
    return this.#arrivals.first;
  }

  replaceVictim(): Slot | undefined {
    const victim = this.#arrivals.first;
    if (victim !== undefined) this.#arrivals.moveToLast(victim);
    return victim;
  }

  order(): Iterable<Slot> {
    return this.#arrivals;
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.#arrivals.auditLinks('fifo');
    auditMembers('fifo', this.#arrivals, resident);
  }
}

/** Evicts the entry that came first, however much it is used. O(1). */
export const fifo: EvictionStrategyFactory = { name: 'fifo', create: (context) => new Fifo(context) };
