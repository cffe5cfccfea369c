import { closed, deadLettersLeft, tooManyPending } from '../kernel/errors.js';
import type { Operation } from '../store/backing-store.js';
import { DeadLetterShelf } from './dead-letter-shelf.js';
import { Flusher } from './flusher.js';
import type { Journal, JournalRecord } from './journal.js';
import { Ledger } from './ledger.js';
import { keyOf, lastPerKey, type PendingChange, pendingChange } from './pending-change.js';
import { PendingWrites } from './pending-writes.js';
import type { CloseReport, Verdict, Write, WriteContext, WritePolicy, WritePolicyFactory } from './policy.js';
import { takeUp, versionOf } from './recovery.js';
import { deathOf, refusedAgain } from './refusals.js';
import { type Claim, Room } from './room.js';
import { type Stored, StoreTraffic } from './store-traffic.js';
import { within } from '../kernel/within.js';

/**
 * Acknowledges when a change is in the journal, or at once where there is none, and stores it later: the last change of each key, in
 * batches. Without a journal, what is pending is lost when the process dies.
 */
class WriteBack implements WritePolicy {
  readonly #context: WriteContext;
  readonly #pending = new PendingWrites();
  readonly #room: Room;
  readonly #traffic: StoreTraffic;
  readonly #flusher: Flusher;
  readonly #shelf: DeadLetterShelf;
  readonly #ledger: Ledger;
  #isClosed = false;

