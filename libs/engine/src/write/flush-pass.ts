import { turnOfTheLoop } from '../kernel/clock.js';
import { isUnanswered } from '../kernel/store-errors.js';
import type { PendingChange } from './pending-change.js';
import type { PendingWrites } from './pending-writes.js';
import type { Stored, StoreTraffic } from './store-traffic.js';

/** What goes to the store in one call is no more than this, or one change: a store may hold up the event loop as long as it writes. */
const LARGEST_BATCH = { count: 1000, bytes: 2 ** 20 };
/** So many changes of a batch that was refused are tried alone; where the store refuses all of these, it is down. */
const PROBES = 3;
/** A store that refuses so many calls in a row is down, also where it has taken something before. */
const STRIKES = 50;

/** What a pass works on, and tells what it finds. */
export interface PassParts {
  readonly pending: PendingWrites;
  readonly traffic: StoreTraffic;
  /** How many changes go to the store in one call at most, where that is less than the largest batch. */
  readonly batchCount: number;
  /** The time, in monotonic milliseconds. */
  readonly now: () => number;
  readonly retrying: () => void;
  readonly stored: (stored: Stored) => void;
  /** So many changes of a batch were not stored. */
  readonly failed: (writes: number, error: unknown) => void;
  /** The store has refused a change while it took others, or while there was no other. */
  readonly refused: (change: PendingChange, error: unknown) => Promise<void>;
}

/** How a pass has ended. */
export interface PassReport {
  readonly written: number;
  /** How many changes the pass has tried or was to try, and are not stored. */
  readonly left: number;
  /** What the store has thrown last. */
  readonly error: unknown;
  /** Whether the store took nothing any more. */
  readonly isDown: boolean;
  /** Whether some of what is left has no time of its own for its next attempt. */
  readonly hasBounced: boolean;
}

interface Refusal {
  readonly change: PendingChange;
  readonly error: unknown;
}

/**
 * Brings to the store what waits, batch after batch. A batch that the store refuses is divided until what it refuses stands alone, so that
 * one change never keeps others from being stored; but first a few of its changes are tried alone, and where none is taken, the store is
 * down, and left in peace.
 */
export class FlushPass {
  readonly #parts: PassParts;
  #due: number;
  readonly #isThorough: boolean;
  #written = 0;
  #left = 0;
  #error: unknown;
  /** Refusals since the store has last taken something. */
  #strikes = 0;
  #hasTaken = false;
  #isDown = false;
  #hasBounced = false;
  /** What is to be tried again together with others. */
  readonly #unstored: PendingChange[] = [];
  /** What was refused alone. Whether that is to its account shows when the store takes something else. */
  readonly #accused: Refusal[] = [];

  /** @param isThorough whether changes that are refused are tried, too, before their time. */
  constructor(parts: PassParts, isThorough: boolean) {
    this.#parts = parts;
    this.#isThorough = isThorough;
    this.#due = parts.pending.waiting.count;
  }

  /** Takes on what has come since the beginning. */
  extend(): void {
    this.#due = this.#parts.pending.waiting.count;
  }

  /** Ends with the batch that is being written. */
  halt(): void {
    this.#due = 0;
  }

