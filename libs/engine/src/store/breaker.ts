import { CircuitState, CountBreaker } from 'cockatiel';
import type { Clock } from '../kernel/clock.js';
import type { CacheError } from '../kernel/errors.js';
import { firstPause, type Pause } from '../kernel/pause.js';
import type { BreakerOptions } from './guard-options.js';

/** How a call may go to the store: as one of many, or as the one that finds out whether the store is back. */
export type Admission = 'call' | 'probe';

/** What the end of a call tells of the store; `'nothing'` where the caller was wrong. */
export type Outcome = 'success' | 'nothing' | CacheError;

/** Told when a breaker opens, and when it is closed again. */
export interface BreakerObserver {
  opened(error: CacheError): void;
  closed(): void;
}

/**
 * Keeps calls away from a store that does not work: opens when too many of the last calls have failed; lets one call through when a pause
 * is over, and closes where that works. When to open is cockatiel's rule; the time is that of the cache's clock.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #observer: BreakerObserver;
  readonly #rule: CountBreaker;
  readonly #firstPause: Pause;
  #pause: Pause;
  #state = CircuitState.Closed;
  #halfOpenAt = 0;
  #error: CacheError | undefined;

  constructor(options: BreakerOptions, clock: Clock, observer: BreakerObserver) {
    this.#clock = clock;
    this.#observer = observer;
    const { threshold, calls, minCalls, halfOpenAfterMs, longestPauseMs } = options;
    this.#rule = new CountBreaker({ threshold, size: calls, minimumNumberOfCalls: minCalls });
    this.#firstPause = firstPause(halfOpenAfterMs, longestPauseMs);
    this.#pause = this.#firstPause;
  }

  get isClosed(): boolean {
    return this.#state === CircuitState.Closed;
  }

  /** What went wrong last; to be asked while it is not closed. */
  get error(): CacheError | undefined {
    return this.#error;
  }

  /** How long until a call is let through, unless the one that is under way works. */
  get leftMs(): number {
    return Math.max(0, this.#halfOpenAt - this.#clock.now());
  }

  /** `undefined`: the call is to be refused. What is admitted is to be told of with {@link ended}. */
  admit(): Admission | undefined {
    if (this.#state === CircuitState.Closed) return 'call';
    if (this.#state === CircuitState.HalfOpen || this.leftMs > 0) return undefined;
    this.#state = CircuitState.HalfOpen;
    return 'probe';
  }

  ended(admission: Admission, outcome: Outcome): void {
    if (admission === 'probe') this.#probed(outcome);
    // What was let through earlier tells nothing new once it is open.
    else if (this.#state === CircuitState.Closed) this.#count(outcome);
  }

  #count(outcome: Outcome): void {
    if (outcome === 'success') this.#rule.success(this.#state);
    else if (outcome !== 'nothing' && this.#rule.failure(this.#state)) {
      this.#open(outcome);
      this.#observer.opened(outcome);
    }
  }

  #probed(outcome: Outcome): void {
    if (outcome === 'success') return this.#close();
    // The next call is let through then.
    if (outcome === 'nothing') this.#state = CircuitState.Open;
    else this.#open(outcome);
  }

  #open(error: CacheError): void {
    this.#state = CircuitState.Open;
    this.#error = error;
    this.#halfOpenAt = this.#clock.now() + this.#pause.duration;
    this.#pause = this.#pause.next(undefined);
  }

  #close(): void {
    this.#rule.success(CircuitState.HalfOpen); // forgets what was before
    this.#state = CircuitState.Closed;
    this.#error = undefined;
    this.#pause = this.#firstPause;
    this.#observer.closed();
  }
}
