import { badTrace } from '../errors.js';
import { Interner } from './interner.js';
import { CHUNK, keyAt, type Trace } from './trace.js';

/** Positions in a trace are kept in 32 bits. */
const MOST_REQUESTS = 2 ** 31 - 1;

/** Takes requests one by one; 4 bytes each, 12 with weights, and the keys themselves only until the trace is built. */
export class TraceBuilder {
  readonly #file: string;
  readonly #interner = new Interner();
  readonly #chunks: Int32Array[] = [];
  readonly #weights: Float64Array[] = [];
  #chunk = new Int32Array(0);
  #chunkWeights = new Float64Array(0);
  #filled = 0;
  #isWeighed = false;

  constructor(file: string) {
    this.#file = file;
  }

  get requests(): number {
    return Math.max(0, this.#chunks.length - 1) * CHUNK + this.#filled;
  }

  /** All requests of a trace come with a weight, or none does. */
  add(key: string | number, weight?: number): void {
    if (this.#filled === this.#chunk.length) this.#extend(weight !== undefined);
    if (weight !== undefined) this.#chunkWeights[this.#filled] = weight;
    this.#chunk[this.#filled++] = this.#interner.numberOf(key);
  }

  /** @throws CacheError `bad_trace` where there is no request. */
  build(name: string, format: string): Trace {
    const { requests } = this;
    if (requests === 0) throw badTrace(this.#file, 'holds no requests');
    const chunks = trimmed(this.#chunks, this.#filled);
    return {
      name,
      format,
      requests,
      keys: this.#interner.size,
      chunks,
      weights: this.#isWeighed ? trimmed(this.#weights, this.#filled) : undefined,
      at: (index) => keyAt(chunks, index),
    };
  }

  #extend(isWeighed: boolean): void {
    if (this.requests + CHUNK > MOST_REQUESTS)
      throw badTrace(
        this.#file,
        `has more than ${MOST_REQUESTS - CHUNK} requests; record a sample of the keys`,
      );
    this.#chunks.push((this.#chunk = new Int32Array(CHUNK)));
    if (isWeighed) this.#weights.push((this.#chunkWeights = new Float64Array(CHUNK)));
    this.#isWeighed = isWeighed;
    this.#filled = 0;
  }
}

function trimmed<Chunk extends Int32Array | Float64Array>(chunks: readonly Chunk[], filled: number): Chunk[] {
  // A slice is of the class that it is cut from.
  return chunks.map((chunk, at) => (at === chunks.length - 1 ? (chunk.slice(0, filled) as Chunk) : chunk));
}
