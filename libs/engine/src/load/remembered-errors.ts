import type { Clock } from '../kernel/clock.js';
import type { Fence } from '../kernel/fencing.js';

/** Beyond so many keys the error that came first is forgotten. */
const MOST_KEYS = 1000;

interface Remembered {
  readonly error: unknown;
  readonly until: number;
  /** Falls when the key is changed, so that the error no longer holds. */
  readonly fence: Fence;
  readonly isCurrent: () => boolean;
}

/** The errors of loads that are to be given again for a while, where that was asked for. */
export class RememberedErrors {
  readonly #clock: Clock;
  readonly #errors = new Map<string, Remembered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The error of a key, in an object of its own since it may be anything; `undefined` where there is none. */
  of(key: string): { readonly error: unknown } | undefined {
    const found = this.#errors.get(key);
    if (found === undefined) return undefined;
    if (found.until > this.#clock.now() && found.fence.holds() && found.isCurrent()) return found;
    this.#forget(key);
    return undefined;
  }

  /** @param error holds `ttlMs` from now on. Its fence is released in the end. */
  put(key: string, { ttlMs, ...error }: Omit<Remembered, 'until'> & { readonly ttlMs: number }): void {
    this.#forget(key);
    this.#errors.set(key, { ...error, until: this.#clock.now() + ttlMs });
    const [oldest] = this.#errors.keys();
    if (this.#errors.size > MOST_KEYS && oldest !== undefined) this.#forget(oldest);
  }

  #forget(key: string): void {
    this.#errors.get(key)?.fence.release();
    this.#errors.delete(key);
  }
}
