import { type BulkheadPolicy, BulkheadRejectedError } from 'cockatiel';
import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import { Deadlines, type Underway } from '../kernel/deadlines.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import type { WriteOptions } from '../kernel/life.js';
import { loadTimeout, tooManyLoads } from '../kernel/load-errors.js';
import type { Validity } from '../kernel/invalidation.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import type { Backing } from './backing.js';
import { Callers } from './callers.js';
import { gathers } from './collapse.js';
import { RunningLoad } from './load-context.js';
import type { LoadRequest, Outcome } from './load-request.js';
import { lookBehind } from './look-behind.js';
import type { RememberedErrors } from './remembered-errors.js';
import type { Setbacks } from './setbacks.js';
import type { Task } from './single-flight.js';

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
  readonly validity: Validity;
  readonly bulkhead: BulkheadPolicy;
  /** Of loads that take as long as the cache allows. */
  readonly deadlines: Deadlines;
  readonly setbacks: Setbacks;
  readonly errors: RememberedErrors;
}

/** A load of one key for all who wait for it: from the store, else from the loader. What it finds comes into memory. */
export class LoadTask<V> implements Task<Outcome<V>>, Underway {
  deadlineAt = 0;
  next: Underway | undefined;
  previous: Underway | undefined;
  /** Where those wait together who want nothing but the value. */
  plain: { join(): Promise<V> } | undefined;
  readonly callers = new Callers();
  readonly #parts: LoadTaskParts<V>;
  readonly #request: LoadRequest<V>;
  readonly #deadlines: Deadlines;
  #former: EntryState<V> | undefined;
  /** The newest invalidation when the reading of a record began. */
  #readSince: number | undefined;
  #ticket: LoadTicket<V> | undefined;
  #resolve: (outcome: Outcome<V>) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #giveUp: () => void = () => undefined;

  constructor(parts: LoadTaskParts<V>, request: LoadRequest<V>) {
    const { hardTimeoutMs } = request.rules;
    this.#parts = parts;
    this.#request = request;
    this.#former = request.former;
    const isUsual = hardTimeoutMs === parts.deadlines.lengthMs;
    this.#deadlines = isUsual ? parts.deadlines : new Deadlines(parts.clock, hardTimeoutMs);
  }

  /** How long it may take. */
  get hardTimeoutMs(): number {
    return this.#deadlines.lengthMs;
  }

  /** What may be served where the load fails. */
  get former(): EntryState<V> | undefined {
    return this.#former;
  }

