import type { Reference } from './reference.js';

interface Entry {
  readonly key: number;
  uses: number;
}

/** S3-FIFO: Yang and others, SOSP 2023, algorithm 1. */
export class S3FifoReference implements Reference {
  readonly #capacity: number;
  readonly #mainLimit: number;
  /** The next to leave first, as in the others. */
  readonly #small: Entry[] = [];
  readonly #main: Entry[] = [];
  #ghosts: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#mainLimit = capacity - Math.max(1, Math.floor(capacity / 10));
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    const entry = [...this.#small, ...this.#main].find((other) => other.key === key);
    if (entry !== undefined) {
      entry.uses = Math.min(3, entry.uses + 1);
      return { hit: true, evicted: [] };
    }
    const isGhost = this.#ghosts.includes(key);
    this.#ghosts = this.#ghosts.filter((other) => other !== key);
    const isFull = this.#small.length + this.#main.length === this.#capacity;
    const evicted = isFull ? [this.#evict()] : [];
    (isGhost ? this.#main : this.#small).push({ key, uses: 0 });
    return { hit: false, evicted };
  }

  #evict(): number {
    for (;;) {
      const victim = this.#main.length > this.#mainLimit ? this.#evictMain() : this.#evictSmall();
      if (victim !== undefined) return victim;
    }
  }

  /** Answers who leaves, unless the one whose turn it is moves on to the main queue. */
  #evictSmall(): number | undefined {
    const entry = this.#small.shift();
    if (entry === undefined) return this.#evictMain();
    if (entry.uses > 1) {
      this.#main.push({ key: entry.key, uses: 0 });
      return undefined;
    }
    this.#ghosts.push(entry.key);
    if (this.#ghosts.length > this.#mainLimit) this.#ghosts.shift();
    return entry.key;
  }

  #evictMain(): number | undefined {
    const entry = this.#main.shift();
    if (entry === undefined || entry.uses === 0) return entry?.key;
    this.#main.push({ key: entry.key, uses: entry.uses - 1 });
    return undefined;
  }
}
