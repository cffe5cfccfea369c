import type { Observable } from 'rxjs';
import type { CacheInfo } from './cache-info.js';
import type { CacheEvent, CustomCacheEvent } from './events/cache-event.js';
import type { CacheHook } from './events/hooks.js';
import type { Recorder } from './events/recorder.js';
import { type EvictionChoice, evictionStrategies, resolveEviction } from './eviction/resolve.js';
import type { History } from './history/history.js';
import { assertTags } from './kernel/assert-tags.js';
import { badOption, closed } from './kernel/errors.js';
import { nameOf } from './kernel/register.js';
import type { Tags } from './invalidation/tags.js';
import { type BoundsOptions, changeBounds } from './memory/bounds.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { CacheMetrics } from './metrics/cache-metrics.js';
import type { Counter } from './metrics/counters.js';
import type { CacheHealth, HealthRecord } from './metrics/health.js';
import type { ResolvedOptions } from './options.js';
import { restore, save, type SnapshotParts } from './snapshot/save-restore.js';
import type { Snapshot } from './snapshot/snapshot.js';
import type { KeyOrder } from './write/key-order.js';
import type { CloseReport } from './write/policy.js';
import { resolveWritePolicy, type WritePolicyChoice, writePolicies } from './write/resolve.js';
import { within } from './write/within.js';
import type { StoreSide } from './store-side.js';

/** What the operations on a whole cache work on. */
export interface CacheControlsParts<V> extends SnapshotParts<V> {
  readonly options: ResolvedOptions<V>;
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly order: KeyOrder;
  readonly tags: Tags;
  readonly history: History<V>;
  readonly recorder: Recorder<V>;
  readonly healthRecord: HealthRecord;
  /** What would go on after the closing: timers that belong to no part, and writes that come too late for memory. */
  readonly running: readonly { stop(): void }[];
}

/** What can be done with a whole cache, and what it tells of itself. What must not meet writes waits for those under way. */
export class CacheControls<V> {
  readonly #parts: CacheControlsParts<V>;
  #closing: Promise<CloseReport> | undefined;

  constructor(parts: CacheControlsParts<V>) {
    this.#parts = parts;
  }

