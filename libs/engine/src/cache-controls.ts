import type { Observable } from 'rxjs';
import { readHealth } from './cache-health.js';
import { type CacheInfo, describeCache } from './cache-info.js';
import type { Clearing, ClearOptions } from './clearing.js';
import { DeadLetters } from './dead-letters.js';
import type { CacheEvent, CustomCacheEvent } from './events/cache-event.js';
import type { CacheHook } from './events/hooks.js';
import type { KeyWatches } from './events/key-watches.js';
import type { Explanation } from './explain/explanation.js';
import type { Explainer } from './explainer.js';
import { type EvictionChoice, resolveEviction } from './eviction/resolve.js';
import { assertKey } from './kernel/assert-key.js';
import { badOption, closed } from './kernel/errors.js';
import { nameOf } from './kernel/register.js';
import { InvalidationControls, type InvalidationControlsParts } from './invalidation-controls.js';
import { type BoundsOptions, changeBounds } from './memory/bounds.js';
import type { CacheMetrics } from './metrics/cache-metrics.js';
import type { Counter, Measured } from './metrics/counters.js';
import type { CacheHealth, HealthRecord } from './metrics/health.js';
import type { LatencyBuckets } from './metrics/latency.js';
import { NO_WRITES } from './store-side.js';
import type { CloseReport } from './write/policy.js';
import { resolveWritePolicy, type WritePolicyChoice } from './write/resolve.js';
import { within } from './kernel/within.js';

/** What the operations on a whole cache work on. */
export interface CacheControlsParts<V> extends InvalidationControlsParts<V> {
  readonly clearing: Clearing<V>;
  readonly healthRecord: HealthRecord;
  readonly explainer: Explainer<V>;
  readonly keyWatches: KeyWatches<V>;
  /** What loads and invalidates in the background: it ends first. */
  readonly background: readonly { stop(): void }[];
  /** What would go on after the closing: timers that belong to no part, and writes that come too late for memory. */
  readonly running: readonly { stop(): void }[];
}

/** What can be done with a whole cache, and what it tells of itself. What must not meet writes waits for those under way. */
export class CacheControls<V> extends InvalidationControls<V> {
  readonly #parts: CacheControlsParts<V>;
  #closing: Promise<CloseReport> | undefined;

  constructor(parts: CacheControlsParts<V>) {
    super(parts);
    this.#parts = parts;
  }

