import { MaxHeap } from './max-heap.js';
import { rowOf, type SimulationRow, type Tally } from './row.js';
import { CHUNK, keyAt, type Trace } from './trace/trace.js';

/** The next use of what is not used again. */
const NEVER = 2 ** 31 - 1;

/**
 * What a cache would hit that knows the future: it throws out what is used again last (L. A. Belady, A study of replacement algorithms
 * for a virtual-storage computer, IBM Systems Journal 1966). A miss comes in first and may be thrown out at
 * once, as a strategy may refuse a newcomer. Every entry weighs one. O(log n) per request, with 4 bytes per request and a few per entry.
 */
export class Optimum {
  readonly #trace: Trace;
  readonly #nextUses: readonly Int32Array[];

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#nextUses = nextUsesOf(trace);
  }

  /** @param onChunk is called after every 65,536 requests with how many those were. */
  at(size: number, onChunk: (requests: number) => void = () => undefined): Tally {
    const residents = new Residents(this.#trace, size);
    let hits = 0;
    this.#trace.chunks.forEach((keys, chunk) => {
      const nextUses = this.#nextUses[chunk] ?? keys;
      for (let at = 0; at < keys.length; at++)
        if (residents.use(keys[at] ?? 0, nextUses[at] ?? NEVER)) hits++;
      residents.tidy((chunk + 1) * CHUNK - 1);
      onChunk(keys.length);
    });
    return { hits, evictions: this.#trace.requests - hits - residents.size };
  }
}

/** The row of Belady's optimum at a size, with the strategy name `opt`. For several sizes, {@link simulate} looks ahead only once. */
export function optimum(trace: Trace, size: number): SimulationRow {
  return rowOf(trace, { size, strategy: 'opt' }, new Optimum(trace).at(size));
}

/** For each request, the position of the next one for its key. */
function nextUsesOf({ chunks, keys }: Trace): Int32Array[] {
  const later = new Int32Array(keys).fill(NEVER);
  const nextUses = chunks.map((chunk) => new Int32Array(chunk.length));
  for (let chunk = chunks.length - 1; chunk >= 0; chunk--) {
    const [used, next] = [chunks[chunk] ?? later, nextUses[chunk] ?? later];
    for (let at = used.length - 1; at >= 0; at--) {
      const key = used[at] ?? 0;
      next[at] = later[key] ?? NEVER;
      later[key] = chunk * CHUNK + at;
    }
  }
  return nextUses;
}

/** Who is in the cache. Residents that are not used again are alike, so only their number is kept. */
class Residents {
  readonly #trace: Trace;
  readonly #capacity: number;
  readonly #isResident: Uint8Array;
  /** When residents are used next. Uses that have come since are not taken out: all that lies ahead is above them. */
  readonly #nextUses = new MaxHeap();
  #finished = 0;
  size = 0;

  constructor(trace: Trace, capacity: number) {
    this.#trace = trace;
    this.#capacity = capacity;
    this.#isResident = new Uint8Array(trace.keys);
  }

  /** Answers whether the key was there. */
  use(key: number, nextUse: number): boolean {
    const isHit = this.#isResident[key] === 1;
    this.#isResident[key] = 1;
    if (nextUse === NEVER) this.#finished++;
    else this.#nextUses.push(nextUse);
    if (!isHit && ++this.size > this.#capacity) this.#evict();
    return isHit;
  }

  /** Bounds what is kept of the past. */
  tidy(now: number): void {
    if (this.#nextUses.size > 2 * this.#capacity + CHUNK) this.#nextUses.keepAbove(now);
  }

  #evict(): void {
    this.size--;
    if (this.#finished > 0) this.#finished--;
    else this.#isResident[keyAt(this.#trace.chunks, this.#nextUses.pop())] = 0;
  }
}
