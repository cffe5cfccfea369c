import { GhostList } from './ghost-list.js';

/** Of the capacity; what follows was found by a search over traces, and little depends on any of it. */
const FIRST_SHARE = 0.01;
/** A main part remains, which can show its worth. */
const MOST_SHARE = 0.95;
/** How much the window and the main part are thought to grow at each other's cost. */
const REACH = 1 / 16;
/** How many entries the window grows or shrinks by at a time. */
const STEP = 1 / 2;

/**
 * Finds the size of the window that hits most, by climbing the hill (Gil Einziger, Ohad Eytan, Roy Friedman and Ben Manes, "Adaptive
 * Software Cache Management", Middleware 2018). There a step is tried, and kept where the next sample of requests hits more. Here
 * the slope is measured on both sides, as in ARC (Nimrod Megiddo and Dharmendra Modha, FAST 2003): whoever was turned away within reach and comes back
 * would have been a hit in a larger window, whoever is used in the tail of the main part would not have been one in a smaller main part. That
 * takes no samples, and nothing is lost on trials.
 */
export class WindowClimber {
  readonly #turnedAway: GhostList;
  #capacity: number;
  #size: number;
  #reach: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#reach = reachOf(capacity);
    this.#turnedAway = new GhostList(this.#reach);
    this.#size = FIRST_SHARE * capacity;
  }

  /** How many entries the window may hold. */
  get window(): number {
    return Math.max(1, Math.round(this.#size));
  }

  /** How many entries the tail of the main part holds. */
  get reach(): number {
    return this.#reach;
  }

  /** An entry came out of the window and found no place. */
  turnedAway(hash: number): void {
    this.#turnedAway.add(hash);
  }

  /** A newcomer came; answers whether the window may have changed. */
  came(hash: number): boolean {
    if (!this.#turnedAway.delete(hash)) return false;
    this.#size = Math.min(this.#size + STEP, Math.floor(MOST_SHARE * this.#capacity));
    return true;
  }

  /** An entry in the tail of the main part was used. */
  tailUsed(): void {
    this.#size = Math.max(this.#size - STEP, 0);
  }

  resize(capacity: number): void {
    this.#size *= capacity / this.#capacity;
    this.#capacity = capacity;
    this.#reach = reachOf(capacity);
    this.#turnedAway.resize(this.#reach);
  }

  /** @throws Error where the window is larger than it may be, or too much is remembered. */
  audit(name: string): void {
    this.#turnedAway.audit(`${name} turned away`);
    if (!(this.#size >= 0 && this.window <= Math.max(1, this.#capacity)))
      throw new Error(`${name}: a window of ${this.#size} in ${this.#capacity}`);
  }
}

function reachOf(capacity: number): number {
  return Math.max(1, Math.round(REACH * capacity));
}
