import { deadLettersLeft, storeFailed } from './kernel/errors.js';
import type { Invalidation } from './kernel/invalidation.js';
import { nameOf } from './kernel/register.js';
import type { CacheMetrics } from './metrics/cache-metrics.js';
import type { BackingStore, Operation } from './store/backing-store.js';
import type { Overtaken } from './tier/overtaken.js';
import type { TieredStore } from './tier/tiered-store.js';
import type { Durability } from './write/journal.js';
import type { CloseReport, WriteContext, WritePolicy, WritePolicyFactory } from './write/policy.js';
import { storeAll } from './write/store-all.js';
import { within } from './kernel/within.js';
import { writeBack } from './write/write-back.js';

/** Nothing is pending when a policy is closed for another; only its journal may take a while. */
const SWAP_DEADLINE_MS = 5000;

/** What a cache measures of its pending writes. */
export type WriteGauges = Pick<
  CacheMetrics,
  'dirty_writes_pending' | 'store_repairs_pending' | 'oldest_pending_ms' | 'journal_depth' | 'journal_bytes'
>;

/** The gauges where nothing is ever pending. */
export const NO_WRITES: WriteGauges = {
  dirty_writes_pending: 0,
  store_repairs_pending: 0,
  oldest_pending_ms: 0,
  journal_depth: 0,
  journal_bytes: 0,
};

/** What a store side is made of. */
export interface StoreSideParts {
  /** Of the store, or of what is shared where there is none; shown in `health()`. */
  readonly storeName: string;
  readonly context: WriteContext;
  /** Makes the journal that is configured, whether or not the policy is to write to it. */
  readonly journal: WriteContext['journal'];
  /** The state of the store: how many changes it has missed, and whether it is left alone for a while. */
  readonly guard: { readonly repairs: number; readonly isDown: boolean };
  /** The store, where it has a shared tier in front. */
  readonly tiered: TieredStore | undefined;
  /** What others have changed since it was acknowledged here. */
  readonly overtaken: Overtaken;
  /** Told what a store of the role `'cache'` remembers of invalidations, when it is opened. */
  readonly remembered: (invalidations: readonly Invalidation[]) => void;
}

/** A cache's store and the policy that writes to it, which can be swapped. */
export class StoreSide {
  readonly #parts: StoreSideParts;
  readonly #context: WriteContext;
  #factory: WritePolicyFactory;
  #policy: WritePolicy;
  /** Whether the policy in charge writes to the journal, and replays it when it is opened. */
  #hasJournal = false;

  constructor(parts: StoreSideParts, factory: WritePolicyFactory) {
    this.#parts = parts;
    const { journal } = parts.context;
    const taken: WriteContext['journal'] = (observer) => {
      this.#hasJournal = true;
      // Asked for only where there is one.
      return (journal as NonNullable<typeof journal>)(observer);
    };
    this.#context = { ...parts.context, journal: journal && taken };
    this.#factory = factory;
    this.#policy = factory.create(this.#context);
  }

  get storeName(): string {
    return this.#parts.storeName;
  }

  get store(): BackingStore {
    return this.#context.store;
  }

  /** The store, where it has a shared tier in front. */
  get tiered(): TieredStore | undefined {
    return this.#parts.tiered;
  }

  /** What others have changed since it was acknowledged here. */
  get overtaken(): Overtaken {
    return this.#parts.overtaken;
  }

  /** Whether writes are acknowledged before they are stored. */
  get isBuffering(): boolean {
    return this.#policy.deadLetters !== undefined;
  }

  /** What waits to be stored of a key, unless another process has overtaken it, or may have. */
  pending(key: string): Operation | undefined {
    const pending = this.#policy.pending(key);
    return pending === undefined || !this.#parts.overtaken.shows(pending) ? undefined : pending;
  }

  /** Whether the store is down: calls are refused at once. */
  get isDown(): boolean {
    return this.#parts.guard.isDown;
  }

  get policy(): WritePolicy {
    return this.#policy;
  }

