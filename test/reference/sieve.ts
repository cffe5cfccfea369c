import type { Reference } from './reference.js';

interface Entry {
  readonly key: number;
  visited: boolean;
}

/** SIEVE: Zhang and others, NSDI 2024, algorithm 1. */
export class SieveReference implements Reference {
  readonly #capacity: number;
  /** From the head, where keys come in, to the tail. */
  readonly #queue: Entry[] = [];
  #hand: Entry | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    const entry = this.#queue.find((other) => other.key === key);
    if (entry !== undefined) {
      entry.visited = true;
      return { hit: true, evicted: [] };
    }
    const evicted = this.#queue.length === this.#capacity ? [this.#evict()] : [];
    this.#queue.unshift({ key, visited: false });
    return { hit: false, evicted };
  }

  #evict(): number {
    let entry = this.#hand ?? this.#tail();
    while (entry.visited) {
      entry.visited = false;
      entry = this.#before(entry) ?? this.#tail();
    }
    this.#hand = this.#before(entry);
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    return entry.key;
  }

  /** The next one towards the head. */
  #before(entry: Entry): Entry | undefined {
    return this.#queue[this.#queue.indexOf(entry) - 1];
  }

  #tail(): Entry {
    const tail = this.#queue.at(-1);
    if (tail === undefined) throw new Error('a full cache has a tail');
    return tail;
  }
}
