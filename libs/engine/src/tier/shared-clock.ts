import type { Clock, Timer } from '../kernel/clock.js';

/** Clocks are not told apart closer than this. */
const LEAST_MS = 1;
const OLD_MS = 60_000;

/**
 * The clock of a cache that shares a tier with other processes: its wall time is that of the tier, so that versions and ends of lives mean the
 * same to all of them, however wrong the clocks of their machines are. Between two looks at the tier it runs by the monotonic clock, which
 * never jumps.
 */
export class SharedClock implements Clock {
  readonly #own: Clock;
  /** From monotonic to wall time. */
  #offsetMs: number;
  #uncertaintyMs = Infinity;
  #adjustedAt = -Infinity;

  constructor(own: Clock) {
    this.#own = own;
    this.#offsetMs = own.wallNow() - own.now();
  }

  /**
   * How long the answer took that this clock goes by, in milliseconds, and one more: it was wrong then by half of that at most. It says nothing of
   * the clocks of other processes, which go by answers of their own, nor of how they have drifted since. 0 until there was an answer.
   */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs === Infinity ? 0 : this.#uncertaintyMs + LEAST_MS;
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

  /**
   * Takes over the time that was asked for at `sentAt` and came at `now()`: it was read in between (Cristian 1989). An answer that took longer than the
   * one that is gone by tells less, and counts only where that one is old.
   */
  adjust(serverMs: number, sentAt: number): void {
    const now = this.#own.now();
    const isBetter = now - sentAt <= Math.max(this.#uncertaintyMs, LEAST_MS);
    if (!isBetter && now - this.#adjustedAt < OLD_MS) return;
    this.#offsetMs = serverMs - (sentAt + now) / 2;
    this.#uncertaintyMs = now - sentAt;
    this.#adjustedAt = now;
  }
}
