import type { Slot } from '../eviction/strategy.js';
import type { Clock, Timer } from '../kernel/clock.js';
import { TimerWheel } from './timer-wheel.js';

/** How many slots are looked at before the event loop has its turn. */
const SLICE = 2048;

/**
 * Removes expired entries that nobody reads any more: at most `sweepIntervalMs` after their end, in slices between which the event
 * loop runs. Asleep, with no timer set, while no entry can expire.
 */
export class ExpirySweeper {
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #expire: (slot: Slot) => void;
  #timer: Timer | undefined;
  /** When the timer rings; `Infinity` where none is set. */
  #wakeAt = Infinity;
  #isStopped: boolean;

  /** `deadlineOf` a slot is `Infinity` where its entry does not expire or there is none; `expire` is called for those that have ended. */
  constructor(
    options: { readonly clock: Clock; readonly sweepIntervalMs: number },
    deadlineOf: (slot: Slot) => number,
    expire: (slot: Slot) => void,
  ) {
    this.#clock = options.clock;
    this.#wheel = new TimerWheel(options.sweepIntervalMs, deadlineOf);
    this.#expire = expire;
    this.#isStopped = options.sweepIntervalMs === Infinity;
  }

  /** To be called at each write that gives an entry an end; mostly that costs two look-ups in arrays. */
  watch(slot: Slot, deadline: number): void {
    if (!this.#wheel.looksInTime(slot, deadline)) this.#enlist(slot, deadline);
  }

  /** To be called when all entries have left. */
  forget(): void {
    this.#wheel.clear();
    this.#sleepUntil(Infinity);
  }

  stop(): void {
    this.#isStopped = true;
    this.#sleepUntil(Infinity);
  }

  /** @throws Error where one of `mortal`, the slots of entries that will expire, would not be looked at in time. */
  audit(mortal: Iterable<Slot>): void {
    if (this.#isStopped) return;
    this.#wheel.audit(mortal);
    if (this.#wakeAt > this.#wheel.nextAt)
      throw new Error(`sweeper: wakes at ${this.#wakeAt}, should at ${this.#wheel.nextAt}`);
  }

  #enlist(slot: Slot, deadline: number): void {
    if (this.#isStopped || deadline === Infinity) return;
    if (this.#wheel.size === 0) this.#wheel.startAt(this.#clock.now());
    const at = this.#wheel.schedule(slot, deadline);
    if (at < this.#wakeAt) this.#sleepUntil(at);
  }

  #sleepUntil(at: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wakeAt = this.#isStopped ? Infinity : at;
    if (this.#wakeAt === Infinity) return;
    // Timers of whole milliseconds would ring just before the tick, for nothing.
    const delayMs = Math.max(0, Math.ceil(at - this.#clock.now()));
    this.#timer = this.#clock.schedule(() => this.#sweep(), delayMs);
  }

  #sweep(): void {
    // What is written meanwhile sets no timer: the end of the sweep does.
    this.#wakeAt = -Infinity;
    try {
      this.#wheel.advance(this.#clock.now(), SLICE, this.#expire);
    } finally {
      this.#sleepUntil(this.#wheel.nextAt);
    }
  }
}
