import type { Observable } from 'rxjs';
import { eventChannel } from '../diagnostics/channels.js';
import type { EntryView } from '../kernel/entry.js';
import { CacheError, journalUnusable, reason, storeFailed } from '../kernel/errors.js';
import type { Counters } from '../metrics/counters.js';
import type { HealthRecord } from '../metrics/health.js';
import type { CacheEvent, CustomCacheEvent, Fact, HitTier, Invalidated, StaleReason } from './cache-event.js';
import { EventHub } from './event-hub.js';
import { AttachedHooks } from './attached-hooks.js';
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
  readonly #hooks = new AttachedHooks<V>((name, error) => this.hookFailed(name, error));
  #isHeard = false;
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

  /** The name of the cache. */
  get name(): string {
    return this.#parts.name;
  }

  get events$(): Observable<CacheEvent> {
    return this.#hub.events$;
  }

  get isListening(): boolean {
    return this.#hub.isListening;
  }

  /** Whether anybody listens, to this cache or to all, or hooks in. */
  get isObserved(): boolean {
    return this.#isHeard || eventChannel.hasSubscribers;
  }

  get counters(): Counters {
    return this.#parts.counters;
  }

  addHook(hook: CacheHook<V>): () => void {
    this.#hooks.add(hook);
    this.#lookAround();
    return () => {
      this.#hooks.remove(hook);
      this.#lookAround();
    };
  }

  /** A value was found; the count of memory hits is kept by the caller, on its hot path. */
  hit(key: string, tier: HitTier, seen: () => { readonly value: V; readonly entry: EntryView }): void {
    if (!this.isObserved) return;
    this.emit({ type: 'entry_get_hit', key, tier });
    if (this.#hooks.size === 0) return;
    const { value, entry } = seen();
    this.#hooks.call('onHit', (hook) => hook.onHit?.(key, value, entry));
  }

  miss(key: string): void {
    this.#parts.counters.counts.misses++;
    if (!this.isObserved) return;
    this.emit({ type: 'entry_get_miss', key });
    this.#hooks.call('onMiss', (hook) => hook.onMiss?.(key));
  }

  set(key: string, value: V, source: 'caller' | 'load'): void {
    if (source === 'caller') this.#parts.counters.counts.sets++;
    if (source === 'caller') this.onChanged?.(key);
    if (!this.isObserved) return;
    this.emit({ type: 'entry_set', key, source });
    this.#hooks.call('onSet', (hook) => hook.onSet?.(key, value));
  }

  deleted(key: string): void {
    this.#parts.counters.counts.deletes++;
    this.onChanged?.(key);
    if (!this.isObserved) return;
    this.emit({ type: 'entry_deleted', key });
    this.#hooks.call('onDelete', (hook) => hook.onDelete?.(key));
  }

  evicted(key: string, value: V, entry: EntryView): void {
    this.emit({ type: 'entry_evicted', key });
    this.#hooks.call('onEvict', (hook) => hook.onEvict?.(key, value, entry));
  }

  expired(key: string, value: V, entry: EntryView): void {
    this.emit({ type: 'entry_expired', key });
    this.#hooks.call('onExpire', (hook) => hook.onExpire?.(key, value, entry));
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
    if (!this.#hub.isListening && !eventChannel.hasSubscribers) return;
    const named = Object.entries(targets).filter(([, value]) => value !== undefined && value.length > 0);
    this.emit({ type: 'invalidated', ...Object.fromEntries(named) });
  }

  invalidationFailed(error: unknown): void {
    this.#parts.counters.counts.invalidation_failures++;
    this.emit({ type: 'invalidation_failed', error });
  }

  /** What a transaction had changed could not be applied. Where nobody listens to this cache, it is also a warning of the process. */
  applyFailed(keys: readonly string[], error: CacheError): void {
    this.emit({ type: 'apply_failed', keys, error });
    if (!this.#hub.isListening) process.emitWarning(error.message);
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
    const { hasSubscribers } = eventChannel;
    if (!this.#hub.isListening && !hasSubscribers) return;
    // A fact is an event of the union without the name of its cache.
    const event = { ...fact, cache: this.#parts.name } as CacheEvent;
    if (hasSubscribers) eventChannel.publish(event);
    if (!this.#hub.isListening) return;
    this.#hub.emit(event);
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

  #lookAround(): void {
    this.#isHeard = this.#hub.isListening || this.#hooks.size > 0;
  }
}

function asJournalError(thrown: unknown): CacheError {
  return thrown instanceof CacheError ? thrown : journalUnusable('the journal', reason(thrown), thrown);
}

function asCacheError(operation: string, thrown: unknown): CacheError {
  return thrown instanceof CacheError ? thrown : storeFailed(operation, thrown);
}