  get policyName(): string {
    return nameOf(this.#factory);
  }

  get gauges(): WriteGauges {
    const { pendingCount, oldestPendingMs = 0, journal } = this.#policy;
    return {
      dirty_writes_pending: pendingCount,
      store_repairs_pending: this.#parts.guard.repairs,
      oldest_pending_ms: pendingCount === 0 ? 0 : oldestPendingMs,
      journal_depth: journal?.depth ?? 0,
      journal_bytes: journal?.bytes ?? 0,
    };
  }

  /** What a write survives that is acknowledged and not stored yet; `undefined` where there are none such. */
  get durability(): Durability | undefined {
    const { deadLetters, journal } = this.#policy;
    if (deadLetters === undefined) return undefined;
    return journal === undefined ? 'memory' : this.#context.writeBack.durability;
  }

  /** How many dead letters there are. */
  get deadLetters(): number {
    return this.#policy.deadLetters?.list().length ?? 0;
  }

  /** Opens the store, and takes up what an earlier process has left in the journal. Where that fails, all is closed again. */
  async open(): Promise<void> {
    await this.#openStore();
    try {
      if (this.store.role === 'cache') this.#parts.remembered(await this.store.invalidations());
      if (!this.#hasJournal) await this.#replay();
      await this.#policy.open?.();
    } catch (error) {
      await this.close(SWAP_DEADLINE_MS);
      throw error;
    }
  }

  /**
   * Drains the policy in charge and puts another in its place. To be called while nobody writes. Where that fails, all stays as it was.
   * @throws CacheError `dead_letters_left` where there are dead letters, which the next policy would know nothing of.
   */
  async swap(factory: WritePolicyFactory): Promise<void> {
    await this.#policy.flush();
    if (this.deadLetters > 0) throw deadLettersLeft(this.deadLetters);
    const next = factory.create(this.#context);
    // First, since a journal has one owner at a time.
    await this.#policy.close(SWAP_DEADLINE_MS);
    try {
      await next.open?.();
    } catch (error) {
      await this.#goBack(next);
      throw error;
    }
    this.#factory = factory;
    this.#policy = next;
  }

  /** Brings everything pending to the store, for good: not even after a crash anything of it is written again. */
  async drain(): Promise<void> {
    await this.#policy.flush();
    await this.#policy.settled?.();
  }

  /** Runs a change that puts others in the place of all rows, and then forgets what was refused before. To be called while nobody writes. */
  async replacing<T>(change: () => Promise<T>): Promise<T> {
    await this.drain();
    const answers: T[] = [];
    await this.#policy.discard(async () => void answers.push(await change()));
    // Where the change has failed, so has what waited for it.
    return answers[0] as T;
  }

  /** Deletes every row, and what was to become one. To be called while nobody writes. Where the store refuses, all stays as it was. */
  async clear(): Promise<void> {
    await this.#policy.discard(() => this.store.clear());
  }

  /** Closes policy and store within the deadline. Where both fail, the report says why writes are left. */
  async close(deadlineMs: number): Promise<CloseReport> {
    const { clock } = this.#context;
    const until = clock.now() + deadlineMs;
    const report = await this.#closePolicy(deadlineMs);
    try {
      await this.#closeStore(Math.max(0, until - clock.now()));
      return report;
    } catch (error) {
      return { ...report, error: report.error ?? error };
    }
  }

  /** A store that takes too long to open is closed once it is open after all; whoever watches it is told where that fails. */
  async #openStore(): Promise<void> {
    try {
      await this.store.open();
    } catch (error) {
      this.store.close().catch(() => undefined);
      throw error;
    }
  }

  /** Brings to the store what a write-back policy of an earlier process has left, where the one in charge would not. */
  async #replay(): Promise<void> {
    const { journal } = this.#parts;
    if (journal === undefined) return;
    const policy = writeBack.create({ ...this.#context, journal });
    await policy.open?.();
    try {
      await storeAll(policy, this.#context.writeBack.maxAttempts);
    } finally {
      await policy.close(SWAP_DEADLINE_MS);
    }
  }

  async #goBack(refused: WritePolicy): Promise<void> {
    await refused.close(0);
    this.#policy = this.#factory.create(this.#context);
    await this.#policy.open?.();
  }

  /** A policy of the user's own may throw here, though it should not; the store is to be closed all the same. */
  async #closePolicy(deadlineMs: number): Promise<CloseReport> {
    try {
      return await this.#policy.close(deadlineMs);
    } catch (error) {
      return { flushed: 0, left: this.#policy.pendingCount, error };
    }
  }

  async #closeStore(deadlineMs: number): Promise<void> {
    const closing = this.store.close().then(() => true);
    if (await within(closing, deadlineMs, { clock: this.#context.clock, late: false })) return;
    throw storeFailed('close', new Error('it did not before the deadline'));
  }
}
