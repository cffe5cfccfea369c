import { type Clock, type Duration, parseDuration, type Timer } from 'nuthatch/engine';

interface Alarm extends Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that stands still until it is told to move: time passes with `clock.advance('5m')`, and what was scheduled
 * runs in order on the way.
 */
export class FakeClock implements Clock {
  #now = 0;
  #wallOffset: number;
  readonly #alarms = new Set<Alarm>();

  /** @param startsAt the wall time at the start, as epoch milliseconds; 1 January 2026 by default. */
  constructor(startsAt = Date.UTC(2026, 0, 1)) {
    this.#wallOffset = startsAt;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#alarms.size;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#now + this.#wallOffset;
  }

  schedule(run: () => void, delayMs: number): Timer {
    const alarm: Alarm = { at: this.#now + delayMs, run, cancel: () => this.#alarms.delete(alarm) };
    this.#alarms.add(alarm);
    return alarm;
  }

  /** Lets time pass, running what falls due on the way. */
  advance(by: Duration): void {
    const until = this.#now + parseDuration('by', by);
    for (let due = this.#firstUntil(until); due !== undefined; due = this.#firstUntil(until)) {
      this.#alarms.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = until;
  }

  /** As {@link advance}, and gives promises their turn after every timer that runs. */
  async advanceAsync(by: Duration): Promise<void> {
    const until = this.#now + parseDuration('by', by);
    for (let due = this.#firstUntil(until); due !== undefined; due = this.#firstUntil(until)) {
      this.#alarms.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = until;
  }

  /** Sets the machine's wall clock forward, or back where negative; monotonic time does not notice. */
  shiftWallClock(byMs: number): void {
    this.#wallOffset += byMs;
  }

  #firstUntil(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms)
      if (alarm.at <= until && (first === undefined || alarm.at < first.at)) first = alarm;
    return first;
  }
}

/** Lets everything run that is ready to run: promise reactions and the file and network events that have come. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
