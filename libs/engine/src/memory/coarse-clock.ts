import type { Clock, Timer } from '../kernel/clock.js';

/**
 * A clock that is read at most once per `resolutionMs`, and then remembered: reading the real one on every operation
 * would halve the speed of a read. While the event loop is blocked the remembered time stands still.
 */
export class CoarseClock {
  readonly #clock: Clock;
  #resolutionMs: number;
  #known: number | undefined;
  #timer: Timer | undefined;

  /** @param resolutionMs how late an expiry may be seen; 0 reads the clock every time. */
  constructor(clock: Clock, resolutionMs: number) {
    this.#clock = clock;
    this.#resolutionMs = resolutionMs;
  }

  now(): number {
    return this.#known ?? this.#read();
  }

  /** Reads the clock, also where the time is remembered. */
  exactNow(): number {
    const now = this.#clock.now();
    if (this.#known !== undefined) this.#known = now;
    return now;
  }

  /** Calls the timer off; from now on every reading is exact. */
  close(): void {
    this.#timer?.cancel();
    this.#known = undefined;
    this.#resolutionMs = 0;
  }

  #read(): number {
    const now = this.#clock.now();
    if (this.#resolutionMs > 0) {
      this.#known = now;
      this.#timer = this.#clock.schedule(() => (this.#known = undefined), this.#resolutionMs);
    }
    return now;
  }
}
