/** Bucket edges grow by an eighth of a power of two, so a percentile is off by at most 9 %. */
const STEPS_PER_DOUBLING = 8;
const SMALLEST_MS = 0.001;
const BUCKETS = 240;

/** How long something took, in milliseconds. `count` is how often it was measured; with 0 the others are 0. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Counts durations in buckets of growing width: recording is O(1) and allocates nothing, percentiles are off by at most 9 %. */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  read(): Latency {
    return {
      count: this.#count,
      p50: this.#percentile(0.5),
      p95: this.#percentile(0.95),
      p99: this.#percentile(0.99),
      max: this.#maxMs,
    };
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return Math.min(this.#maxMs, upperEdgeOf(bucket));
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > SMALLEST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(durationMs / SMALLEST_MS) * STEPS_PER_DOUBLING));
}

function upperEdgeOf(bucket: number): number {
  return SMALLEST_MS * 2 ** (bucket / STEPS_PER_DOUBLING);
}
