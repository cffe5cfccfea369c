import type { Recorder } from './events/recorder.js';
import {
  type EvictionChoice,
  type EvictionName,
  evictionStrategies,
  resolveEviction,
} from './eviction/resolve.js';
import type { History } from './history/history.js';
import { badOption, closed } from './kernel/errors.js';
import { nameOf } from './kernel/register.js';
import type { Tags } from './invalidation/tags.js';
import { type BoundsOptions, changeBounds } from './memory/bounds.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { CacheMetrics } from './metrics/cache-metrics.js';
import type { CacheHealth, HealthRecord } from './metrics/health.js';
import type { ResolvedOptions } from './options.js';
import { restore, save, type SnapshotParts } from './snapshot/save-restore.js';
import type { Snapshot } from './snapshot/snapshot.js';
import type { KeyOrder } from './write/key-order.js';
import type { CloseReport } from './write/policy.js';
import {
  resolveWritePolicy,
  type WritePolicyChoice,
  type WritePolicyName,
  writePolicies,
} from './write/resolve.js';
import type { StoreSide } from './store-side.js';

/** What a cache is made of. */
export interface CacheInfo {
  readonly name: string;
  /** Entries in memory, and how many may be there. */
  readonly items: number;
  readonly maxItems: number;
  /** Bytes in memory, and how many may be there. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Default time to live in milliseconds; `Infinity` where entries do not expire. */
  readonly ttlMs: number;
  readonly eviction: { readonly strategy: string };
  /** `undefined` where there is no store. */
  readonly writePolicy: string | undefined;
  readonly store: { readonly name: string; readonly role: 'cache' | 'record' } | undefined;
  readonly codec: string;
  readonly isolate: string;
}

/** What the whole-cache operations work on. */
export interface MaintenanceParts<V> extends SnapshotParts<V> {
  readonly options: ResolvedOptions<V>;
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly order: KeyOrder;
  readonly tags: Tags;
  readonly history: History<V>;
  readonly recorder: Recorder<V>;
  readonly healthRecord: HealthRecord;
  /** Stops the timers that belong to no part. */
  readonly stopTimers: () => void;
}

/** The operations that concern a cache as a whole. Those that must not meet writes wait for them and hold later ones up. */
export class Maintenance<V> {
  readonly #parts: MaintenanceParts<V>;
  #closing: Promise<CloseReport> | undefined;

  constructor(parts: MaintenanceParts<V>) {
    this.#parts = parts;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  async clear(withStore?: boolean): Promise<void> {
    const { side, memory, fencing, recorder } = this.#parts;
    const reachesStore = side !== undefined && (withStore ?? side.store.role === 'cache');
    await this.#alone(async () => {
      if (reachesStore) await side.clear();
      memory.clear();
      fencing.raiseAll();
      recorder.emit({ type: 'cleared', store: reachesStore });
    });
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    const { side, sequence, recorder } = this.#parts;
    const version = sequence.next();
    for (const tag of tags) this.#parts.tags.invalidate(tag, version);
    recorder.emit({ type: 'invalidated', tags });
    if (side?.store.role !== 'cache') return;
    await this.#alone(async () => {
      await side.policy.flush();
      await side.store.deleteTagged(tags);
    });
  }

  swapEviction(eviction: EvictionChoice): void {
    const { table } = this.#parts.memory;
    const from = table.eviction;
    table.swapEviction(resolveEviction(eviction));
    this.#parts.recorder.emit({ type: 'strategy_swapped', from, to: table.eviction });
  }

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

  resize(bounds: BoundsOptions): void {
    const { table } = this.#parts.memory;
    table.resize(changeBounds(table.bounds, bounds));
  }

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

  restore(snapshot: Snapshot): Promise<void> {
    const { side, history, recorder } = this.#parts;
    return this.#alone(async () => {
      await side?.policy.flush();
      await restore(this.#parts, snapshot);
      await this.#takeNames(snapshot);
      history.clear();
      recorder.emit({ type: 'snapshot_restored', entries: snapshot.entries.length });
    });
  }

  async flush(): Promise<number> {
    return (await this.#parts.side?.policy.flush()) ?? 0;
  }

  close(deadlineMs: number): Promise<CloseReport> {
    this.#closing ??= this.#parts.order.alone(() => this.#close(deadlineMs));
    return this.#closing;
  }

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

  info(): CacheInfo {
    const { options, memory, side } = this.#parts;
    const { size, totalWeight, bounds, eviction } = memory.table;
    return {
      name: options.name,
      items: size,
      ...bounds,
      bytes: totalWeight,
      ttlMs: options.ttlMs,
      eviction: { strategy: eviction },
      writePolicy: side?.policyName,
      store: side && { name: side.storeName, role: side.store.role },
      codec: options.codec.name,
      isolate: options.isolation.name,
    };
  }

  health(): CacheHealth {
    const { memory, side, healthRecord } = this.#parts;
    const { problem } = healthRecord;
    const status = this.isClosed ? 'down' : problem === undefined ? 'up' : 'degraded';
    return { status, items: memory.table.size, dirtyWritesPending: side?.policy.pendingCount ?? 0, problem };
  }

  async #close(deadlineMs: number): Promise<CloseReport> {
    const { side, memory, history, recorder, fencing } = this.#parts;
    const report = (await side?.close(deadlineMs)) ?? { flushed: 0, left: 0 };
    fencing.raiseAll();
    memory.table.close();
    memory.clear();
    this.#parts.stopTimers();
    history.complete();
    recorder.complete();
    return report;
  }

  /** Puts those in charge that were when the snapshot was taken; factories of the user's own cannot be told by name. */
  async #takeNames({ eviction, writePolicy }: Snapshot): Promise<void> {
    const { side, memory } = this.#parts;
    if (eviction !== memory.table.eviction && eviction in evictionStrategies)
      this.swapEviction(eviction as EvictionName);
    if (side === undefined || writePolicy === undefined || writePolicy === side.policyName) return;
    if (writePolicy in writePolicies) await side.swap(resolveWritePolicy(writePolicy as WritePolicyName));
  }

  #alone<T>(task: () => Promise<T>): Promise<T> {
    if (this.isClosed) return Promise.reject(closed('the cache'));
    return this.#parts.order.alone(task);
  }
}
