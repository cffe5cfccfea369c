import type { Reference } from './reference.js';

/** ARC, line by line after figure 4 of the paper and in its names. The oldest is first in every list. */
export class ArcReference implements Reference {
  readonly #c: number;
  #p = 0;
  #t1: number[] = [];
  #t2: number[] = [];
  #b1: number[] = [];
  #b2: number[] = [];

  constructor(capacity: number) {
    this.#c = capacity;
  }

  request(x: number): { hit: boolean; evicted: number[] } {
    if (this.#t1.includes(x) || this.#t2.includes(x)) {
      this.#t1 = without(this.#t1, x);
      this.#t2 = [...without(this.#t2, x), x];
      return { hit: true, evicted: [] };
    }
    if (this.#b1.includes(x) || this.#b2.includes(x)) return { hit: false, evicted: this.#requestGhost(x) };
    const evicted = this.#makeRoom(x);
    this.#t1.push(x);
    return { hit: false, evicted };
  }

  /** Cases II and III. */
  #requestGhost(x: number): number[] {
    const [b1, b2] = [this.#b1.length, this.#b2.length];
    if (this.#b1.includes(x)) this.#p = Math.min(this.#p + (b1 >= b2 ? 1 : b2 / b1), this.#c);
    else this.#p = Math.max(this.#p - (b2 >= b1 ? 1 : b1 / b2), 0);
    const evicted = this.#replace(x);
    this.#b1 = without(this.#b1, x);
    this.#b2 = without(this.#b2, x);
    this.#t2.push(x);
    return evicted;
  }

  /** Case IV. */
  #makeRoom(x: number): number[] {
    const l1 = this.#t1.length + this.#b1.length;
    const l2 = this.#t2.length + this.#b2.length;
    if (l1 === this.#c) {
      if (this.#t1.length === this.#c) return this.#t1.splice(0, 1);
      this.#b1.shift();
      return this.#replace(x);
    }
    if (l1 + l2 < this.#c) return [];
    if (l1 + l2 === 2 * this.#c) this.#b2.shift();
    return this.#replace(x);
  }

  #replace(x: number): number[] {
    const { length } = this.#t1;
    if (length >= 1 && (length > this.#p || (this.#b2.includes(x) && length === this.#p))) {
      const evicted = this.#t1.splice(0, 1);
      this.#b1.push(...evicted);
      return evicted;
    }
    const evicted = this.#t2.splice(0, 1);
    this.#b2.push(...evicted);
    return evicted;
  }
}

function without(list: readonly number[], key: number): number[] {
  return list.filter((other) => other !== key);
}
