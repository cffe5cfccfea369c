import type { Reference } from './reference.js';

/** Full 2Q, in the names of the paper. */
export class TwoQueueReference implements Reference {
  readonly #capacity: number;
  readonly #kin: number;
  readonly #kout: number;
  /** The oldest first, all three. */
  #a1in: number[] = [];
  #a1out: number[] = [];
  #am: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#kin = Math.floor(capacity / 4);
    this.#kout = Math.ceil(capacity / 2);
  }

  request(key: number): { hit: boolean; evicted: number[] } {
    if (this.#a1in.includes(key)) return { hit: true, evicted: [] };
    if (this.#am.includes(key)) {
      this.#am = [...this.#am.filter((other) => other !== key), key];
      return { hit: true, evicted: [] };
    }
    const target = this.#a1out.includes(key) ? this.#am : this.#a1in;
    this.#a1out = this.#a1out.filter((other) => other !== key);
    const evicted = this.#reclaim();
    target.push(key);
    return { hit: false, evicted };
  }

  #reclaim(): number[] {
    if (this.#a1in.length + this.#am.length < this.#capacity) return [];
    if (this.#a1in.length <= this.#kin) return this.#am.splice(0, 1);
    const evicted = this.#a1in.splice(0, 1);
    this.#a1out = [...this.#a1out, ...evicted].slice(-this.#kout);
    return evicted;
  }
}
