import type { StoreVerb } from '../diagnostics/operation.js';
import type { Clock } from '../kernel/clock.js';
import { type CacheError, storeFailed } from '../kernel/errors.js';
import { isStoreTrouble, storeSlow, storeTimedOut } from '../kernel/store-errors.js';
import type { Admission, Breaker, Outcome } from './breaker.js';
import type { Deadlines, Underway } from '../kernel/deadlines.js';
import type { Footprint, Holds } from './holds.js';
import type { Suspects } from './suspects.js';

/** Told how every call on a store ended. */
export interface CallObserver {
  storeAnswered(durationMs: number): void;
  /** The call failed, or took too long; who called is told. */
  storeRefused(error: CacheError): void;
  storeTimedOut(): void;
  /** The store was not asked. */
  storeRejected(): void;
}

/** A call that may take longer than its deadline as long as it gets on. */
export interface Renewable {
  /** Begins the deadline anew. */
  renew(): void;
  /** Stops the deadline: somebody else is waited for. */
  pause(): void;
}

/** What is asked of a store. */
export interface Task<T> {
  readonly operation: StoreVerb;
  /** The key, where it is about one. */
  readonly key?: string | undefined;
  /** How many keys it is about. */
  readonly keys?: number | undefined;
  /** Whether it is made for nobody who waits. */
  readonly isBackground?: boolean | undefined;
  /** What is done, for messages: `read "owl"`. */
  readonly describe: () => string;
  readonly deadlines: Deadlines;
  readonly start: (call: Renewable) => Promise<T>;
  /** What it changes; left out where it changes nothing. */
  readonly footprint?: Footprint | undefined;
  /** Whether later writes of what it changes are to wait for it, and not it for earlier ones. */
  readonly isRepair?: boolean | undefined;
  /** Beyond which time an answer counts as a failure of the store. */
  readonly slowMs?: number | undefined;
  /** Whether its failing, other than by taking too long, may be due to what it writes, and tells nothing of the store. */
  readonly isForgiven?: (() => boolean) | undefined;
  /** What the caller is to see of the answer. */
  readonly seen?: ((answer: T) => T) | undefined;
  /** Called before the caller is told that it failed, or was not made. */
  readonly failed?: ((error: CacheError) => void) | undefined;
  /** Called when it has ended, one way or the other, after its caller was told that it took too long. */
  readonly landed?: (() => void) | undefined;
}

/** What calls have in common. */
export interface Desk {
  /** The name of the cache. */
  readonly name: string;
  readonly clock: Clock;
  readonly observer: CallObserver;
  readonly breaker: Breaker | undefined;
  readonly holds: Holds;
  readonly suspects: Suspects;
  /** How many calls have not ended whose callers have been told that they took too long. */
  late: number;
}

/** One call on a store. Its promise is settled at its deadline at the latest; what the store answers later goes to nobody. */
export class Call<T> implements Underway, Renewable {
  deadlineAt = Infinity;
  next: Underway | undefined;
  previous: Underway | undefined;
  readonly promise: Promise<T>;
  readonly #desk: Desk;
  readonly #task: Task<T>;
  readonly #admission: Admission;
  #resolve: (answer: T) => void = nobody;
  #reject: (error: CacheError) => void = nobody;
  #startedAt = 0;
  #isSent = false;
  /** What its caller was told when it took too long. */
  #lateness: CacheError | undefined;
  #release: (() => void) | undefined;

  constructor(desk: Desk, task: Task<T>, admission: Admission) {
    this.#desk = desk;
    this.#task = task;
    this.#admission = admission;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get footprint(): Footprint | undefined {
    return this.#task.footprint;
  }

  begin(): void {
    const { deadlines, footprint, isRepair } = this.#task;
    this.#startedAt = this.#desk.clock.now();
    deadlines.add(this, this.#startedAt);
    if (isRepair === true && footprint !== undefined) this.#release = this.#desk.holds.hold(footprint);
    this.#start().then(
      (answer) => this.#answered(answer),
      (thrown: unknown) => this.#threw(thrown),
    );
  }

  renew(): void {
    if (this.#lateness !== undefined) return;
    this.pause();
    this.#task.deadlines.add(this, this.#desk.clock.now());
  }

  pause(): void {
    this.#task.deadlines.remove(this);
  }

  expire(): void {
    const { describe, deadlines, footprint } = this.#task;
    const error = storeTimedOut(describe(), deadlines.lengthMs);
    this.#lateness = error;
    this.#desk.late++;
    if (this.#isSent && footprint !== undefined) this.#release ??= this.#desk.holds.hold(footprint);
    this.#desk.observer.storeTimedOut();
    this.#fail(error, error);
  }

  #start(): Promise<T> {
    const { footprint, isRepair } = this.#task;
    if (footprint === undefined || isRepair === true) return this.#send();
    const conflict = this.#desk.holds.conflictWith(footprint);
    return conflict === undefined ? this.#send() : this.#sendAfter(conflict, footprint);
  }

  async #sendAfter(conflict: Promise<void>, footprint: Footprint): Promise<T> {
    for (let next: Promise<void> | undefined = conflict; next !== undefined;) {
      await next;
      if (this.#lateness !== undefined) throw this.#lateness;
      next = this.#desk.holds.conflictWith(footprint);
    }
    return this.#send();
  }

  /** A store may throw at once what it should reject with. */
  #send(): Promise<T> {
    this.#isSent = true;
    try {
      return Promise.resolve(this.#task.start(this));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #answered(answer: T): void {
    if (this.#lateness !== undefined) return this.#landed();
    const { seen, slowMs = Infinity } = this.#task;
    let shown: T;
    try {
      shown = seen === undefined ? answer : seen(answer);
    } catch (thrown) {
      // It is no answer to such a call, as `null` is no row.
      return this.#threw(thrown);
    }
    const durationMs = this.#end();
    this.#desk.suspects.absolve(this.#startedAt);
    this.#desk.observer.storeAnswered(durationMs);
    this.#judge(durationMs > slowMs ? storeSlow(this.#task.describe(), durationMs) : 'success');
    this.#resolve(shown);
  }

  #threw(thrown: unknown): void {
    if (this.#lateness !== undefined) return this.#landed();
    this.#end();
    const error = storeFailed(this.#task.describe(), thrown);
    const isForgiven = !isStoreTrouble(error) || this.#task.isForgiven?.() === true;
    this.#fail(error, isForgiven ? 'nothing' : error);
  }

  #fail(error: CacheError, outcome: Outcome): void {
    this.#desk.observer.storeRefused(error);
    this.#judge(outcome);
    this.#task.failed?.(error);
    this.#reject(error);
  }

  #judge(outcome: Outcome): void {
    this.#desk.breaker?.ended(this.#admission, outcome);
  }

  #end(): number {
    this.#task.deadlines.remove(this);
    this.#release?.();
    return this.#desk.clock.now() - this.#startedAt;
  }

  #landed(): void {
    this.#desk.late--;
    this.#release?.();
    if (this.#isSent) this.#task.landed?.();
  }
}

/** Stands in until the promise is made. */
function nobody(): void {}