  /** @throws CacheError `closed`. */
  protected assertOpen(): void {
    if (this.#closing !== undefined) throw closed('the cache');
  }

  /**
   * Removes every entry. In a store of the role `'record'`, the user's own data, rows stay unless `store` is true; in one of the role
   * `'cache'` they go.
   */
  async clear(options?: { readonly store?: boolean }): Promise<void> {
    const { side, memory, fencing, recorder } = this.#parts;
    const reachesStore = side !== undefined && (options?.store ?? side.store.role === 'cache');
    await this.#alone(async () => {
      if (reachesStore) await side.clear();
      memory.clear();
      fencing.raiseAll();
      recorder.emit({ type: 'cleared', store: reachesStore });
    });
  }

  /** Makes every entry gone that carries one of the tags, also results of loads under way. O(1) per tag in memory. */
  async invalidateTags(...tags: readonly string[]): Promise<void> {
    this.assertOpen();
    assertTags(tags);
    const { side, sequence, recorder, tags: book } = this.#parts;
    const version = sequence.next();
    for (const tag of tags) book.invalidate(tag, version);
    recorder.emit({ type: 'invalidated', tags });
    if (side?.store.role !== 'cache') return;
    await this.#alone(async () => {
      await side.policy.flush();
      await side.store.deleteTagged(tags);
    });
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
    await this.#alone(async () => {
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

  /** A deep copy of everything: entries with their lives and hits, the store's rows, the names of strategy and policy. Flushes first. */
  snapshot(): Promise<Snapshot> {
    const { side, memory, recorder } = this.#parts;
    return this.#alone(async () => {
      await side?.policy.flush();
      const snapshot = await save(this.#parts, {
        eviction: memory.table.eviction,
        writePolicy: side?.policyName,
      });
      recorder.emit({ type: 'snapshot_taken', entries: snapshot.entries.length });
      return snapshot;
    });
  }

  /** Puts a snapshot in the place of everything, or changes nothing. What was counted stays counted. @throws CacheError `bad_snapshot`. */
  restore(snapshot: Snapshot): Promise<void> {
    const { side, history, recorder } = this.#parts;
    return this.#alone(async () => {
      if (side !== undefined) await side.policy.flush();
      await restore(this.#parts, snapshot);
      await this.#takeNames(snapshot);
      history.clear();
      recorder.emit({ type: 'snapshot_restored', entries: snapshot.entries.length });
    });
  }

  /** Brings everything pending to the store; answers how many changes that were. */
  async flush(): Promise<number> {
    return (await this.#parts.side?.policy.flush()) ?? 0;
  }

  /** Flushes for at most `deadlineMs` (5 seconds), then lets go of everything. Answers what is not stored. Harmless when closed. */
  close(deadlineMs = 5000): Promise<CloseReport> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  /** Everything that happens, as it happens. With no subscriber no event is built; a subscriber that throws is reported. */
  get events$(): Observable<CacheEvent> {
    return this.#parts.recorder.events$;
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
      dirty_writes_pending: side?.policy.pendingCount ?? 0,
      latencies: counters.latencies(),
      custom: counters.custom(),
    };
  }

  /** What the cache is made of. */
  info(): CacheInfo {
    const { options, memory, side } = this.#parts;
    const { size, totalWeight, bounds, eviction } = memory.table;
    return {
      name: options.name,
      items: size,
      ...bounds,
      bytes: totalWeight,
      ttlMs: options.ttlMs,
      eviction: { strategy: eviction, ...memory.table.choice },
      writePolicy: side?.policyName,
      store: side && { name: side.storeName, role: side.store.role },
      codec: options.codec.name,
      isolate: options.isolation.name,
    };
  }

  /** Whether the cache, its store and its flushes work. */
  health(): CacheHealth {
    const { memory, side, healthRecord } = this.#parts;
    const dirtyWritesPending = side?.policy.pendingCount ?? 0;
    const problem = healthRecord.problem(dirtyWritesPending);
    const status = this.#closing !== undefined ? 'down' : problem === undefined ? 'up' : 'degraded';
    return { status, items: memory.table.size, dirtyWritesPending, problem };
  }

  async #close(deadlineMs: number): Promise<CloseReport> {
    const { side, memory, history, recorder, fencing, order, clock } = this.#parts;
    const until = clock.now() + deadlineMs;
    // Writes under way come first, as long as they do not hang; loads under way are no longer kept.
    await within(order.ended(), deadlineMs, { clock, late: undefined });
    fencing.raiseAll();
    try {
      return (await side?.close(Math.max(0, until - clock.now()))) ?? { flushed: 0, left: 0 };
    } finally {
      for (const part of this.#parts.running) part.stop();
      memory.table.close();
      memory.clear();
      history.complete();
      recorder.complete();
    }
  }

  /** Puts those in charge that were when the snapshot was taken; factories of the user's own cannot be told by name. */
  async #takeNames({ eviction, writePolicy }: Snapshot): Promise<void> {
    const { side, memory } = this.#parts;
    if (eviction !== memory.table.eviction && isIn(evictionStrategies, eviction)) this.swapEviction(eviction);
    if (side === undefined || writePolicy === undefined || writePolicy === side.policyName) return;
    if (isIn(writePolicies, writePolicy)) await side.swap(writePolicies[writePolicy]);
  }

  async #alone<T>(task: () => Promise<T>): Promise<T> {
    this.assertOpen();
    return this.#parts.order.alone(task);
  }
}

function isIn<R extends object>(register: R, name: string): name is keyof R & string {
  return Object.hasOwn(register, name);
}
