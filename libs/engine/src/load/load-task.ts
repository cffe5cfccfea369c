import { type BulkheadPolicy, BulkheadRejectedError } from 'cockatiel';
import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import type { WriteOptions } from '../kernel/life.js';
import { loadTimeout, tooManyLoads } from '../kernel/load-errors.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import { asLoaded, type Backing, type Found } from './backing.js';
import { gathers } from './collapse.js';
import { RunningLoad } from './load-context.js';
import type { Rules } from './load-rules.js';
import type { Loader, LoadOptions } from './loader.js';
import type { RememberedErrors } from './remembered-errors.js';
import type { Setbacks } from './setbacks.js';
import type { Task } from './single-flight.js';
import { isStale } from '../kernel/staleness.js';
import { untilLate } from './until-late.js';

/** Keeps the results of loaders. */
export interface LoadKeeper<V> {
  prepareLoad(key: string, options: WriteOptions<V> | undefined): LoadTicket<V>;
  /** Keeps a loaded entry while the fence holds, and nothing newer was loaded; answers whether it did. */
  keepLoaded(key: string, entry: EntryState<V>, fence: Fence): boolean;
}

/** What a load works on. */
export interface LoadTaskParts<V> {
  readonly residents: Residents<V>;
  /** What is behind memory; nothing where the cache has no store. */
  readonly backing: Backing<V> | undefined;
  readonly keeper: LoadKeeper<V>;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
  readonly bulkhead: BulkheadPolicy;
  readonly setbacks: Setbacks;
  readonly errors: RememberedErrors;
}

/** One load that somebody asked for. */
export interface LoadRequest<V> {
  readonly key: string;
  readonly loader: Loader<V>;
  readonly options: LoadOptions<V> | undefined;
  readonly rules: Rules;
  /** Whether the store is known not to have the value. */
  readonly skipsStore: boolean;
  /** What is still kept of the last value, fresh or stale. */
  readonly former: EntryState<V> | undefined;
  /** Told that the store did not have the value, and the loader is about to run. */
  readonly missed: () => void;
}

/** Where a value came from. */
export type Outcome<V> =
  { readonly origin: 'backing'; readonly found: Found<V> } | { readonly origin: 'loader'; readonly value: V };

/** A load of one key for all who wait for it: from the store, else from the loader. What it finds comes into memory. */
export class LoadTask<V> implements Task<Outcome<V>> {
  readonly #parts: LoadTaskParts<V>;
  readonly #request: LoadRequest<V>;
  readonly #abort: { controller?: AbortController; reason?: unknown } = {};
  #former: EntryState<V> | undefined;
  #ticket: LoadTicket<V> | undefined;
  /** Callers that wait, and whether any of them cannot leave. */
  #waiting = 0;
  #callers = 0;
  #isWanted = false;

  constructor(parts: LoadTaskParts<V>, request: LoadRequest<V>) {
    this.#parts = parts;
    this.#request = request;
    this.#former = request.former;
  }

  /** How long it may take. */
  get hardTimeoutMs(): number {
    return this.#request.rules.hardTimeoutMs;
  }

  /** What may be served where the load fails. */
  get former(): EntryState<V> | undefined {
    return this.#former;
  }

  /** Before its loader starts a load has read nothing that an invalidation could make old: rows are checked when they come. */
  isCurrent(): boolean {
    return this.#ticket?.isCurrent() ?? true;
  }

  /** Rejects at the hard timeout. The loader goes on, and what it answers is kept where the fence still holds. */
  run(): Promise<Outcome<V>> {
    const { fencing, clock, recorder } = this.#parts;
    const { key, rules } = this.#request;
    const fence = fencing.enter(key);
    const answer = this.#answer(fence).finally(() => fence.release());
    const late = (): Error => {
      recorder.counters.counts.load_timeouts++;
      this.#setBack();
      return loadTimeout(key, rules.hardTimeoutMs);
    };
    return untilLate(answer, { clock, timeoutMs: rules.hardTimeoutMs, late });
  }

  /** Somebody waits. */
  enter(signal: AbortSignal | undefined): void {
    this.#waiting++;
    this.#callers++;
    if (signal === undefined) this.#isWanted = true;
  }

