import type { Clock } from '../kernel/clock.js';
import type { WarmProgress, WarmReport } from './warm-report.js';

/** Told how a warming goes. */
export interface WarmObserver {
  /** Ten times a second at most, and at the end. */
  progressed(progress: WarmProgress): void;
  /** A warming has ended before its time, and no caller is thrown at. */
  failed(error: unknown): void;
  /** What was to be told of the progress has thrown. */
  hookFailed(hook: string, error: unknown): void;
}

/** Who is told how far a warming is, by the name under which it is reported where it throws. */
export type ProgressListeners = Readonly<
  Record<string, ((progress: WarmProgress, isOver: boolean) => void) | undefined>
>;

/** What progress is measured by, and told to. */
export interface ProgressParts {
  readonly clock: Clock;
  readonly observer: WarmObserver;
  readonly total: number | undefined;
  readonly listeners: ProgressListeners;
}

const SHORTEST_PAUSE_MS = 100;
const MOST_ERRORS = 10;

/** Counts what becomes of each key, and tells it, ten times a second at most. A listener that throws is reported, and is not told again. */
export class Progress {
  readonly #parts: ProgressParts;
  readonly #deaf = new Set<string>();
  readonly #errors: unknown[] = [];
  readonly #startedAt: number;
  #toldAt: number;
  #loaded = 0;
  #present = 0;
  #failed = 0;
  #isOver = false;

  constructor(parts: ProgressParts) {
    this.#parts = parts;
    this.#toldAt = this.#startedAt = parts.clock.now();
  }

  loaded(): void {
    this.#loaded++;
    this.#moved();
  }

  /** So many were there already. */
  present(keys: number): void {
    this.#present += keys;
    this.#moved();
  }

  failed(error: unknown, keys = 1): void {
    this.#failed += keys;
    if (this.#errors.length < MOST_ERRORS) this.#errors.push(error);
    this.#moved();
  }

  /** Tells how it ended; what comes after that is neither counted in the report nor told. */
  end(isComplete: boolean): WarmReport {
    this.#tell(true);
    this.#isOver = true;
    return {
      loaded: this.#loaded,
      present: this.#present,
      failed: this.#failed,
      errors: [...this.#errors],
      durationMs: this.#parts.clock.now() - this.#startedAt,
      isComplete,
    };
  }

  #moved(): void {
    const now = this.#parts.clock.now();
    if (this.#isOver || now - this.#toldAt < SHORTEST_PAUSE_MS) return;
    this.#toldAt = now;
    this.#tell(false);
  }

  #tell(isOver: boolean): void {
    const { observer, listeners, total } = this.#parts;
    const done = this.#loaded + this.#present + this.#failed;
    const progress = { done, failed: this.#failed, total };
    observer.progressed(progress);
    for (const [name, listen] of Object.entries(listeners)) {
      if (this.#deaf.has(name)) continue;
      try {
        listen?.(progress, isOver);
      } catch (error) {
        this.#deaf.add(name);
        observer.hookFailed(name, error);
      }
    }
  }
}
