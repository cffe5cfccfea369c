import type { Reference } from './reference.js';

/** The times of the last use and of the one before it; -Infinity where there was none. */
interface History {
  readonly last: number;
  readonly before: number;
}

/** LRU-2 without a correlated reference period. */
export class LruKReference implements Reference {
  readonly #capacity: number;
  readonly #residents = new Map<number, History>();
  /** Of what left, what left first before others. */
  readonly #retained = new Map<number, History>();
  #now = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    this.#now++;
    const hit = this.#residents.has(key);
    const history = this.#residents.get(key) ?? this.#retained.get(key);
    this.#retained.delete(key);
    const evicted = hit || this.#residents.size < this.#capacity ? [] : [this.#evict()];
    this.#residents.set(key, { last: this.#now, before: history?.last ?? -Infinity });
    return { hit, evicted };
  }

  #evict(): number {
    const [[victim, history] = notEmpty()] = [...this.#residents].sort(([, one], [, other]) =>
      one.before === other.before ? one.last - other.last : one.before - other.before,
    );
    this.#residents.delete(victim);
    for (const [key, { last }] of this.#retained) if (last < history.before) this.#retained.delete(key);
    this.#retained.set(victim, history);
    const [oldest] = this.#retained.keys();
    if (oldest !== undefined && this.#retained.size > this.#capacity) this.#retained.delete(oldest);
    return victim;
  }
}

function notEmpty(): never {
  throw new Error('a full cache holds nobody');
}
