import type { Timer } from '../kernel/clock.js';
import type { CacheError } from '../kernel/errors.js';
import { firstPause, type Pause } from '../kernel/pause.js';
import type { BreakerObserver } from './breaker.js';
import { Replay, type ReplayParts } from './replay.js';

/** Told of a store that is down, and of one that is back. */
export interface RecoveryObserver {
  storeDegraded(error: CacheError): void;
  /** The store is back, and so many changes have been made up for. */
  storeRecovered(durationMs: number, repaired: number): void;
}

/** What a recovery works on. */
export interface RecoveryParts extends ReplayParts {
  readonly observer: RecoveryObserver & ReplayParts['observer'];
  /** How long after a repair has failed it is tried again at first. */
  readonly pauseMs: number;
  /** How long the pauses may become; a minute where it is left out. */
  readonly longestPauseMs?: number | undefined;
}

/** Makes up for what could not be written, in the background, once the store is back: as soon as its breaker is closed, or after a pause. */
export class Recovery implements BreakerObserver {
  readonly #parts: RecoveryParts;
  readonly #firstPause: Pause;
  #pause: Pause;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #degradedAt: number | undefined;
  #repaired = 0;
  #isStopped = false;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#firstPause = firstPause(parts.pauseMs, parts.longestPauseMs);
    this.#pause = this.#firstPause;
  }

  opened(error: CacheError): void {
    if (this.#degradedAt === undefined) {
      this.#degradedAt = this.#parts.clock.now();
      this.#repaired = 0;
      this.#parts.observer.storeDegraded(error);
    }
    this.wake();
  }

  closed(): void {
    // The store may answer a last call when it is being closed.
    if (!this.#isStopped) void this.#run();
  }

  /** There is something to repair: it will be tried when the store may be back. */
  wake(): void {
    const { clock, repairs } = this.#parts;
    if (this.#isStopped || this.#timer !== undefined || this.#running !== undefined || repairs.count === 0)
      return;
    const leftMs = this.#parts.breaker?.leftMs ?? 0;
    this.#timer = clock.schedule(() => this.#tick(), leftMs > 0 ? leftMs : this.#pause.duration);
  }

  /** Tries a last time, unless the store is known to be down. */
  async stop(): Promise<void> {
    await this.#running;
    if (this.#parts.repairs.count > 0 && this.#mayTry) await this.#run();
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  get #mayTry(): boolean {
    return (this.#parts.breaker?.leftMs ?? 0) === 0;
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#mayTry) void this.#run();
    else this.wake();
  }

  #run(): Promise<void> {
    this.#running ??= this.#pass().finally(() => {
      this.#running = undefined;
      this.wake();
    });
    return this.#running;
  }

  /** Never rejects: what fails has been reported, and stays to be repaired. */
  async #pass(): Promise<void> {
    const replay = new Replay(this.#parts);
    const isDone = await replay.run();
    this.#repaired += replay.repaired;
    this.#pause = isDone ? this.#firstPause : this.#pause.next(undefined);
    if (isDone) this.#recovered();
  }

  #recovered(): void {
    const { clock, observer, breaker } = this.#parts;
    if (this.#degradedAt === undefined || breaker?.isClosed === false) return;
    observer.storeRecovered(clock.now() - this.#degradedAt, this.#repaired);
    this.#degradedAt = undefined;
  }
}
