import { storeFailed } from './kernel/errors.js';
import { nameOf } from './kernel/register.js';
import type { BackingStore } from './store/backing-store.js';
import type { CloseReport, WriteContext, WritePolicy, WritePolicyFactory } from './write/policy.js';
import { within } from './write/within.js';

/** A cache's store and the policy that writes to it, which can be swapped. */
export class StoreSide {
  readonly storeName: string;
  readonly #context: WriteContext;
  #factory: WritePolicyFactory;
  #policy: WritePolicy;

  constructor(storeName: string, context: WriteContext, factory: WritePolicyFactory) {
    this.storeName = storeName;
    this.#context = context;
    this.#factory = factory;
    this.#policy = factory.create(context);
  }

  get store(): BackingStore {
    return this.#context.store;
  }

  get policy(): WritePolicy {
    return this.#policy;
  }

  get policyName(): string {
    return nameOf(this.#factory);
  }

  /** Drains the policy in charge and puts another in its place. To be called while nobody writes. Where that fails, all stays as it was. */
  async swap(factory: WritePolicyFactory): Promise<void> {
    await this.#policy.flush();
    const next = factory.create(this.#context);
    await this.#policy.close(0);
    this.#factory = factory;
    this.#policy = next;
  }

  /** Deletes every row, and what was to become one. To be called while nobody writes. Where the store refuses, all stays as it was. */
  async clear(): Promise<void> {
    await this.#policy.discard(() => this.store.clear());
  }

  /** Closes policy and store within the deadline. Where both fail, the report says why writes are left. */
  async close(deadlineMs: number): Promise<CloseReport> {
    const { clock } = this.#context;
    const until = clock.now() + deadlineMs;
    const report = await this.#policy.close(deadlineMs);
    try {
      await this.#closeStore(Math.max(0, until - clock.now()));
      return report;
    } catch (error) {
      return { ...report, error: report.error ?? error };
    }
  }

  async #closeStore(deadlineMs: number): Promise<void> {
    const closing = this.store.close().then(() => true);
    if (await within(closing, deadlineMs, { clock: this.#context.clock, late: false })) return;
    throw storeFailed('close', new Error('it did not before the deadline'));
  }
}
