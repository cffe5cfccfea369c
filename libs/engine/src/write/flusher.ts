import { flushChannel } from '../diagnostics/channels.js';
import type { FlushOperation } from '../diagnostics/operation.js';
import { traced } from '../diagnostics/traced.js';
import type { Clock, Timer } from '../kernel/clock.js';
import { FlushPass, type PassParts, type PassReport } from './flush-pass.js';
import type { Pause } from '../kernel/pause.js';
import { firstFlushPause } from './pause.js';

/** When passes begin. */
export interface FlushTimes {
  readonly flushIntervalMs: number;
  readonly flushCount: number;
  readonly flushBytes: number;
}

/** What a flusher is made of. */
export interface FlusherParts {
  /** The name of the cache. */
  readonly name: string;
  readonly clock: Clock;
  readonly times: FlushTimes;
  readonly pass: PassParts;
}

/**
 * Begins passes: after an interval, when enough waits, when it is asked to; and after a failure only when a pause is over that grows from
 * failure to failure. One pass runs at a time.
 */
export class Flusher {
  readonly #parts: FlusherParts;
  #running: { readonly pass: FlushPass; readonly ended: Promise<PassReport> } | undefined;
  /** The flush that waits for the pass under way to end; whoever comes before it begins shares it. */
  #requested: Promise<number> | undefined;
  #timer: { readonly timer: Timer; readonly isForWaiting: boolean } | undefined;
  /** Set after a pass that ended because the store took nothing. */
  #pause: Pause | undefined;
  #pausedUntil = -Infinity;
  /** Whether another pass is to follow the one under way at once. */
  #isHurried = false;
  #isStopped = false;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
  }

  /** Something waits that did not. */
  poke(): void {
    const { waiting } = this.#parts.pass.pending;
    const { flushCount, flushBytes } = this.#parts.times;
    const isFull = waiting.count >= flushCount || waiting.bytes >= flushBytes;
    if (isFull) this.hurry();
    else this.#arm();
  }

  /** Begins a pass now, or when the pause is over. */
  hurry(): void {
    if (this.#running !== undefined) {
      this.#running.pass.extend();
      // The pass may be past its batches.
      this.#isHurried = true;
      return;
    }
    const isPaused = this.#pausedUntil > this.#parts.clock.now();
    if (this.#isIdle && !isPaused && this.#parts.pass.pending.waiting.count > 0) void this.#begin(false);
    else this.#arm();
  }

  /** Tries everything now. Answers how many changes were stored. @throws where any was not. */
  flush(): Promise<number> {
    if (this.#requested !== undefined) return this.#requested;
    if (this.#running === undefined) return this.#flush(0);
    // The pass under way may be past what has come since it began.
    return (this.#requested = this.#flushAfter(this.#running.ended));
  }

  /** No batch begins any more. */
  stop(): void {
    this.#isStopped = true;
    this.#running?.pass.halt();
    this.#disarm();
  }

  async #flushAfter(running: Promise<PassReport>): Promise<number> {
    const { written } = await running;
    this.#requested = undefined;
    return this.#flush(written);
  }

  async #flush(before: number): Promise<number> {
    if (this.#isStopped || this.#parts.pass.pending.count === 0) return before;
    const { written, left, error } = await this.#begin(true);
    if (left > 0) throw error;
    return before + written;
  }

  get #isIdle(): boolean {
    return !this.#isStopped && this.#running === undefined && this.#requested === undefined;
  }

  #begin(isThorough: boolean): Promise<PassReport> {
    this.#disarm();
    this.#isHurried = false;
    const pass = new FlushPass(this.#parts.pass, isThorough);
    const ended = this.#run(pass, isThorough).then((report) => {
      this.#running = undefined;
      this.#rest(report);
      if (this.#isHurried) this.hurry();
      else this.poke();
      return report;
    });
    this.#running = { pass, ended };
    return ended;
  }

  /** A flush that was asked for belongs to who has asked. */
  #run(pass: FlushPass, isAsked: boolean): Promise<PassReport> {
    if (!flushChannel.hasSubscribers) return pass.run();
    const { name: cache, clock, pass: parts } = this.#parts;
    const facts = { cache, isBackground: !isAsked, pending: parts.pending.count };
    return traced(flushChannel, { clock, facts, outcome: outcomeOf }, () => pass.run());
  }

  /** What the store refuses while it takes others has a pause of its own, and holds up nobody. */
  #rest({ written, isDown, hasBounced }: PassReport): void {
    if (written > 0) this.#pause = undefined;
    if (!isDown && (!hasBounced || written > 0)) {
      this.#pausedUntil = -Infinity;
      return;
    }
    this.#pause = this.#pause?.next(undefined) ?? firstFlushPause(this.#parts.times.flushIntervalMs);
    this.#pausedUntil = this.#parts.clock.now() + this.#pause.duration;
  }

  /** Sets the timer for whatever comes first, unless it is set: what it was set for changes with what begins to wait, and with passes. */
  #arm(): void {
    const { clock, times, pass } = this.#parts;
    const isForWaiting = pass.pending.waiting.count > 0;
    if (!this.#isIdle || (this.#timer !== undefined && this.#timer.isForWaiting === isForWaiting)) return;
    const now = clock.now();
    const isPaused = this.#pausedUntil > now;
    const nextBatchAt = isPaused ? this.#pausedUntil : now + times.flushIntervalMs;
    const at = Math.min(
      isForWaiting ? nextBatchAt : Infinity,
      Math.max(pass.pending.nextAttemptAt, this.#pausedUntil),
    );
    if (at === Infinity) return;
    this.#disarm();
    const tick = (): void => {
      this.#timer = undefined;
      if (this.#isIdle) void this.#begin(false);
    };
    this.#timer = { timer: clock.schedule(tick, Math.max(0, at - now)), isForWaiting };
  }

  #disarm(): void {
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }
}

function outcomeOf({ written, left, error }: PassReport): Partial<FlushOperation> {
  return { written, left, error: left > 0 ? error : undefined };
}
