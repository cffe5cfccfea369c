import type { Reference } from './reference.js';

interface Entry {
  readonly key: number;
  readonly uses: number;
  /** The clock at the last use, and the uses for each unit of weight. */
  readonly worth: number;
}

/** Greedy-Dual-Size-Frequency over a capacity in weight; the newcomer may be the victim. */
export class GdsfReference implements Reference {
  readonly #capacity: number;
  readonly #weightOf: (key: number) => number;
  /** The longest unused first. */
  #entries: Entry[] = [];
  #clock = 0;

  constructor(capacity: number, weightOf: (key: number) => number = () => 1) {
    this.#capacity = capacity;
    this.#weightOf = weightOf;
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    const present = this.#entries.find((entry) => entry.key === key);
    const uses = (present?.uses ?? 0) + 1;
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    this.#entries.push({ key, uses, worth: this.#clock + uses / this.#weightOf(key) });
    return { hit: present !== undefined, evicted: this.#evict() };
  }

  #evict(): number[] {
    const evicted: number[] = [];
    while (this.#entries.reduce((sum, { key }) => sum + this.#weightOf(key), 0) > this.#capacity) {
      const least = Math.min(...this.#entries.map(({ worth }) => worth));
      const at = this.#entries.findIndex(({ worth }) => worth === least);
      evicted.push(...this.#entries.splice(at, 1).map(({ key }) => key));
      this.#clock = least;
    }
    return evicted;
  }
}
