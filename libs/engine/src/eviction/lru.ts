import { auditMembers } from './audit.js';
import { SlotList } from './slot-list.js';
import type { EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

/**
 * Least recently used: every use makes an entry the newest, the oldest leaves. Good for recency, helpless against scans. It is the list of
 * its uses, oldest first: one step less on the way of every read.
 */
class Lru extends SlotList implements EvictionStrategy {
  onInsert(slot: Slot): void {
    this.addLast(slot);
  }

  onAccess(slot: Slot): void {
    this.moveToLast(slot);
  }

  onRemove(slot: Slot): void {
    this.remove(slot);
  }

  chooseVictim(): Slot | undefined {
    return this.first;
  }

  replaceVictim(): Slot | undefined {
    const victim = this.first;
    if (victim !== undefined) this.moveToLast(victim);
    return victim;
  }

  order(): Iterable<Slot> {
    return this;
  }

  resize(): void {}

  audit(resident: ReadonlySet<Slot>): void {
    this.auditLinks('lru');
    auditMembers('lru', this, resident);
  }
}

/** Evicts the entry whose last use is longest ago. O(1). */
export const lru: EvictionStrategyFactory = { name: 'lru', create: ({ slots }) => new Lru(slots) };