  /** Somebody has gone; where nobody is left who waits, the load is aborted. Answers whether it was. */
  leave(reason: unknown): boolean {
    if (--this.#waiting > 0 || this.#isWanted) return false;
    this.abort(reason);
    return true;
  }

  /** Tells the loader that its result is no longer wanted. */
  abort(reason: unknown): void {
    this.#abort.reason = reason;
    this.#abort.controller?.abort(reason);
  }

  async #answer(fence: Fence): Promise<Outcome<V>> {
    const { backing, clock, recorder, setbacks } = this.#parts;
    const { key, skipsStore } = this.#request;
    const startedAt = clock.now();
    const found = backing && !skipsStore ? await this.#fromBacking(backing, fence) : undefined;
    if (found !== undefined) {
      setbacks.worked(key);
      if (this.#former !== undefined) recorder.refreshed(key, clock.now() - startedAt, true);
      return { origin: 'backing', found };
    }
    this.#request.missed();
    return { origin: 'loader', value: await this.#fromLoader(fence) };
  }

  /** What is newer there than what is known, and fresh. */
  async #fromBacking(backing: Backing<V>, fence: Fence): Promise<Found<V> | undefined> {
    const { residents, clock } = this.#parts;
    const { key } = this.#request;
    // What is read from a record is as old as the read, and gets the tags of this call.
    const record = backing.isCache ? undefined : this.#prepare();
    const found = await this.#orReported(backing, key);
    if (found === undefined || (this.#former?.version ?? -1) >= found.entry.version) return undefined;
    const entry = asLoaded(found, record);
    const mayKeep = fence.holds();
    if (mayKeep) residents.offer(key, entry);
    if (!isStale(entry, clock.now())) return found;
    if (mayKeep) this.#former = entry;
    return undefined;
  }

  async #orReported(backing: Backing<V>, key: string): Promise<Found<V> | undefined> {
    try {
      return await backing.read(key);
    } catch (error) {
      this.#parts.recorder.storeFailed(`read ${key}`, error);
      return undefined;
    }
  }

  async #fromLoader(fence: Fence): Promise<V> {
    const { bulkhead, recorder } = this.#parts;
    const { key, loader } = this.#request;
    // Those that one call loads are to begin together.
    if (gathers(loader)) return this.#load(fence);
    try {
      return await bulkhead.execute(() => this.#load(fence));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      recorder.counters.counts.loads_refused++;
      throw tooManyLoads(key, error);
    }
  }

  async #load(fence: Fence): Promise<V> {
    const { clock, recorder, setbacks } = this.#parts;
    const { key, loader, options } = this.#request;
    const { negativeTtlMs, earlyExpiration } = this.#request.rules;
    const ticket = this.#prepare();
    const context = new RunningLoad(key, this.#former, { clock, signal: () => this.#signal() });
    const startedAt = clock.now();
    recorder.loadStarted(key);
    try {
      const value = await loader(context);
      const loadMs = clock.now() - startedAt;
      recorder.loadEnded(key, loadMs, this.#callers);
      setbacks.worked(key);
      if (!context.isSkipped && options?.unless?.(value) !== true) {
        const findings = context.findings({
          ttl: isNothing(value) ? negativeTtlMs : undefined,
          loadMs: earlyExpiration === undefined ? undefined : loadMs,
        });
        this.#keep(ticket.entryOf(value, findings), fence);
      }
      if (this.#former !== undefined) recorder.refreshed(key, loadMs, !context.isUnmodified);
      return value;
    } catch (error) {
      recorder.loadFailed(key, error, clock.now() - startedAt);
      if (fence.holds()) this.#remember(error, ticket);
      throw error;
    }
  }

  #prepare(): LoadTicket<V> {
    const { key, options } = this.#request;
    return (this.#ticket = this.#parts.keeper.prepareLoad(key, options));
  }

  #keep(entry: EntryState<V>, fence: Fence): void {
    const { keeper, recorder } = this.#parts;
    const { key } = this.#request;
    if (!keeper.keepLoaded(key, entry, fence)) recorder.loadFenced(key);
  }

  #remember(error: unknown, ticket: LoadTicket<V>): void {
    const { errors, fencing } = this.#parts;
    const { key, rules } = this.#request;
    this.#setBack();
    if (rules.errorTtlMs === undefined || !ticket.isCurrent()) return;
    const isCurrent = (): boolean => ticket.isCurrent();
    errors.put(key, { error, ttlMs: rules.errorTtlMs, fence: fencing.enter(key), isCurrent });
  }

  /** Where there is an old value to serve meanwhile, the next attempt waits. */
  #setBack(): void {
    if (this.#former !== undefined) this.#parts.setbacks.failed(this.#request.key);
  }

  #signal(): AbortSignal {
    const { controller = new AbortController(), reason } = this.#abort;
    this.#abort.controller = controller;
    if (reason !== undefined) controller.abort(reason);
    return controller.signal;
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