  /** @throws CacheError `closed`. */
  protected override assertOpen(): void {
    if (this.#closing !== undefined) throw closed('the cache');
  }

  /**
   * Removes every entry. In a store of the role `'record'`, the user's own data, rows stay unless `store` is true; in one of the role
   * `'cache'` they go.
   */
  async clear(options?: ClearOptions): Promise<void> {
    this.assertOpen();
    await (this.#parts.participant.view ?? this.#parts.clearing).clear(options);
  }

  /** Puts another eviction strategy in charge; every entry stays. O(n). */
  swapEviction(eviction: EvictionChoice): void {
    const { table } = this.#parts.memory;
    const from = table.eviction;
    table.swapEviction(resolveEviction(eviction));
    this.#parts.recorder.emit({ type: 'strategy_swapped', from, to: table.eviction });
  }

  /** Puts another write policy in charge, after everything pending is stored; where that fails, the old one stays. */
  async swapWritePolicy(choice: WritePolicyChoice): Promise<void> {
    const { side, recorder } = this.#parts;
    if (side === undefined) throw badOption('store', 'given before a write policy can be swapped', undefined);
    const factory = resolveWritePolicy(choice);
    await this.alone(async () => {
      const from = side.policyName;
      await side.swap(factory);
      recorder.emit({ type: 'write_policy_swapped', from, to: nameOf(factory) });
    });
  }

  /** Changes the bounds of memory and evicts what no longer fits; what is left out stays. */
  resize(bounds: BoundsOptions): void {
    const { table } = this.#parts.memory;
    table.resize(changeBounds(table.bounds, bounds));
  }

  /** Brings everything pending to the store; answers how many changes that were. */
  async flush(): Promise<number> {
    return (await this.#parts.side?.policy.flush()) ?? 0;
  }

  /** Flushes for at most `deadlineMs` (5 seconds), then lets go of everything. Answers what is not stored. Harmless when closed. */
  close(deadlineMs = 5000): Promise<CloseReport> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  /** What the store has refused for good, to be looked at, tried again or forgotten. Each makes {@link health} degraded. */
  get deadLetters(): DeadLetters {
    return new DeadLetters({ ...this.#parts, assertOpen: () => this.assertOpen() });
  }

  /** Everything that happens, as it happens. With no subscriber no event is built; a subscriber that throws is reported. */
  get events$(): Observable<CacheEvent> {
    return this.#parts.recorder.events$;
  }

  /**
   * The value of a key: as it is now, and then whenever it is another, `undefined` where there is none: it was deleted, invalidated or cleared, its life
   * is over, or it was evicted and there is no store. A store is asked where memory does not have it; what other processes write is not seen. Counts as no
   * use. Completes when the cache is closed; a subscriber that throws is reported.
   * @throws CacheError `bad_key`.
   */
  watch$(key: string): Observable<V | undefined> {
    assertKey(key);
    return this.#parts.keyWatches.watch$(key);
  }

  /** Calls `hook` at the moments of an entry's life; answers how to stop. */
  addHook(hook: CacheHook<V>): () => void {
    return this.#parts.recorder.addHook(hook);
  }

  /** Emits an event of your own to the subscribers of {@link events$}. */
  emit(event: CustomCacheEvent): void {
    this.#parts.recorder.emit(event);
  }

  /** A counter of your own, shown under `custom` in {@link metrics}. */
  addCounter(name: string): Counter {
    return this.#parts.recorder.counters.addCounter(name);
  }

  /** What the cache has counted and measured. */
  metrics(): CacheMetrics {
    const { memory, side, recorder } = this.#parts;
    const { counters } = recorder;
    return {
      ...counters.counts,
      current_items: memory.table.size,
      total_bytes: memory.table.totalWeight,
      ...(side?.gauges ?? NO_WRITES),
      latencies: counters.latencies(),
      custom: counters.custom(),
    };
  }

  /** How long loads, calls on the store and flushes took, as histograms with round bounds; all zero where `metrics: false`. */
  latencyBuckets(): Readonly<Record<Measured, LatencyBuckets>> {
    return this.#parts.recorder.counters.latencyBuckets();
  }

  /** What the cache is made of. */
  info(): CacheInfo {
    return describeCache(this.#parts);
  }

  /**
   * What is known of a key: where it is, how it ages, its place in the order of eviction, its last load, and why the last read missed it. The
   * last two are known where `createCache` was told `explain: true`. Counts as no use; costs a read of the store and a pass over memory.
   */
  async explain(key: string): Promise<Explanation> {
    this.assertOpen();
    assertKey(key);
    return this.#parts.explainer.explain(key);
  }

  /**
   * Whether the cache, its store and its flushes work, how full memory is, and what waits to be stored. Reads what is known; the store is
   * not asked.
   */
  health(): CacheHealth {
    return readHealth(this.#parts, this.#closing !== undefined);
  }

  async #close(deadlineMs: number): Promise<CloseReport> {
    const { side, memory, history, recorder, fencing, order, clock } = this.#parts;
    const until = clock.now() + deadlineMs;
    this.#parts.warmStart?.stop();
    for (const part of this.#parts.background) part.stop();
    // Writes under way come first, as long as they do not hang; loads under way are no longer kept.
    const ended = order.ended().then(() => undefined);
    const hung = await within(ended, deadlineMs, { clock, late: new Error('a call on the store has hung') });
    fencing.raiseAll();
    try {
      const report = (await side?.close(Math.max(0, until - clock.now()))) ?? { flushed: 0, left: 0 };
      const error = report.error ?? hung;
      return { ...report, ...(error !== undefined && { error }) };
    } finally {
      await this.#saveForWarmStart(until);
      for (const part of this.#parts.running) part.stop();
      memory.close();
      history.complete();
      recorder.complete();
    }
  }

  /** What is in memory, for the next start, in what is left of the time. */
  async #saveForWarmStart(until: number): Promise<void> {
    const { warmStart, clock } = this.#parts;
    if (warmStart === undefined) return;
    let isLate = false;
    const saving = warmStart.save(() => isLate);
    await within(saving, Math.max(0, until - clock.now()), { clock, late: undefined });
    isLate = true;
  }
}
