import type { Clock, Timer } from '../kernel/clock.js';
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
  readonly #flying = new Map<string, Operation>();
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
    return this.#waiting.count + this.#flying.size;
  }

  get pendingBytes(): number {
    return this.#waiting.bytes;
  }

  onSet(row: Write): Promise<Verdict> {
    return this.onBatch([{ type: 'set', row }]);
  }

  async onDelete(key: string): Promise<void> {
    await this.onBatch([{ type: 'delete', key }]);
  }

  async onBatch(operations: readonly Operation[]): Promise<Verdict> {
    if (this.pendingCount + operations.length > this.#options.maxPending) await this.flush();
    for (const operation of operations) this.#waiting.put(operation);
    this.#schedule();
    return 'keep';
  }

  pending(key: string): Operation | undefined {
    return this.#waiting.get(key) ?? this.#flying.get(key);
  }

  flush(): Promise<number> {
    this.#flush ??= this.#drain().finally(() => (this.#flush = undefined));
    return this.#flush;
  }

  async discard(): Promise<void> {
    this.#waiting.clear();
    // A batch under way ends first; what it could not write, which #failed has reported, is forgotten as well.
    await this.#flush?.catch(() => undefined);
    this.#waiting.clear();
  }

  async close(deadlineMs: number): Promise<CloseReport> {
    const report = await this.#flushUntil(deadlineMs);
    this.#isClosed = true;
    this.#timer?.cancel();
    return report;
  }

  /** Writes batch after batch until nothing waits. */
  async #drain(): Promise<number> {
    this.#timer?.cancel();
    this.#timer = undefined;
    let written = 0;
    while (this.#waiting.count > 0)
      written += await this.#writeBatch(this.#waiting.take(this.#options.flushCount));
    return written;
  }

  async #writeBatch(batch: readonly Operation[]): Promise<number> {
    for (const operation of batch) this.#flying.set(keyOf(operation), operation);
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
    this.#timer ??= this.#clock.schedule(
      () => this.#flushInBackground(),
      Math.min(pauseMs, LONGEST_PAUSE_MS),
    );
  }

  #flushInBackground(): void {
    this.#timer = undefined;
    // A failure has been reported by #failed, which also sets the timer for the next try.
    this.flush().catch(() => undefined);
  }

  async #flushUntil(deadlineMs: number): Promise<CloseReport> {
    let timer: Timer | undefined;
    const timeOut = new Promise<'late'>(
      (resolve) => (timer = this.#clock.schedule(() => resolve('late'), deadlineMs)),
    );
    const outcome = await Promise.race([
      timeOut,
      this.flush().then(
        (flushed) => ({ flushed }),
        (error: unknown) => ({ error }),
      ),
    ]);
    timer?.cancel();
    const left = this.pendingCount;
    if (outcome === 'late')
      return { flushed: 0, left, error: new Error(`not flushed within ${deadlineMs} ms`) };
    return 'error' in outcome
      ? { flushed: 0, left, error: outcome.error }
      : { flushed: outcome.flushed, left };
  }
}

/** Acknowledges writes at once and brings them to the store in the background, in batches, the last state of each key. */
export const writeBack: WritePolicyFactory = {
  name: 'writeBack',
  create: (context) => new WriteBack(context),
};
