import { ExponentialBackoff, halfJitterGenerator } from 'cockatiel';
import type { Clock } from '../kernel/clock.js';

/** Beyond so many keys the one that failed first is forgotten. */
const MOST_KEYS = 10_000;

/** A first pause of half a second to a second, each next one about twice as long, up to a minute. */
const BACKOFF = { generator: halfJitterGenerator, initialDelay: 1000, maxDelay: 60_000 };

interface Pause {
  readonly duration: number;
  next(context: undefined): Pause;
}

interface Setback {
  readonly pause: Pause;
  readonly until: number;
}

/** Remembers of which keys the refresh has failed, and for how long each is left in peace: its old value is served meanwhile. */
export class Setbacks {
  readonly #clock: Clock;
  readonly #setbacks = new Map<string, Setback>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a key is not to be refreshed yet. */
  isPaused(key: string): boolean {
    const setback = this.#setbacks.get(key);
    return setback !== undefined && setback.until > this.#clock.now();
  }

  failed(key: string): void {
    const pause = this.#setbacks.get(key)?.pause.next(undefined) ?? new ExponentialBackoff(BACKOFF).next();
    this.#setbacks.delete(key);
    this.#setbacks.set(key, { pause, until: this.#clock.now() + pause.duration });
    const [oldest] = this.#setbacks.keys();
    if (this.#setbacks.size > MOST_KEYS && oldest !== undefined) this.#setbacks.delete(oldest);
  }

  worked(key: string): void {
    if (this.#setbacks.size > 0) this.#setbacks.delete(key);
  }
}
