import type { Clock } from '../kernel/clock.js';
import type { BackingStore, Operation } from '../store/backing-store.js';
import { KeyOrder } from './key-order.js';
import { keyOf, type PendingChange } from './pending-change.js';
import type { PendingWrites } from './pending-writes.js';

/** Some changes that were stored in one call. */
export interface Stored {
  readonly changes: readonly PendingChange[];
  readonly durationMs: number;
}

/** What a write-back policy asks of the store. Calls on one key come one after the other, whoever makes them. */
export class StoreTraffic {
  readonly #store: BackingStore;
  readonly #clock: Clock;
  readonly #order = new KeyOrder();

  constructor(store: BackingStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Stores those of the changes that nothing has made outdated when their turn comes; all are of one origin. */
  write(changes: readonly PendingChange[], pending: PendingWrites): Promise<Stored> {
    const keys = changes.map(({ key }) => key);
    return this.#order.run(keys, async () => {
      const flown = changes.filter((change) => pending.isFlying(change));
      const startedAt = this.#clock.now();
      if (flown.length > 0) await this.#apply(flown);
      return { changes: flown, durationMs: this.#clock.now() - startedAt };
    });
  }

  /** Stores what is not pending, and calls `stored` before anything else of its keys. */
  async writeDirectly(operations: readonly Operation[], stored: () => void): Promise<void> {
    const keys = operations.map((operation) => keyOf(operation));
    await this.#order.run(keys, async () => {
      await this.#store.apply(operations);
      stored();
    });
  }

  /** Runs a change of the store as a whole beside no other call. */
  alone(change: () => Promise<void>): Promise<void> {
    return this.#order.alone(change);
  }

  /** Resolves when all calls so far have ended. */
  ended(): Promise<void> {
    return this.#order.ended();
  }

  async #apply(changes: readonly PendingChange[]): Promise<void> {
    const operations = changes.map(({ operation }) => operation);
    const isRecovered = changes[0]?.isRecovered === true;
    await (isRecovered ? this.#store.apply(operations, { onlyNewer: true }) : this.#store.apply(operations));
  }
}
