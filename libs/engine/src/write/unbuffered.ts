import type { BackingStore, Operation } from '../store/backing-store.js';
import type { CloseReport, Verdict, Write, WritePolicy } from './policy.js';

/** A policy that goes to the store with every call, so that nothing is ever pending. */
export class Unbuffered implements WritePolicy {
  readonly #store: BackingStore;
  readonly #verdict: Verdict;
  readonly pendingCount = 0;
  readonly pendingBytes = 0;

  constructor(store: BackingStore, verdict: Verdict) {
    this.#store = store;
    this.#verdict = verdict;
  }

  onSet(row: Write): Promise<Verdict> {
    return this.onBatch([{ type: 'set', row }]);
  }

  async onDelete(key: string, version: number): Promise<void> {
    await this.#store.apply([{ type: 'delete', key, version }]);
  }

  async onBatch(operations: readonly Operation[]): Promise<Verdict> {
    await this.#store.apply(operations);
    return this.#verdict;
  }

  pending(): undefined {
    return undefined;
  }

  async flush(): Promise<number> {
    return 0;
  }

  discard(change: () => Promise<void>): Promise<void> {
    return change();
  }

  async close(): Promise<CloseReport> {
    return { flushed: 0, left: 0 };
  }
}