  async run(): Promise<PassReport> {
    const { pending, batchCount, now } = this.#parts;
    const refused = pending.takeRefused(this.#isThorough ? Infinity : now());
    const largest = Math.min(batchCount, LARGEST_BATCH.count);
    while (this.#due > 0 && !this.#isDown) {
      const batch = pending.take({ count: Math.min(largest, this.#due), bytes: LARGEST_BATCH.bytes });
      if (batch.length === 0) break;
      this.#due -= batch.length;
      await this.#writeBatch(batch);
      if (this.#due > 0 && !this.#isDown) await turnOfTheLoop();
    }
    if (this.#isDown) this.#left += this.#due;
    await this.#tryRefused(refused);
    await this.#settle();
    return {
      written: this.#written,
      left: this.#left,
      error: this.#error,
      isDown: this.#isDown,
      hasBounced: this.#hasBounced,
    };
  }

  async #writeBatch(batch: readonly PendingChange[]): Promise<void> {
    const before = this.#written;
    if (await this.#try(batch)) return;
    if (this.#isDown || batch.length === 1) this.#accuse(batch);
    else await this.#sift(batch);
    this.#parts.failed(batch.length - (this.#written - before), this.#error);
  }

  /** Finds out what of a batch the store refuses, unless it refuses everything. */
  async #sift(batch: readonly PendingChange[]): Promise<void> {
    const step = Math.ceil(batch.length / PROBES);
    const probes = batch.filter((_, index) => index % step === 0);
    let hasTaken = false;
    for (const probe of probes) {
      if (!this.#isDown) this.#parts.retrying();
      if (!this.#isDown && (await this.#try([probe]))) hasTaken = true;
      else this.#accuse([probe]);
    }
    this.#isDown ||= !hasTaken;
    await this.#divide(batch.filter((change) => !probes.includes(change)));
  }

  async #divide(batch: readonly PendingChange[]): Promise<void> {
    if (batch.length === 0) return;
    if (this.#isDown) {
      this.#unstored.push(...batch);
      return;
    }
    await turnOfTheLoop();
    this.#parts.retrying();
    if (await this.#try(batch)) return;
    this.#isDown ||= this.#strikes >= STRIKES;
    if (batch.length === 1) return this.#accuse(batch);
    const middle = batch.length >> 1;
    await this.#divide(batch.slice(0, middle));
    await this.#divide(batch.slice(middle));
  }

  /** Tries what the store refuses while it takes others: each alone, and no more of them than a store that is down can bear. */
  async #tryRefused(refused: readonly PendingChange[]): Promise<void> {
    for (const change of refused) {
      if (this.#isDown || this.#strikes >= (this.#hasTaken ? STRIKES : PROBES)) {
        this.#unstored.push(change);
        continue;
      }
      if (change !== refused[0]) await turnOfTheLoop();
      this.#parts.retrying();
      if (await this.#try([change])) continue;
      this.#accuse([change]);
      this.#parts.failed(1, this.#error);
    }
  }

  /** Whether the store has taken the changes, in one call. */
  async #try(changes: readonly PendingChange[]): Promise<boolean> {
    const { traffic, pending, stored } = this.#parts;
    try {
      const flown = await traffic.write(changes, pending);
      this.#written += flown.changes.length;
      if (flown.changes.length === 0) return true;
      stored(flown);
    } catch (error) {
      this.#error = error;
      this.#strikes++;
      // It is not these changes that the store has anything against.
      if (isUnanswered(error)) this.#isDown = true;
      return false;
    }
    this.#strikes = 0;
    this.#hasTaken = true;
    await this.#convict();
    return true;
  }

  #accuse(changes: readonly PendingChange[]): void {
    for (const change of changes) this.#accused.push({ change, error: this.#error });
  }

  async #convict(): Promise<void> {
    for (const { change, error } of this.#accused.splice(0)) {
      await this.#parts.refused(change, error);
      if (this.#parts.pending.get(change.key) !== undefined) this.#left++;
    }
  }

  async #settle(): Promise<void> {
    const { pending } = this.#parts;
    const isAlone = pending.count === 1;
    if (!this.#isDown && (this.#hasTaken || isAlone)) await this.#convict();
    const unstored = [...this.#unstored, ...this.#accused.map(({ change }) => change)];
    this.#left += unstored.length;
    for (const change of unstored) {
      if (change.refusals === undefined) {
        pending.bounce([change]);
        this.#hasBounced = true;
        continue;
      }
      const nextAt = this.#parts.now() + change.refusals.pause.duration;
      pending.refuse(change, { ...change.refusals, nextAt });
    }
  }
}
