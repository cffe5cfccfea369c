import type { Reference } from './reference.js';

/** Soonest to expire, where nothing expires: in order of arrival, the newcomer last. */
export class TtlReference implements Reference {
  readonly #capacity: number;
  /** The oldest arrival first. */
  readonly #arrivals: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    if (this.#arrivals.includes(key)) return { hit: true, evicted: [] };
    const evicted = this.#arrivals.length === this.#capacity ? this.#arrivals.splice(0, 1) : [];
    this.#arrivals.push(key);
    return { hit: false, evicted };
  }
}
