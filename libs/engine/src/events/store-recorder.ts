import type { CacheError } from '../kernel/errors.js';
import type { HealthRecord } from '../metrics/health.js';
import type { Recorder } from './recorder.js';

/** As {@link Recorder}, for what happens between a cache and its store. */
export class StoreRecorder<V> {
  readonly #recorder: Recorder<V>;
  readonly #health: HealthRecord;
  readonly #tier: 'shared' | 'store';

  constructor(recorder: Recorder<V>, health: HealthRecord, tier: 'shared' | 'store' = 'store') {
    this.#recorder = recorder;
    this.#health = health;
    this.#tier = tier;
  }

  /** A call on the store ended well. */
  storeAnswered(durationMs: number): void {
    this.#recorder.counters.time('store', durationMs);
    this.#health.worked(this.#tier);
  }

  /** A call on the store failed; who called is told. */
  storeRefused(error: CacheError): void {
    this.#health.failed(this.#tier, error.message);
  }

  storeTimedOut(): void {
    this.#recorder.counters.counts.store_timeouts++;
  }

  /** The store was not asked, and who called is told. */
  storeRejected(): void {
    this.#recorder.counters.counts.store_rejections++;
  }

  /** A write has ended after its caller was told that it took too long: what memory has read meanwhile may be older. */
  storeSettledLate(keys: readonly string[]): void {
    for (const key of keys) this.#recorder.onUncertain(key);
  }

  storeDegraded(error: CacheError): void {
    this.#health.failed(this.#down, error.message);
    this.#recorder.emit({ type: 'tier_degraded', tier: this.#tier, error });
  }

  storeRecovered(durationMs: number, repaired: number): void {
    this.#health.worked(this.#down);
    this.#recorder.emit({ type: 'tier_recovered', tier: this.#tier, durationMs, repaired });
  }

  get #down(): 'shared_down' | 'tier' {
    return this.#tier === 'shared' ? 'shared_down' : 'tier';
  }

  storeFailed(operation: string, thrown: unknown): void {
    this.#recorder.storeFailed(operation, thrown);
  }
}
