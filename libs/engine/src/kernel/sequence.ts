import type { Clock } from './clock.js';

/** Room for so many versions in each millisecond; keeps the product an exact integer until the year 2248. */
const STEPS_PER_MS = 1024;

/**
 * Gives out versions: whole numbers of which each is larger than all before, also after a restart, since they
 * start from the wall clock. A clock that was set back never makes them smaller within a process.
 */
export class Sequence {
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#clock.wallNow() * STEPS_PER_MS));
    return this.#last;
  }

  /** As {@link next}, and larger than what others draw by then whose clocks are ahead by at most so many milliseconds. */
  nextAhead(aheadMs: number): number {
    this.pass(Math.floor((this.#clock.wallNow() + aheadMs) * STEPS_PER_MS));
    return this.next();
  }

  /** Makes sure that what comes next is larger than `version`, which was found in a store. */
  pass(version: number): void {
    if (version > this.#last) this.#last = version;
  }
}

/** When a version was drawn, as epoch milliseconds; a little in the future where many were drawn in one millisecond. */
export function writtenAt(version: number): number {
  return version / STEPS_PER_MS;
}

/** The version that is drawn at a wall time, unless many are drawn then. */
export function versionAt(wallMs: number): number {
  return wallMs * STEPS_PER_MS;
}
