import type { Clock } from 'nuthatch/engine';

/** A value, and when the origin gave it. */
export interface Loaded {
  readonly key: string;
  readonly at: number;
}

/** What all caches load from: takes its time, and counts who asks. */
export class Origin {
  /** Calls since it was told to count. */
  calls = 0;
  /** Most calls that ran at the same time for one key, since then. */
  herd = 0;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #running = new Map<string, number>();

  constructor(clock: Clock, latencyMs: number) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
  }

  load(key: string): Promise<Loaded> {
    const running = (this.#running.get(key) ?? 0) + 1;
    this.#running.set(key, running);
    this.calls++;
    this.herd = Math.max(this.herd, running);
    return new Promise((resolve) => {
      this.#clock.schedule(() => {
        this.#running.set(key, (this.#running.get(key) ?? 1) - 1);
        resolve({ key, at: this.#clock.now() });
      }, this.#latencyMs);
    });
  }

  /** Forgets what was counted. */
  count(): void {
    this.calls = 0;
    this.herd = 0;
  }
}
