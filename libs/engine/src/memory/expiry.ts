import type { Clock, Timer } from '../kernel/clock.js';

/** How many slots are looked at before the event loop has its turn. */
const SLICE = 2048;

/** What the sweeper needs to know of the entries. */
interface Mortals {
  /** How many will expire. */
  readonly mortals: number;
  /** One more than the largest slot. */
  readonly span: number;
}

/**
 * Removes expired entries that nobody reads any more: every `sweepIntervalMs`, in slices between which the event loop runs.
 * Asleep, with no timer set, while no entry can expire.
 */
export class Sweeper {
  readonly #options: { readonly clock: Clock; readonly sweepIntervalMs: number };
  readonly #entries: Mortals;
  readonly #expireRange: (from: number, until: number) => void;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(
    options: { readonly clock: Clock; readonly sweepIntervalMs: number },
    entries: Mortals,
    expireRange: (from: number, until: number) => void,
  ) {
    this.#options = options;
    this.#entries = entries;
    this.#expireRange = expireRange;
  }

  /** To be called when an entry comes that will expire; harmless once it is stopped. */
  wake(): void {
    if (this.#isStopped) return;
    this.#timer ??= this.#options.clock.schedule(() => this.#sweep(0), this.#options.sweepIntervalMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #sweep(from: number): void {
    const until = Math.min(from + SLICE, this.#entries.span);
    this.#expireRange(from, until);
    this.#timer = undefined;
    if (this.#isStopped) return;
    if (until < this.#entries.span) this.#timer = this.#options.clock.schedule(() => this.#sweep(until), 0);
    else if (this.#entries.mortals > 0) this.wake();
  }
}