  constructor(context: WriteContext) {
    const { store, clock, writeBack } = context;
    this.#context = context;
    this.#room = new Room(this.#pending, writeBack);
    this.#traffic = new StoreTraffic(store, clock);
    this.#flusher = this.#openFlusher(context);
    this.#shelf = new DeadLetterShelf({
      release: (changes) => this.#ledger.release(changes),
      retry: (change) => this.#retry(change),
    });
    const journal = context.journal?.({
      adopted: (records) => this.#takeUp(records),
      troubled: (problem) => context.observer.journalTroubled(problem),
    });
    this.#ledger = new Ledger(journal, context.observer);
  }

  get pendingCount(): number {
    return this.#pending.count;
  }

  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  get oldestPendingMs(): number {
    return Math.max(0, this.#context.clock.now() - this.#pending.oldestSince);
  }

  get journal(): Journal | undefined {
    return this.#ledger.journal;
  }

  get deadLetters(): DeadLetterShelf {
    return this.#shelf;
  }

  async open(): Promise<void> {
    this.#takeUp(await this.#ledger.open());
  }

  onSet(row: Write): Promise<Verdict> {
    return this.onBatch([{ type: 'set', row }]);
  }

  async onDelete(key: string, version: number): Promise<void> {
    await this.onBatch([{ type: 'delete', key, version }]);
  }

  async onBatch(operations: readonly Operation[]): Promise<Verdict> {
    this.#assertOpen();
    const changes = lastPerKey(operations);
    const claim = this.#room.enter(changes) ?? (await this.#overflow(changes));
    if (claim === 'stored') return 'keep';
    try {
      // Without a journal, a change is pending before anything else happens.
      const sequence = this.journal && (await this.#ledger.append(changes));
      for (const change of this.#changesOf(changes, sequence))
        this.#ledger.release(this.#pending.put(change));
    } finally {
      this.#room.leave(claim);
    }
    if (this.#room.isCrowded) this.#flusher.hurry();
    else this.#flusher.poke();
    return 'keep';
  }

  pending(key: string): Operation | undefined {
    return this.#pending.get(key)?.operation;
  }

  flush(): Promise<number> {
    return this.#flusher.flush();
  }

  async settled(): Promise<void> {
    await this.journal?.settled();
  }

  async discard(change: () => Promise<void>): Promise<void> {
    await this.#traffic.alone(async () => {
      await change();
      this.#ledger.release(this.#pending.clear());
      this.#shelf.clear();
      await this.#ledger.settled();
    });
    this.#room.freed();
  }

  async close(deadlineMs: number): Promise<CloseReport> {
    // Whoever waits for room must not be told later that its write is safe: nobody flushes any more.
    this.#isClosed = true;
    this.#room.close(closed('the write policy'));
    const { clock } = this.#context;
    const until = clock.now() + deadlineMs;
    const before = this.#pending.count + this.#shelf.size;
    const late = new Error('the store did not take everything before the deadline');
    const failed = await within(this.#finish(), deadlineMs, { clock, late });
    this.#flusher.stop();
    const unclosed = await this.#ledger.close(until - clock.now(), clock);
    const left = this.#pending.count + this.#shelf.size;
    const error = failed ?? unclosed ?? (left > 0 ? deadLettersLeft(left) : undefined);
    return { flushed: before - left, left, ...(error !== undefined && { error }) };
  }

  #openFlusher({ name, clock, observer, writeBack }: WriteContext): Flusher {
    return new Flusher({
      name,
      clock,
      times: writeBack,
      pass: {
        pending: this.#pending,
        traffic: this.#traffic,
        batchCount: writeBack.flushCount,
        now: () => clock.now(),
        retrying: () => observer.retrying(),
        stored: (stored) => this.#stored(stored),
        failed: (writes, error) => observer.flushFailed(writes, error),
        refused: (change, error) => this.#refused(change, error),
      },
    });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed('the write policy');
  }

  #changesOf(operations: readonly Operation[], sequence: number | undefined): PendingChange[] {
    const since = this.#context.clock.now();
    return operations.map((operation, index) =>
      pendingChange(operation, { since, sequence: sequence && sequence + index, isRecovered: false }),
    );
  }

  /** What becomes of changes for which there is no room. */
  async #overflow(operations: readonly Operation[]): Promise<Claim | 'stored'> {
    const { overflow } = this.#context.writeBack;
    if (overflow === 'reject') throw tooManyPending(this.#pending.count, this.#pending.bytes);
    this.#flusher.hurry();
    if (overflow === 'block') return this.#room.wait(operations);
    await this.#writeDirectly(operations);
    return 'stored';
  }

  /** The journal has to know: otherwise what it holds of these keys might be replayed over what is stored now. */
  async #writeDirectly(operations: readonly Operation[]): Promise<void> {
    const changes = this.#changesOf(operations, await this.#ledger.append(operations));
    try {
      await this.#traffic.writeDirectly(operations, () => {
        this.#ledger.release(this.#pending.drop(operations.map(keyOf)));
        this.#shelf.outdate(changes);
      });
    } finally {
      this.#ledger.release(changes);
      this.#room.freed();
    }
  }

  #stored({ changes, durationMs }: Stored): void {
    this.#ledger.release(this.#pending.land(changes));
    this.#shelf.outdate(changes);
    this.#context.observer.flushed(changes.length, durationMs);
    this.#room.freed();
  }

  async #refused(change: PendingChange, error: unknown): Promise<void> {
    const { clock, writeBack } = this.#context;
    const refusals = refusedAgain(change, error, { clock, flushIntervalMs: writeBack.flushIntervalMs });
    // Dead letters take memory, too. Where there are too many, what the store refuses stays pending, and writers are held up.
    const isGivenUp = refusals.attempts >= writeBack.maxAttempts && this.#shelf.size < writeBack.maxPending;
    const death = deathOf(refusals);
    if (!isGivenUp || !this.#pending.isNewest(change) || !(await this.#ledger.bury(change, death))) {
      this.#pending.refuse(change, refusals);
      return;
    }
    // A newer change of the key may have come meanwhile: it is in the journal, and this one no longer matters.
    if (this.#pending.land([change]).length === 0) return;
    this.#shelf.put(change, death);
    this.#context.observer.deadLettered(change.key, refusals.attempts, error);
    this.#room.freed();
  }

  #retry(change: PendingChange): boolean {
    this.#assertOpen();
    if (this.#pending.get(change.key) !== undefined) return false;
    this.#pending.put({
      ...change,
      since: this.#context.clock.now(),
      isRecovered: true,
      refusals: undefined,
    });
    this.#flusher.poke();
    return true;
  }

  #takeUp(records: readonly JournalRecord[]): void {
    // What a closed policy does not take up stays in the journal.
    if (this.#isClosed || records.length === 0) return;
    const { clock, versionFound } = this.#context;
    takeUp(records, { pending: this.#pending, shelf: this.#shelf, ledger: this.#ledger, now: clock.now() });
    versionFound(records.reduce((largest, record) => Math.max(largest, versionOf(record)), 0));
    this.#flusher.hurry();
  }

  /** Answers why something is left, once the store has nothing to do any more. */
  async #finish(): Promise<unknown> {
    const failed = await this.#flusher.flush().then(
      () => undefined,
      (error: unknown) => error,
    );
    await this.#traffic.ended();
    return failed;
  }
}

/** Acknowledges writes early and brings them to the store in the background, in batches, the last state of each key. */
export const writeBack: WritePolicyFactory = {
  name: 'writeBack',
  create: (context) => new WriteBack(context),
};
