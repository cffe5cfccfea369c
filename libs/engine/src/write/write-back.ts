import type { Clock, Timer } from '../kernel/clock.js';
import { closed } from '../kernel/errors.js';
import type { BackingStore, Operation } from '../store/backing-store.js';
import { keyOf, PendingWrites } from './pending-writes.js';
import type {
  CloseReport,
  FlushObserver,
  Verdict,
  Write,
  WriteBackOptions,
  WriteContext,
  WritePolicy,
  WritePolicyFactory,
} from './policy.js';
import { within } from './within.js';

/** After a failure the next flush waits twice as long as the last, up to this. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Acknowledges at once and writes later: changes wait in memory, one per key, and go to the store in batches. What waits is lost
 * when the process dies.
 */
class WriteBack implements WritePolicy {
  readonly #store: BackingStore;
  readonly #clock: Clock;
  readonly #observer: FlushObserver;
  readonly #options: WriteBackOptions;
  readonly #waiting = new PendingWrites();
  /** The batch that is being written now. */
  readonly #flying = new PendingWrites();
  #flush: Promise<number> | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #isClosed = false;

  constructor({ store, clock, observer, writeBack }: WriteContext) {
    this.#store = store;
    this.#clock = clock;
    this.#observer = observer;
    this.#options = writeBack;
  }

  get pendingCount(): number {
    return this.#waiting.count + this.#flying.count;
  }

  get pendingBytes(): number {
    return this.#waiting.bytes + this.#flying.bytes;
  }

  onSet(row: Write): Promise<Verdict> {
    return this.onBatch([{ type: 'set', row }]);
  }

  async onDelete(key: string): Promise<void> {
    await this.onBatch([{ type: 'delete', key }]);
  }

  async onBatch(operations: readonly Operation[]): Promise<Verdict> {
    // Whoever waits while the policy closes must not be told that its write is safe: nobody flushes any more.
    this.#assertOpen();
    // As long as others fill up what a flush has emptied, the next one is waited for.
    while (!this.#hasRoomFor(operations)) {
      await this.flush();
      this.#assertOpen();
    }
    for (const operation of operations) this.#waiting.put(operation);
    this.#schedule();
    return 'keep';
  }

  pending(key: string): Operation | undefined {
    return this.#waiting.get(key) ?? this.#flying.get(key);
  }

  flush(): Promise<number> {
    if (this.#flush === undefined && this.#waiting.count === 0) return Promise.resolve(0);
    this.#flush ??= this.#drain();
    return this.#flush;
  }

  async discard(change: () => Promise<void>): Promise<void> {
    // A batch under way ends first; that it failed, #failed has reported.
    while (this.#flush !== undefined) await this.#flush.catch(() => undefined);
    const changing = Promise.resolve().then(change);
    // The background does not flush meanwhile: it waits for this.
    this.#flush = changing.then(nothingFlushed, nothingFlushed).finally(() => (this.#flush = undefined));
    try {
      await changing;
      this.#waiting.clear();
    } finally {
      if (this.#waiting.count > 0) this.#arm();
    }
  }

  async close(deadlineMs: number): Promise<CloseReport> {
    this.#isClosed = true;
    const report = await this.#flushUntil(deadlineMs);
    this.#timer?.cancel();
    return report;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed('the write policy');
  }

  /** A key that is pending already takes no more room; where nothing is pending, a batch of any size passes. */
  #hasRoomFor(operations: readonly Operation[]): boolean {
    const { maxPending } = this.#options;
    if (this.pendingCount === 0 || this.pendingCount + operations.length <= maxPending) return true;
    const added = operations.filter((operation) => this.pending(keyOf(operation)) === undefined).length;
    return added === 0 || this.pendingCount + added <= maxPending;
  }

  /** Writes batch after batch until nothing waits; a write that comes after that begins another flush. */
  async #drain(): Promise<number> {
    this.#timer?.cancel();
    this.#timer = undefined;
    let written = 0;
    try {
      while (this.#waiting.count > 0)
        written += await this.#writeBatch(this.#waiting.take(this.#options.flushCount));
    } finally {
      this.#flush = undefined;
    }
    return written;
  }

  async #writeBatch(batch: readonly Operation[]): Promise<number> {
    for (const operation of batch) this.#flying.put(operation);
    const startedAt = this.#clock.now();
    try {
      await this.#store.apply(batch);
    } catch (error) {
      this.#failed(batch, error);
      throw error;
    }
    this.#flying.clear();
    this.#failures = 0;
    this.#observer.flushed(batch.length, this.#clock.now() - startedAt);
    return batch.length;
  }

  #failed(batch: readonly Operation[], error: unknown): void {
    this.#flying.clear();
    this.#waiting.putBack(batch);
    this.#failures++;
    this.#observer.flushFailed(batch.length, error);
    this.#arm();
  }

  #schedule(): void {
    const { flushCount, flushBytes } = this.#options;
    const isFull = this.#waiting.count >= flushCount || this.#waiting.bytes >= flushBytes;
    if (isFull && this.#failures === 0) this.#flushInBackground();
    else this.#arm();
  }

  #arm(): void {
    if (this.#isClosed) return;
    const pauseMs = this.#options.flushIntervalMs * 2 ** this.#failures;
    const tick = (): void => {
      this.#timer = undefined;
      this.#flushInBackground();
    };
    this.#timer ??= this.#clock.schedule(tick, Math.min(pauseMs, LONGEST_PAUSE_MS));
  }

  #flushInBackground(): void {
    // A failure has been reported by #failed, which also sets the timer for the next try.
    this.flush().catch(() => undefined);
  }

  async #flushUntil(deadlineMs: number): Promise<CloseReport> {
    const before = this.pendingCount;
    const flushed = this.flush().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const late = new Error('the store did not take everything before the deadline');
    const error = await within(flushed, deadlineMs, { clock: this.#clock, late });
    // Nobody writes while closing: what is no longer pending has been stored.
    const left = this.pendingCount;
    return { flushed: before - left, left, ...(left > 0 && { error }) };
  }
}

function nothingFlushed(): number {
  return 0;
}

/** Acknowledges writes at once and brings them to the store in the background, in batches, the last state of each key. */
export const writeBack: WritePolicyFactory = {
  name: 'writeBack',
  create: (context) => new WriteBack(context),
};
