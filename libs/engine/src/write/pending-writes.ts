import type { PendingChange, Refusals } from './pending-change.js';

/** How much to take at once. */
export interface BatchLimits {
  readonly count: number;
  readonly bytes: number;
}

const NONE: readonly PendingChange[] = [];

/**
 * The changes that are not stored yet: those that wait, those that are being written, and those that the store refuses while it takes
 * others. A later change of a key takes the place of the one that waits, or follows the one that is being written.
 */
export class PendingWrites {
  readonly #waiting = new Map<string, PendingChange>();
  readonly #flying = new Map<string, PendingChange>();
  readonly #refused = new Map<string, PendingChange>();
  #count = 0;
  #bytes = 0;
  #waitingBytes = 0;

  /** How many keys have a change. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Those that the next batches take. */
  get waiting(): BatchLimits {
    return { count: this.#waiting.size, bytes: this.#waitingBytes };
  }

  /** The newest change of a key. */
  get(key: string): PendingChange | undefined {
    return this.#waiting.get(key) ?? this.#refused.get(key) ?? this.#flying.get(key);
  }

  /** The change of a key whose place the next one takes: not one that is being written. */
  replaceable(key: string): PendingChange | undefined {
    return this.#waiting.get(key) ?? this.#refused.get(key);
  }

  /** Whether a change of a key is being written. */
  isKeyFlying(key: string): boolean {
    return this.#flying.has(key);
  }

  /** Answers the change that is outdated by this one, if there is one. */
  put(change: PendingChange): readonly PendingChange[] {
    const waiting = this.#waiting.get(change.key);
    if (waiting !== undefined) {
      // In the map, too, it keeps its turn.
      this.#account(waiting, -1);
      this.#wait({ ...change, since: waiting.since });
      return [waiting];
    }
    const outdated = this.#refused.get(change.key) ?? this.#flying.get(change.key);
    if (outdated === undefined) this.#count++;
    else this.#remove(this.#refused, change.key);
    this.#wait(change);
    return outdated === undefined ? NONE : [outdated];
  }

  /** Takes what has waited longest, to be written in one go: recovered changes and others do not mix. */
  take(limits: BatchLimits): PendingChange[] {
    const taken: PendingChange[] = [];
    let bytes = 0;
    for (const change of this.#waiting.values()) {
      if (taken.length === limits.count || (taken.length > 0 && bytes + change.bytes > limits.bytes)) break;
      if (taken[0] !== undefined && taken[0].isRecovered !== change.isRecovered) break;
      // A key flies once: what follows waits for the landing.
      if (this.#flying.has(change.key)) continue;
      taken.push(change);
      bytes += change.bytes;
    }
    for (const change of taken) this.#fly(this.#waiting, change);
    return taken;
  }

  /** Takes those that are refused and whose pause is over at `now`. */
  takeRefused(now: number): PendingChange[] {
    const due = [...this.#refused.values()].filter(
      ({ key, refusals }) => (refusals?.nextAt ?? 0) <= now && !this.#flying.has(key),
    );
    for (const change of due) this.#fly(this.#refused, change);
    return due;
  }

  /** Whether a change is still to be written: nothing was stored beside it that makes it outdated. */
  isFlying(change: PendingChange): boolean {
    return this.#flying.get(change.key) === change;
  }

  /** Whether a change is the newest of its key. */
  isNewest(change: PendingChange): boolean {
    return this.get(change.key) === change;
  }

  /** The changes need no longer be written. Answers those that are the newest of their key. */
  land(changes: readonly PendingChange[]): PendingChange[] {
    return changes.filter((change) => {
      if (!this.isFlying(change)) return false;
      this.#remove(this.#flying, change.key);
      const isNewest = this.replaceable(change.key) === undefined;
      if (isNewest) this.#count--;
      return isNewest;
    });
  }

  /** The changes wait again, behind all others, where no newer one of their keys does. */
  bounce(changes: readonly PendingChange[]): void {
    for (const change of this.land(changes)) {
      this.#count++;
      this.#wait(change);
    }
  }

  /** The change waits for its own next attempt, where no newer one of its key waits. */
  refuse(change: PendingChange, refusals: Refusals): void {
    if (this.land([change]).length === 0) return;
    this.#count++;
    this.#bytes += change.bytes;
    this.#refused.set(change.key, { ...change, refusals });
  }

  /** Forgets every change of the keys. Answers the newest of each. */
  drop(keys: Iterable<string>): PendingChange[] {
    const dropped: PendingChange[] = [];
    for (const key of keys) {
      const newest = this.get(key);
      if (newest === undefined) continue;
      dropped.push(newest);
      for (const changes of [this.#waiting, this.#refused, this.#flying]) this.#remove(changes, key);
      this.#count--;
    }
    return dropped;
  }

  /** Forgets everything. Answers the newest change of each key. */
  clear(): PendingChange[] {
    return this.drop(new Set([...this.#waiting.keys(), ...this.#refused.keys(), ...this.#flying.keys()]));
  }

  /** Since when the oldest has been waiting. O(n). */
  get oldestSince(): number {
    let oldest = Infinity;
    for (const changes of [this.#waiting, this.#refused, this.#flying])
      for (const { since } of changes.values()) oldest = Math.min(oldest, since);
    return oldest;
  }

  /** When the first refused change is to be tried again; `Infinity` where none is refused. */
  get nextAttemptAt(): number {
    let first = Infinity;
    for (const { refusals } of this.#refused.values()) first = Math.min(first, refusals?.nextAt ?? 0);
    return first;
  }

  #wait(change: PendingChange): void {
    this.#waiting.set(change.key, change);
    this.#account(change, 1);
  }

  #fly(from: Map<string, PendingChange>, change: PendingChange): void {
    this.#remove(from, change.key);
    this.#flying.set(change.key, change);
    this.#bytes += change.bytes;
  }

  #remove(from: Map<string, PendingChange>, key: string): void {
    const present = from.get(key);
    if (present === undefined) return;
    from.delete(key);
    if (from === this.#waiting) this.#account(present, -1);
    else this.#bytes -= present.bytes;
  }

  /** A change has begun to wait, or does no longer. */
  #account({ bytes }: PendingChange, sign: 1 | -1): void {
    this.#waitingBytes += sign * bytes;
    this.#bytes += sign * bytes;
  }
}
