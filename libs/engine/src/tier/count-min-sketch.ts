/** A row is so many counters: a count is too high by at most e/8192 of all that was counted, with a chance of 98 % (1 − e⁻⁴). */
const WIDTH = 8192;
const ROWS = 4;

/**
 * Counts what it is told of in bounded memory, 128 KB: no count is too low, and few are too high by much. A count-min sketch of four rows
 * (Graham Cormode and S. Muthukrishnan, "An Improved Data Stream Summary: The Count-Min Sketch and its Applications", Journal of
 * Algorithms 55(1), 2005) with conservative update: of the four counters of a key, only those are raised that are the lowest (Cristian
 * Estan and George Varghese, "New Directions in Traffic Measurement and Accounting", SIGCOMM 2002).
 */
export class CountMinSketch {
  readonly #counts = new Uint32Array(ROWS * WIDTH);

  /** Counts one more of a 32-bit hash; answers how many there were, this one included. O(1). */
  add(hash: number): number {
    const step = stepOf(hash);
    const raised = this.#read(hash, step) + 1;
    for (let row = 0; row < ROWS; row++) {
      const at = placeIn(row, hash, step);
      if ((this.#counts[at] ?? 0) < raised) this.#counts[at] = raised;
    }
    return raised;
  }

  /** How many there were of a hash, or a few too many. O(1). */
  count(hash: number): number {
    return this.#read(hash, stepOf(hash));
  }

  /** Forgets everything. */
  clear(): void {
    this.#counts.fill(0);
  }

  #read(hash: number, step: number): number {
    let lowest = Infinity;
    for (let row = 0; row < ROWS; row++)
      lowest = Math.min(lowest, this.#counts[placeIn(row, hash, step)] ?? 0);
    return lowest;
  }
}

/** Two hashes make four: see Adam Kirsch and Michael Mitzenmacher, "Less Hashing, Same Performance", ESA 2006. */
function placeIn(row: number, hash: number, step: number): number {
  const mixed = Math.imul(hash + Math.imul(row, step), 0x9e3779b1);
  return row * WIDTH + (((mixed ^ (mixed >>> 15)) >>> 0) % WIDTH);
}

/** Odd, so that no row has the places of another. */
function stepOf(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) | 1;
}
