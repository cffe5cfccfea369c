import type { Reference } from './reference.js';

/** Least recently used. */
export class LruReference implements Reference {
  readonly #capacity: number;
  /** The longest unused first. */
  #keys: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    const hit = this.#keys.includes(key);
    const evicted = !hit && this.#keys.length === this.#capacity ? this.#keys.splice(0, 1) : [];
    this.#keys = [...this.#keys.filter((other) => other !== key), key];
    return { hit, evicted };
  }
}
