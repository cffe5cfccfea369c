import type { Reference } from './reference.js';

/** First in, first out. */
export class FifoReference implements Reference {
  readonly #capacity: number;
  /** The oldest first. */
  #keys: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    if (this.#keys.includes(key)) return { hit: true, evicted: [] };
    const evicted = this.#keys.length === this.#capacity ? this.#keys.splice(0, 1) : [];
    this.#keys.push(key);
    return { hit: false, evicted };
  }
}
