import { type Clock, turnOfTheLoop } from '../kernel/clock.js';
import { CacheError, counted } from '../kernel/errors.js';
import type { BackingStore, Operation } from './backing-store.js';
import type { Breaker } from './breaker.js';
import type { Deadlines } from '../kernel/deadlines.js';
import { keyOf } from './holds.js';
import { deletion, type Repairs } from './repairs.js';
import type { StoreCalls } from './store-calls.js';

/** What goes to the store in one call is no more than this, or one operation. */
const BATCH_COUNT = 500;
const BATCH_LENGTH = 2 ** 20;

/** What a replay works on. */
export interface ReplayParts {
  readonly store: BackingStore;
  readonly calls: StoreCalls;
  readonly repairs: Repairs;
  readonly clock: Clock;
  readonly reads: Deadlines;
  readonly writes: Deadlines;
  readonly breaker: Breaker | undefined;
  readonly observer: { storeFailed(operation: string, thrown: unknown): void };
}

/** One attempt to bring everything to the store that it has missed: invalidations first, then the last operation of each key. */
export class Replay {
  readonly #parts: ReplayParts;
  #repaired = 0;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /** How much the store has taken. */
  get repaired(): number {
    return this.#repaired;
  }

  /** Whether the store has worked to the end. What it has not taken stays to be repaired. */
  async run(): Promise<boolean> {
    try {
      await this.#knock();
      await this.#remember();
      for (let batch = this.#next(); batch.length > 0; batch = this.#next()) {
        await this.#make(batch);
        await turnOfTheLoop();
      }
      return true;
    } catch {
      // Every call has told its observer of its error.
      return false;
    }
  }

  /** A read finds out whether a store that was down is back, since it takes less time than a write. */
  async #knock(): Promise<void> {
    const { breaker, calls, reads, repairs, store } = this.#parts;
    if (breaker?.isClosed !== false) return;
    const [first] = repairs.operations;
    const key = first === undefined ? 'a key' : keyOf(first);
    const describe = (): string => `answer whether it is back, with ${JSON.stringify(key)}`;
    await calls.run({
      operation: 'get',
      key,
      keys: 1,
      isBackground: true,
      describe,
      deadlines: reads,
      start: () => store.get(key),
    });
  }

  async #remember(): Promise<void> {
    const { calls, repairs, store, writes } = this.#parts;
    const { invalidations } = repairs;
    if (invalidations.length === 0) return;
    await calls.run({
      operation: 'invalidate',
      isBackground: true,
      describe: () => `remember ${counted(invalidations.length, 'invalidation')} that it has missed`,
      deadlines: writes,
      start: () => store.invalidate(invalidations),
      seen: () => repairs.remembered(invalidations),
    });
    this.#repaired += invalidations.length;
  }

  #next(): Operation[] {
    const { calls, repairs, writes } = this.#parts;
    const batch: Operation[] = [];
    let length = 0;
    for (const operation of calls.free(repairs.operations, writes)) {
      length += operation.type === 'set' ? operation.row.value.length : 0;
      if (batch.length === BATCH_COUNT || (batch.length > 0 && length > BATCH_LENGTH)) break;
      batch.push(operation);
    }
    return batch;
  }

  /** Of operations that the store refuses together it may refuse only some. */
  async #make(batch: readonly Operation[]): Promise<void> {
    try {
      await this.#apply(batch);
    } catch (error) {
      if (!this.#isRefusal(error)) throw error;
      for (const operation of batch) await this.#makeAlone(operation);
    }
  }

  /** What the store refuses, though it deletes the key, is given up. */
  async #makeAlone(operation: Operation): Promise<void> {
    try {
      await this.#apply([operation]);
    } catch (error) {
      if (operation.type === 'delete' || !this.#isRefusal(error)) throw error;
      await this.#apply([deletion(operation)]);
      this.#parts.observer.storeFailed(`store ${keyOf(operation)}`, error);
    }
  }

  /** Whether the store has said no, and is not down. */
  #isRefusal(error: unknown): boolean {
    const code = error instanceof CacheError ? error.code : undefined;
    return this.#parts.breaker?.isClosed !== false && code !== 'store_timeout' && code !== 'store_down';
  }

  async #apply(batch: readonly Operation[]): Promise<void> {
    const { calls, repairs, store, writes } = this.#parts;
    await calls.run({
      operation: 'apply',
      keys: batch.length,
      isBackground: true,
      describe: () => `make ${counted(batch.length, 'change')} that it has missed`,
      deadlines: writes,
      footprint: batch,
      isRepair: true,
      // What another process has written since stays.
      start: () => store.apply(batch, { onlyNewer: true }),
      seen: () => repairs.made(batch),
    });
    this.#repaired += batch.length;
  }
}
