import { bytesOf, keyOf } from './pending-change.js';
import type { PendingWrites } from './pending-writes.js';
import type { Operation } from '../store/backing-store.js';

/** How much may be pending. */
export interface RoomBounds {
  readonly maxPending: number;
  readonly maxPendingBytes: number;
}

/** The room that some changes take from when they are let in until they are pending. */
export interface Claim {
  readonly count: number;
  readonly bytes: number;
}

interface Waiter {
  readonly operations: readonly Operation[];
  readonly letIn: (claim: Claim) => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Lets in as many changes as may be pending. Those that wait come first, in their order; a key that is pending already takes only as much
 * room as it grows, and where nothing is pending a batch of any size passes.
 */
export class Room {
  readonly #pending: PendingWrites;
  readonly #bounds: RoomBounds;
  #queue: Waiter[] = [];
  /** How many of the queue have been let in. */
  #letIn = 0;
  #claimedCount = 0;
  #claimedBytes = 0;

  constructor(pending: PendingWrites, bounds: RoomBounds) {
    this.#pending = pending;
    this.#bounds = bounds;
  }

  /** Whether anybody waits. */
  get isCrowded(): boolean {
    return this.#queue.length > this.#letIn;
  }

  /** A claim, to be given back with {@link leave}; `undefined` where there is no room. At most one operation per key. */
  enter(operations: readonly Operation[]): Claim | undefined {
    const need = this.#needOf(operations);
    const isInPlace = need.count === 0 && need.bytes <= 0;
    if (!isInPlace && (this.isCrowded || !this.#fits(need))) return undefined;
    return this.#claim(need);
  }

  /** As {@link enter}, as soon as there is room. */
  wait(operations: readonly Operation[]): Promise<Claim> {
    return new Promise((letIn, refuse) => this.#queue.push({ operations, letIn, refuse }));
  }

  /** What was let in is pending, or has gone. */
  leave({ count, bytes }: Claim): void {
    this.#claimedCount -= count;
    this.#claimedBytes -= bytes;
    this.freed();
  }

  /** Lets in whoever has room now. To be called when something is no longer pending. */
  freed(): void {
    for (let first = this.#queue[this.#letIn]; first !== undefined; first = this.#queue[this.#letIn]) {
      const need = this.#needOf(first.operations);
      if (!this.#fits(need)) return;
      this.#letIn++;
      // A long queue is not moved up for each of them.
      if (this.#letIn * 2 > this.#queue.length) this.#moveUp();
      first.letIn(this.#claim(need));
    }
  }

  /** Refuses whoever waits. */
  close(error: unknown): void {
    this.#moveUp();
    for (const { refuse } of this.#queue.splice(0)) refuse(error);
  }

  #moveUp(): void {
    this.#queue = this.#queue.slice(this.#letIn);
    this.#letIn = 0;
  }

  #claim(need: Claim): Claim {
    this.#claimedCount += need.count;
    this.#claimedBytes += need.bytes;
    return need;
  }

  #fits({ count, bytes }: Claim): boolean {
    const countBefore = this.#pending.count + this.#claimedCount;
    if (countBefore === 0) return true;
    const bytesAfter = this.#pending.bytes + this.#claimedBytes + bytes;
    return (
      (count === 0 || countBefore + count <= this.#bounds.maxPending) &&
      (bytes <= 0 || bytesAfter <= this.#bounds.maxPendingBytes)
    );
  }

  #needOf(operations: readonly Operation[]): Claim {
    let count = 0;
    let bytes = 0;
    for (const operation of operations) {
      const replaced = this.#pending.replaceable(keyOf(operation));
      if (replaced === undefined && !this.#pending.isKeyFlying(keyOf(operation))) count++;
      bytes += bytesOf(operation) - (replaced?.bytes ?? 0);
    }
    return { count, bytes };
  }
}
