import type { Clock, Timer } from '../kernel/clock.js';

/**
 * The clock of a cache that shares a tier with other processes: its wall time is that of the tier, so that versions and ends of lives mean the
 * same to all of them, however wrong the clocks of their machines are. Between two looks at the tier it runs by the monotonic clock, which
 * never jumps.
 */
export class SharedClock implements Clock {
  readonly #own: Clock;
  /** From monotonic to wall time. */
  #offsetMs: number;
  #uncertaintyMs = 0;

  constructor(own: Clock) {
    this.#own = own;
    this.#offsetMs = own.wallNow() - own.now();
  }

  /** By how much the wall times of two processes may differ, in milliseconds. */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs;
  }

  now(): number {
    return this.#own.now();
  }

  wallNow(): number {
    return this.#own.now() + this.#offsetMs;
  }

  schedule(run: () => void, delayMs: number): Timer {
    return this.#own.schedule(run, delayMs);
  }

  /** The wall time of a time of {@link now}. */
  wallAt(monotonicMs: number): number {
    return monotonicMs + this.#offsetMs;
  }

  /** Takes over the time that was asked for at `sentAt` and came at `now()`: it was read in between (Cristian 1989). */
  adjust(serverMs: number, sentAt: number): void {
    const now = this.#own.now();
    this.#offsetMs = serverMs - (sentAt + now) / 2;
    this.#uncertaintyMs = now - sentAt;
  }
}
