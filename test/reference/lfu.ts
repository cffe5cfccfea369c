import type { Reference } from './reference.js';

/** Least frequently used; among equals, the longest unused leaves. Whoever left is forgotten. */
export class LfuReference implements Reference {
  readonly #capacity: number;
  /** How often each key was used, the longest unused first. */
  readonly #uses = new Map<number, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    const uses = this.#uses.get(key);
    const evicted = uses === undefined && this.#uses.size === this.#capacity ? this.#evict() : [];
    this.#uses.delete(key);
    this.#uses.set(key, (uses ?? 0) + 1);
    return { hit: uses !== undefined, evicted };
  }

  #evict(): number[] {
    const fewest = Math.min(...this.#uses.values());
    const victims = [...this.#uses.keys()].filter((key) => this.#uses.get(key) === fewest).slice(0, 1);
    for (const key of victims) this.#uses.delete(key);
    return victims;
  }
}
