import { AsyncResource } from 'node:async_hooks';
import { BulkheadRejectedError } from 'cockatiel';
import type { LoadOperation } from '../diagnostics/operation.js';
import { Deadlines, type Underway } from '../kernel/deadlines.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence } from '../kernel/fencing.js';
import { loadTimeout, tooManyLoads } from '../kernel/load-errors.js';
import type { Backing, Found } from './backing.js';
import { Callers } from './callers.js';
import { gathers } from './collapse.js';
import type { LateLoad } from './late-loads.js';
import { Moment } from './moment.js';
import { LoadPermit } from './load-permit.js';
import type { LoadRequest, Outcome } from './load-request.js';
import type { LoadTaskParts } from './load-task-parts.js';
import { LoaderRun } from './loader-run.js';
import { keepFound, lookBehind } from './look-behind.js';
import type { Task } from './single-flight.js';
import { tracedLoad } from './traced-load.js';

/** A load of one key for all who wait for it: from the store, else from the loader. What it finds comes into memory. */
export class LoadTask<V> implements Task<Outcome<V>>, Underway, LateLoad {
  deadlineAt = 0;
  next: Underway | undefined;
  previous: Underway | undefined;
  /** Where those wait together who want nothing but the value. */
  plain: { join(): Promise<V> } | undefined;
  /** What subscribers are told of it, where there were any when it began. */
  operation: LoadOperation | undefined;
  readonly callers = new Callers();
  readonly #parts: LoadTaskParts<V>;
  readonly #request: LoadRequest<V>;
  readonly #deadlines: Deadlines;
  readonly #run: LoaderRun<V>;
  #fence: Fence | undefined;
  readonly #permit: LoadPermit<V>;
  #former: EntryState<V> | undefined;
  /** The newest invalidation when the reading of a record began. */
  #readSince: number | undefined;
  #staleFound: Moment | undefined;
  #isOver = false;
  #resolve: (outcome: Outcome<V>) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #giveUp: () => void = () => undefined;

  constructor(parts: LoadTaskParts<V>, request: LoadRequest<V>) {
    const { hardTimeoutMs } = request.rules;
    this.#parts = parts;
    this.#request = request;
    this.#former = request.former;
    this.#permit = new LoadPermit(parts, request);
    this.#run = new LoaderRun(parts, request, this.callers);
    const isUsual = hardTimeoutMs === parts.deadlines.lengthMs;
    this.#deadlines = isUsual ? parts.deadlines : new Deadlines(parts.clock, hardTimeoutMs);
  }

  /** How long it may take. */
  get hardTimeoutMs(): number {
    return this.#deadlines.lengthMs;
  }

  /** What may be served where the load fails: never what was invalidated or changed since it was read. */
  get former(): EntryState<V> | undefined {
    const { residents, validity } = this.#parts;
    const { key } = this.#request;
    // Where the key was changed, what is there now takes its place.
    const former = this.#fence?.holds() === false ? residents.readKept(key) : this.#former;
    return former !== undefined && validity.isCurrent(key, former) ? former : undefined;
  }

  /** Whether the store is asked, and may have a stale value. */
  get asksStore(): boolean {
    return this.#parts.backing?.isCache === true && !this.#request.skipsStore;
  }

