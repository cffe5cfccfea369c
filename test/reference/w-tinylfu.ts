import type { Reference } from './reference.js';

/** Counts how often each key was used of late; a use of a key that is not there counts, too. */
export interface UseCounter {
  increment(key: number): void;
  estimate(key: number): number;
}

const FIRST_WINDOW = 0.01;
const MOST_WINDOW = 0.95;
const STEP = 0.5;
const REACH = 1 / 16;
const PROTECTED = 0.7;

/** An LRU window in front of a segmented LRU that lets in what was used clearly more often than who would leave; without chance. */
export class WTinyLfuReference implements Reference {
  readonly #capacity: number;
  readonly #counter: UseCounter;
  /** Of each list, the longest unused first. */
  #window: number[] = [];
  #probation: number[] = [];
  #protected: number[] = [];
  /** Those that came out of the window and were not let in, the oldest first. */
  #turnedAway: number[] = [];
  #windowSize: number;

  constructor(capacity: number, counter: UseCounter) {
    this.#capacity = capacity;
    this.#counter = counter;
    this.#windowSize = FIRST_WINDOW * capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    this.#counter.increment(key);
    if (this.#window.includes(key)) this.#window = [...without(this.#window, key), key];
    else if (this.#protected.includes(key)) this.#protected = [...without(this.#protected, key), key];
    else if (this.#probation.includes(key)) this.#promote(key);
    else return { hit: false, evicted: this.#insert(key) };
    return { hit: true, evicted: [] };
  }

  get #windowLimit(): number {
    return Math.max(1, Math.round(this.#windowSize));
  }

  get #reach(): number {
    return Math.max(1, Math.round(REACH * this.#capacity));
  }

  #promote(key: number): void {
    // One of the next to leave: with a smaller main part, this would have been a miss.
    if (this.#probation.indexOf(key) < this.#reach) this.#windowSize = Math.max(0, this.#windowSize - STEP);
    this.#probation = without(this.#probation, key);
    this.#protected.push(key);
    const limit = Math.floor(PROTECTED * (this.#capacity - this.#windowLimit));
    this.#probation.push(...this.#protected.splice(0, Math.max(0, this.#protected.length - limit)));
  }

  #insert(key: number): number[] {
    if (this.#turnedAway.includes(key)) {
      // With a larger window, this would have been a hit.
      this.#turnedAway = without(this.#turnedAway, key);
      this.#windowSize = Math.min(this.#windowSize + STEP, Math.floor(MOST_WINDOW * this.#capacity));
    }
    this.#window.push(key);
    const candidates = this.#window.splice(0, Math.max(0, this.#window.length - this.#windowLimit));
    const size = this.#window.length + candidates.length + this.#probation.length + this.#protected.length;
    const evicted = size > this.#capacity ? this.#evict(candidates) : [];
    this.#probation.push(...candidates.filter((candidate) => !evicted.includes(candidate)));
    return evicted;
  }

  /** The first candidate has to win its place; the others are in. */
  #evict([candidate]: readonly number[]): number[] {
    const main = this.#probation.length > 0 ? this.#probation : this.#protected;
    if (candidate === undefined) return (main.length > 0 ? main : this.#window).splice(0, 1);
    if (main.slice(0, 1).some((rival) => this.#isBetter(candidate, rival))) return main.splice(0, 1);
    this.#turnedAway = [...without(this.#turnedAway, candidate), candidate].slice(-this.#reach);
    return [candidate];
  }

  /** The last use of the candidate is no evidence: in a loop it is always one ahead. */
  #isBetter(candidate: number, rival: number): boolean {
    return this.#counter.estimate(candidate) > this.#counter.estimate(rival) + 1;
  }
}

function without(keys: readonly number[], key: number): number[] {
  return keys.filter((other) => other !== key);
}
