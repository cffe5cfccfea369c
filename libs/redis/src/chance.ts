import { randomFillSync } from 'node:crypto';
import { CHANCE_BYTES } from './record.js';

const POOL_BYTES = 4096;

/** Bytes that nobody else has, in any process: tokens, and what tells one change of a key from another. */
export class Chance {
  #pool = Buffer.alloc(0);
  #used = 0;

  /** {@link CHANCE_BYTES} bytes. */
  next(): Buffer {
    if (this.#used === this.#pool.length) {
      // A new one each time: the parts of the old are still in use.
      this.#pool = randomFillSync(Buffer.allocUnsafeSlow(POOL_BYTES));
      this.#used = 0;
    }
    this.#used += CHANCE_BYTES;
    return this.#pool.subarray(this.#used - CHANCE_BYTES, this.#used);
  }
}
