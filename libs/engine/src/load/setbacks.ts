import type { Clock } from '../kernel/clock.js';
import { firstPause, type Pause } from '../kernel/pause.js';

/** Beyond so many keys the one that failed first is forgotten. */
const MOST_KEYS = 10_000;

/** Half a second at least. */
const FIRST_PAUSE_MS = 1000;

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
    const pause = this.#setbacks.get(key)?.pause.next(undefined) ?? firstPause(FIRST_PAUSE_MS);
    this.#setbacks.delete(key);
    this.#setbacks.set(key, { pause, until: this.#clock.now() + pause.duration });
    const [oldest] = this.#setbacks.keys();
    if (this.#setbacks.size > MOST_KEYS && oldest !== undefined) this.#setbacks.delete(oldest);
  }

  worked(key: string): void {
    if (this.#setbacks.size > 0) this.#setbacks.delete(key);
  }
}