  /**
   * Before its loader starts a load has read nothing that an invalidation could make old: rows are checked when they come. What tags a record has
   * is known only then; so while it is read, any invalidation may be about it.
   */
  isCurrent(): boolean {
    if (this.#readSince !== undefined && this.#parts.validity.newest !== this.#readSince) return false;
    return this.#ticket?.isCurrent() ?? true;
  }

  /** Rejects at the hard timeout. The loader goes on, and what it answers is kept where the fence still holds. */
  run(): Promise<Outcome<V>> {
    const { fencing, backing, clock } = this.#parts;
    const { key, skipsStore } = this.#request;
    const fence = fencing.enter(key);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#deadlines.add(this, clock.now());
      if (backing === undefined || skipsStore) this.#begin(fence);
      else void this.#ask(backing, fence);
    });
  }

  /** The hard timeout is over. */
  expire(): void {
    this.#parts.recorder.counters.counts.load_timeouts++;
    this.#setBack();
    this.#giveUp();
    this.#reject(loadTimeout(this.#request.key, this.hardTimeoutMs));
  }

  /** Asks the store, and then the loader. */
  async #ask(backing: Backing<V>, fence: Fence): Promise<void> {
    const { clock, recorder, setbacks, validity } = this.#parts;
    const { key } = this.#request;
    const startedAt = clock.now();
    if (!backing.isCache) this.#readSince = validity.newest;
    try {
      // What is read from a record is as old as the read, and gets the tags of this call.
      const ticket = backing.isCache ? undefined : this.#prepare();
      const { found, stale } = await lookBehind(this.#parts, backing, {
        key,
        former: this.#former,
        fence,
        ticket,
      });
      if (found === undefined) {
        this.#former = stale ?? this.#former;
        this.#readSince = undefined;
        return this.#begin(fence);
      }
      setbacks.worked(key);
      if (this.#former !== undefined) recorder.refreshed(key, clock.now() - startedAt, true);
      this.#end(fence);
      this.#resolve({ origin: 'backing', found });
    } catch (error) {
      this.#fail(error, fence);
    }
  }

  /** Runs the loader, when there is room for it. */
  #begin(fence: Fence): void {
    const { bulkhead, recorder } = this.#parts;
    const { key, loader, missed } = this.#request;
    missed.record();
    // Those that one call loads are to begin together.
    if (gathers(loader)) return void this.#load(fence);
    bulkhead
      .execute(() => this.#untilGivenUp(fence))
      .catch((error: unknown) => {
        if (error instanceof BulkheadRejectedError) recorder.counters.counts.loads_refused++;
        this.#fail(error instanceof BulkheadRejectedError ? tooManyLoads(key, error) : error, fence);
      });
  }

  /** Resolves when the loader has answered; or is given up, so that it takes nobody's room any more. */
  #untilGivenUp(fence: Fence): Promise<void> {
    return new Promise((resolve) => {
      this.#giveUp = resolve;
      void this.#load(fence);
    });
  }

  /** Never rejects. */
  async #load(fence: Fence): Promise<void> {
    const { clock, recorder } = this.#parts;
    const { key, loader } = this.#request;
    const startedAt = clock.now();
    let ticket: LoadTicket<V> | undefined;
    try {
      ticket = this.#prepare();
      const context = new RunningLoad(key, this.#former, { clock, callers: this.callers });
      recorder.loadStarted(key);
      const value = await loader(context);
      this.#loaded(value, { context, ticket, fence, loadMs: clock.now() - startedAt });
      this.#end(fence);
      this.#resolve({ origin: 'loader', value });
    } catch (error) {
      if (ticket !== undefined) {
        recorder.loadFailed(key, error, clock.now() - startedAt);
        if (fence.holds()) this.#remember(error, ticket);
      }
      this.#fail(error, fence);
    }
  }

  #loaded(value: V, { context, ticket, fence, loadMs }: Loaded<V>): void {
    const { keeper, recorder, setbacks } = this.#parts;
    const { key, options, rules } = this.#request;
    recorder.loadEnded(key, loadMs, this.callers.count);
    setbacks.worked(key);
    if (!context.isSkipped && options?.unless?.(value) !== true) {
      const findings = context.findings({
        ttl: isNothing(value) ? rules.negativeTtlMs : undefined,
        loadMs: rules.earlyExpiration === undefined ? undefined : loadMs,
      });
      if (!keeper.keepLoaded(key, ticket.entryOf(value, findings), fence)) recorder.loadFenced(key);
    }
    if (this.#former !== undefined) recorder.refreshed(key, loadMs, !context.isUnmodified);
  }

  #prepare(): LoadTicket<V> {
    const { key, options } = this.#request;
    return (this.#ticket = this.#parts.keeper.prepareLoad(key, options));
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

  #fail(error: unknown, fence: Fence): void {
    this.#end(fence);
    this.#reject(error);
  }

  #end(fence: Fence): void {
    this.#giveUp();
    this.#deadlines.remove(this);
    // One of its own serves nobody else.
    if (this.#deadlines !== this.#parts.deadlines) this.#deadlines.end();
    fence.release();
  }
}

/** What a loader has answered, and when it was asked. */
interface Loaded<V> {
  readonly context: RunningLoad<V>;
  readonly ticket: LoadTicket<V>;
  readonly fence: Fence;
  readonly loadMs: number;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
