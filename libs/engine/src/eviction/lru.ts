import { auditMembers } from './audit.js';
import { SlotList } from './slot-list.js';
import type { EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/** Least recently used: every use makes an entry the newest, the oldest leaves. Good for recency, helpless against scans. */
class Lru implements EvictionStrategy {
  /** Oldest use first. */
  readonly #uses = new SlotList();

  onInsert(slot: Slot): void {
    this.#uses.addLast(slot);
  }

  onAccess(slot: Slot): void {
    this.#uses.moveToLast(slot);
  }

  onRemove(slot: Slot): void {
    this.#uses.remove(slot);
  }

  chooseVictim(): Slot | undefined {
    return this.#uses.first;
  }

  replaceVictim(): Slot | undefined {
    const victim = this.#uses.first;
    if (victim !== undefined) this.#uses.moveToLast(victim);
    return victim;
  }

  order(): Iterable<Slot> {
    return this.#uses;
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.#uses.audit('lru');
    auditMembers('lru', this.#uses, resident);
  }
}

/** Evicts the entry whose last use is longest ago. O(1). */
export const lru: EvictionStrategyFactory = { name: 'lru', create: () => new Lru() };
