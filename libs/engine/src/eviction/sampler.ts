/** Up to here a cache is watched as a whole. With more in each shadow the choice gets no better on the traces of the benches. */
const LEAST = 112;
const MOST = 4096;
/** Beyond, how many entries a shadow has per entry of the cache: all shadows together take about two bytes for each of them. */
const SHARE = 0.01;
const ALL = 2 ** 32;

/**
 * A sample of the keys by their hashes, the same keys at every time (C. Waldspurger and others, "Efficient MRC construction with
 * SHARDS", FAST 2015): a cache that is as much smaller, and sees only them, has about the same hit ratio
 * ("Cache modeling and optimization using miniature simulations", ATC 2017).
 */
export class Sampler {
  /** Of all 2 ** 32 scattered hashes, those below it are in. */
  #limit = ALL;
  /** How many entries a shadow has. */
  #size = 0;

  constructor(capacity: number) {
    this.resize(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** The part of all keys that is in. */
  get share(): number {
    return this.#limit / ALL;
  }

  holds(hash: number): boolean {
    return scatter(hash) < this.#limit;
  }

  resize(capacity: number): void {
    this.#size = Math.min(capacity, Math.max(LEAST, Math.min(MOST, Math.round(capacity * SHARE))));
    this.#limit = ALL * (this.#size / capacity);
  }
}

/** Spreads hashes otherwise than the tables and sketches of the strategies do, which would else be used unevenly. */
function scatter(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}
