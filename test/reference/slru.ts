import type { Reference } from './reference.js';

/** Segmented LRU: four fifths protected, at least one place on probation. */
export class SlruReference implements Reference {
  readonly #capacity: number;
  readonly #protectedLimit: number;
  /** The longest unused first, both. */
  #probation: number[] = [];
  #protected: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#protectedLimit = Math.min(Math.round(0.8 * capacity), capacity - 1);
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    if (this.#probation.includes(key) || this.#protected.includes(key)) {
      this.#protect(key);
      return { hit: true, evicted: [] };
    }
    const isFull = this.#probation.length + this.#protected.length === this.#capacity;
    const evicted = isFull ? this.#probation.splice(0, 1) : [];
    this.#probation.push(key);
    return { hit: false, evicted };
  }

  #protect(key: number): void {
    this.#probation = this.#probation.filter((other) => other !== key);
    this.#protected = [...this.#protected.filter((other) => other !== key), key];
    if (this.#protected.length > this.#protectedLimit) this.#probation.push(...this.#protected.splice(0, 1));
  }
}
