import type { Observable } from 'rxjs';
import type { EntryView } from '../kernel/entry.js';
import { CacheError, journalUnusable, reason, storeFailed } from '../kernel/errors.js';
import type { Counters } from '../metrics/counters.js';
import type { HealthRecord } from '../metrics/health.js';
import type { CacheEvent, CustomCacheEvent, Fact, HitTier, Invalidated, StaleReason } from './cache-event.js';
import { EventHub } from './event-hub.js';
import type { CacheHook } from './hooks.js';

/** What a recorder writes to. */
export interface RecorderParts {
  /** The name of the cache. */
  readonly name: string;
  readonly counters: Counters;
  readonly health: HealthRecord;
}

/**
 * The one place where a fact becomes a count, an event and a call of the hooks. The counts are always kept; events and
 * entry views are to be built only while {@link isObserved}.
 */
export class Recorder<V> {
  readonly #parts: RecorderParts;
  readonly #hub: EventHub;
  readonly #hooks = new Set<CacheHook<V>>();
  /** Whether anybody listens or hooks in. */
  isObserved = false;
  /** Called when something was recorded while somebody listens. */
  onActivity: () => void = () => undefined;
  /** Called when a change of a key was given up, or made when nobody expected it any more. */
  onUncertain: (key: string) => void = () => undefined;
  /** Called when a caller has changed a key. */
  onChanged: ((key: string) => void) | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#hub = new EventHub(
      (error) => this.hookFailed('events$', error),
      () => this.#lookAround(),
    );
  }

  get events$(): Observable<CacheEvent> {
    return this.#hub.events$;
  }

  get isListening(): boolean {
    return this.#hub.isListening;
  }

  get counters(): Counters {
    return this.#parts.counters;
  }

  addHook(hook: CacheHook<V>): () => void {
    this.#hooks.add(hook);
    this.#lookAround();
    return () => {
      this.#hooks.delete(hook);
      this.#lookAround();
    };
  }

  /** A value was found; the count of memory hits is kept by the caller, on its hot path. */
  hit(key: string, tier: HitTier, seen: () => { readonly value: V; readonly entry: EntryView }): void {
    if (!this.isObserved) return;
    this.emit({ type: 'entry_get_hit', key, tier });
    if (this.#hooks.size === 0) return;
    const { value, entry } = seen();
    this.#call('onHit', (hook) => hook.onHit?.(key, value, entry));
  }

  miss(key: string): void {
    this.#parts.counters.counts.misses++;
    if (!this.isObserved) return;
    this.emit({ type: 'entry_get_miss', key });
    this.#call('onMiss', (hook) => hook.onMiss?.(key));
  }

  set(key: string, value: V, source: 'caller' | 'load'): void {
    if (source === 'caller') this.#parts.counters.counts.sets++;
    if (source === 'caller') this.onChanged?.(key);
    if (!this.isObserved) return;
    this.emit({ type: 'entry_set', key, source });
    this.#call('onSet', (hook) => hook.onSet?.(key, value));
  }

  deleted(key: string): void {
    this.#parts.counters.counts.deletes++;
    this.onChanged?.(key);
    if (!this.isObserved) return;
    this.emit({ type: 'entry_deleted', key });
    this.#call('onDelete', (hook) => hook.onDelete?.(key));
  }

  evicted(key: string, value: V, entry: EntryView): void {
    this.emit({ type: 'entry_evicted', key });
    this.#call('onEvict', (hook) => hook.onEvict?.(key, value, entry));
  }

  expired(key: string, value: V, entry: EntryView): void {
    this.emit({ type: 'entry_expired', key });
    this.#call('onExpire', (hook) => hook.onExpire?.(key, value, entry));
  }

  loadStarted(key: string): void {
    this.#parts.counters.counts.loads++;
    this.emit({ type: 'load_started', key });
  }

  loadEnded(key: string, durationMs: number, callers: number): void {
    this.#parts.counters.time('load', durationMs);
    this.emit({ type: 'load_ended', key, durationMs, callers });
  }

  loadFailed(key: string, error: unknown, durationMs: number): void {
    this.#parts.counters.time('load', durationMs);
    this.#parts.counters.counts.load_failures++;
    this.emit({ type: 'load_failed', key, error });
  }

  loadFenced(key: string): void {
    this.#parts.counters.counts.loads_fenced++;
    this.emit({ type: 'load_fenced', key });
  }

  refreshed(key: string, durationMs: number, isModified: boolean): void {
    this.#parts.counters.counts.refreshes++;
    this.emit({ type: 'refreshed', key, durationMs, isModified });
  }

  /** Where it was waited for a load, its caller has missed; else it is a hit. */
  staleServed(key: string, reason: StaleReason): void {
    const { counts } = this.#parts.counters;
    counts.stale_served++;
    if (reason === 'revalidating' || reason === 'backoff') counts.hits++;
    this.emit({ type: 'stale_served', key, reason });
  }

  /** Lists that name nothing are left out of the event. */
  invalidated(targets: Invalidated): void {
    this.#parts.counters.counts.invalidations++;
    if (!this.#hub.isListening) return;
    const named = Object.entries(targets).filter(([, value]) => value !== undefined && value.length > 0);
    this.emit({ type: 'invalidated', ...Object.fromEntries(named) });
  }

  invalidationFailed(error: unknown): void {
    this.#parts.counters.counts.invalidation_failures++;
    this.emit({ type: 'invalidation_failed', error });
  }

  flushed(writes: number, durationMs: number): void {
    this.#parts.counters.counts.flushed_writes += writes;
    this.#parts.counters.time('flush', durationMs);
    this.#parts.health.worked('flush');
    this.emit({ type: 'flushed', writes, durationMs });
  }

  flushFailed(writes: number, thrown: unknown): void {
    const error = asCacheError('flush', thrown);
    this.#parts.counters.counts.flush_errors++;
    this.#parts.health.failed('flush', error.message);
    this.emit({ type: 'flush_error', writes, error });
  }

  retrying(): void {
    this.#parts.counters.counts.write_retries++;
  }

  deadLettered(key: string, attempts: number, thrown: unknown): void {
    this.#parts.counters.counts.dead_letters++;
    this.onUncertain(key);
    this.emit({ type: 'dead_lettered', key, attempts, error: asCacheError('write', thrown) });
  }

  journalTroubled(thrown: unknown): void {
    this.#parts.counters.counts.journal_errors++;
    this.emit({ type: 'journal_error', error: asJournalError(thrown) });
  }

  /** Something failed behind memory where no caller is told. */
  storeFailed(operation: string, thrown: unknown): void {
    this.#parts.counters.counts.store_failures++;
    this.emit({ type: 'store_failed', error: asCacheError(operation, thrown) });
  }

  emit(fact: Fact | CustomCacheEvent): void {
    if (!this.#hub.isListening) return;
    // A fact is an event of the union without the name of its cache.
    this.#hub.emit({ ...fact, cache: this.#parts.name } as CacheEvent);
    this.onActivity();
  }

  /** Reports what an observer or hook threw; what is thrown while reporting is counted only. */
  hookFailed(hook: string, error: unknown): void {
    this.#parts.counters.counts.hook_failures++;
    if (this.#hub.delivering?.type !== 'hook_failed') this.emit({ type: 'hook_failed', hook, error });
  }

  complete(): void {
    this.#hub.complete();
  }

  #call(name: keyof CacheHook, run: (hook: CacheHook<V>) => void): void {
    for (const hook of this.#hooks) {
      try {
        run(hook);
      } catch (error) {
        this.hookFailed(name, error);
      }
    }
  }

  #lookAround(): void {
    this.isObserved = this.#hub.isListening || this.#hooks.size > 0;
  }
}

function asJournalError(thrown: unknown): CacheError {
  return thrown instanceof CacheError ? thrown : journalUnusable('the journal', reason(thrown), thrown);
}

function asCacheError(operation: string, thrown: unknown): CacheError {
  return thrown instanceof CacheError ? thrown : storeFailed(operation, thrown);
}
