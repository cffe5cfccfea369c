import type { CacheError } from '../kernel/errors.js';
import type { HealthRecord } from '../metrics/health.js';
import type { Recorder } from './recorder.js';

/** As {@link Recorder}, for what happens between a cache and its store. */
export class StoreRecorder<V> {
  readonly #recorder: Recorder<V>;
  readonly #health: HealthRecord;

  constructor(recorder: Recorder<V>, health: HealthRecord) {
    this.#recorder = recorder;
    this.#health = health;
  }

  /** A call on the store ended well. */
  storeAnswered(durationMs: number): void {
    this.#recorder.counters.time('store', durationMs);
    this.#health.worked('store');
  }

  /** A call on the store failed; who called is told. */
  storeRefused(error: CacheError): void {
    this.#health.failed('store', error.message);
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
    this.#health.failed('tier', error.message);
    this.#recorder.emit({ type: 'tier_degraded', tier: 'store', error });
  }

  storeRecovered(durationMs: number, repaired: number): void {
    this.#health.worked('tier');
    this.#recorder.emit({ type: 'tier_recovered', tier: 'store', durationMs, repaired });
  }

  storeFailed(operation: string, thrown: unknown): void {
    this.#recorder.storeFailed(operation, thrown);
  }
}