  /** Resolves when a stale value has come from the store; never where none does. */
  get staleFound(): Promise<void> {
    return (this.#staleFound ??= new Moment()).reached;
  }

  /**
   * Before its loader starts a load has read nothing that an invalidation could make old: rows are checked when they come. What tags a record has
   * is known only then; so while it is read, any invalidation may be about it. A loader may answer the stale value that it was told.
   */
  isCurrent(): boolean {
    if (this.#readSince !== undefined && this.#parts.validity.newest !== this.#readSince) return false;
    const { ticket } = this.#run;
    return ticket === undefined || (ticket.isCurrent() && this.#former === this.former);
  }

  /** Rejects at the hard timeout. The loader goes on, and what it answers is kept where the fence still holds. */
  run(): Promise<Outcome<V>> {
    return tracedLoad(this.#parts, this.#request, (operation) => {
      this.operation = operation;
      return this.#settle();
    });
  }

  #settle(): Promise<Outcome<V>> {
    const { fencing, backing, clock } = this.#parts;
    const { key, skipsStore } = this.#request;
    this.#fence = fencing.enter(key);
    const fence = this.#fence;
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
    const { recorder, late } = this.#parts;
    recorder.counters.counts.load_timeouts++;
    this.#run.setBack();
    this.#run.isLate = true;
    this.#isOver = true;
    late.add(this);
    this.#giveUp();
    this.#reject(loadTimeout(this.#request.key, this.hardTimeoutMs));
  }

  forget(): void {
    this.#run.isForgotten = true;
    this.#fence?.release();
  }

  /** Lets all go who wait, and tells the loader that its result is no longer wanted. */
  stop(reason: unknown): void {
    this.#isOver = true;
    this.callers.abort(reason);
    this.#deadlines.remove(this);
    if (this.#deadlines !== this.#parts.deadlines) this.#deadlines.end();
    this.#reject(reason);
  }

  /** Asks the store, and then the loader. */
  async #ask(backing: Backing<V>, fence: Fence): Promise<void> {
    const { clock, recorder, validity } = this.#parts;
    const { key } = this.#request;
    const startedAt = clock.now();
    if (!backing.isCache) this.#readSince = validity.newest;
    try {
      // What is read from a record is as old as the read, and gets the tags of this call.
      const ticket = backing.isCache ? undefined : this.#run.prepare();
      const look = { key, former: this.#former, fence, ticket, toLoad: this.#permit.toLoad };
      const { found, stale } = await lookBehind(this.#parts, backing, look);
      if (found === undefined) return this.#begin(fence, stale);
      if (this.#former !== undefined) recorder.refreshed(key, clock.now() - startedAt, true);
      this.#found(found, fence);
    } catch (error) {
      this.#fail(error, fence);
    }
  }

  /** The store has nothing to use: the loader is to be asked. */
  #begin(fence: Fence, stale?: EntryState<V>): void {
    const { loader, missed } = this.#request;
    this.#readSince = undefined;
    if (stale !== undefined) {
      this.#former = stale;
      this.#staleFound?.reach();
    }
    if (this.#isUnwanted) return this.#fail(undefined, fence);
    missed.record();
    // Bulk loads have been told before.
    if (!this.#permit.isNeeded || gathers(loader)) this.#admit(fence);
    else void this.#askPermit(fence);
  }

  /** Waits where another process loads the key, and takes what that shares. */
  async #askPermit(fence: Fence): Promise<void> {
    const found = await this.#permit.ask(() => this.#isUnwanted);
    if (found === undefined) return this.#admit(fence);
    keepFound(this.#parts.residents, { key: this.#request.key, fence }, found.entry);
    this.#found(found, fence);
  }

  #found(found: Found<V>, fence: Fence): void {
    this.#parts.setbacks.worked(this.#request.key);
    this.#end(fence);
    this.#resolve({ origin: 'backing', found });
  }

  /** Runs the loader, when there is room for it. */
  #admit(fence: Fence): void {
    const { bulkhead, recorder } = this.#parts;
    const { key, loader } = this.#request;
    if (this.#isUnwanted) return this.#fail(undefined, fence);
    // Those that one call loads are to begin together.
    if (gathers(loader)) return this.#start(fence);
    const start = (): Promise<void> => this.#untilGivenUp(fence);
    // Who waits is started by one who ends, and must not take that one's context for its own.
    bulkhead
      .execute(bulkhead.executionSlots > 0 ? start : AsyncResource.bind(start))
      .catch((error: unknown) => {
        if (error instanceof BulkheadRejectedError) recorder.counters.counts.loads_refused++;
        this.#fail(error instanceof BulkheadRejectedError ? tooManyLoads(key, error) : error, fence);
      });
  }

  /** Whether everybody has gone who waited, before the loader was asked: they know why. */
  get #isUnwanted(): boolean {
    return this.#isOver || this.callers.areGone;
  }

  /** Resolves when the loader has answered; or is given up, so that it takes nobody's room any more. */
  #untilGivenUp(fence: Fence): Promise<void> {
    return new Promise((resolve) => {
      this.#giveUp = resolve;
      if (this.#isUnwanted) this.#fail(undefined, fence);
      else this.#start(fence);
    });
  }

  #start(fence: Fence): void {
    this.#former = this.former;
    this.#run.begin(
      { fence, former: this.#former, ticketOfTier: this.#permit.ticket },
      (value) => {
        this.#end(fence);
        this.#resolve({ origin: 'loader', value });
      },
      (error) => this.#fail(error, fence),
    );
  }

  #fail(error: unknown, fence: Fence): void {
    this.#permit.giveBack();
    this.#end(fence);
    this.#reject(error);
  }

  #end(fence: Fence): void {
    this.#giveUp();
    this.#deadlines.remove(this);
    this.#parts.late.delete(this);
    // One of its own serves nobody else.
    if (this.#deadlines !== this.#parts.deadlines) this.#deadlines.end();
    fence.release();
  }
}
