import type { Clock, Timer } from '../kernel/clock.js';

/** Turns any amount of activity into at most one call per interval. */
export class Ticker {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #tick: () => void;
  #timer: Timer | undefined;
  #isTicking = false;

  constructor(clock: Clock, intervalMs: number, tick: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#tick = tick;
  }

  /** Something has happened; what the tick itself does is no activity. */
  poke(): void {
    if (this.#isTicking) return;
    this.#timer ??= this.#clock.schedule(() => this.#run(), this.#intervalMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #run(): void {
    this.#timer = undefined;
    this.#isTicking = true;
    this.#tick();
    this.#isTicking = false;
  }
}
