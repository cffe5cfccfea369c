/** How long something took, in milliseconds. `count` is how often it was measured; with 0 the others are 0. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** How long something took, as a histogram for those who add up and compare: counts and sum since the cache was opened. */
export interface LatencyBuckets {
  /** How often it was measured. */
  readonly count: number;
  /** Everything that was measured, added up. */
  readonly sumMs: number;
  /** How many took at most so long, for each of {@link LATENCY_BOUNDS_MS}, rising; what took longer than the last is in `count` alone. */
  readonly buckets: readonly LatencyBucket[];
}

/** The measurements up to a bound; those below a smaller bound are among them. */
export interface LatencyBucket {
  readonly atMostMs: number;
  readonly count: number;
}

/** The bounds of {@link LatencyBuckets} in milliseconds: 1, 2.5 and 5 in each power of ten, from a microsecond to 1,000 seconds. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  // As decimals, since products such as 2.5 * 0.1 are not the numbers that they look like.
  ...[-3, -2, -1, 0, 1, 2, 3, 4, 5].flatMap((exponent) =>
    [1, 2.5, 5].map((digits) => Number(`${digits}e${exponent}`)),
  ),
  1e6,
];

/** Bucket edges grow by no more than this, so a percentile is off by at most 9 %. */
const MOST_GROWTH = 1.09;

/** The upper edges of the buckets, every public bound among them; what is beyond the last has a bucket, too. */
const EDGES_MS: Float64Array = Float64Array.from(LATENCY_BOUNDS_MS.flatMap(edgesUpTo));
/** The bucket that ends with each public bound. */
const BOUND_BUCKETS: readonly number[] = LATENCY_BOUNDS_MS.map((boundMs) => EDGES_MS.indexOf(boundMs));

/** Counts durations in buckets of growing width: recording is O(1) and allocates nothing, percentiles are off by at most 9 %. */
export class LatencyHistogram {
  /** Floating point, since 32 bits are full after a day of a busy store. */
  readonly #buckets = new Float64Array(EDGES_MS.length + 1);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    // What is no duration must not spoil the sum for good.
    if (durationMs > 0 && durationMs < Infinity) this.#sumMs += durationMs;
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

  /** The same measurements with round bounds, none of them estimated: every bound is the edge of a bucket. */
  readBuckets(): LatencyBuckets {
    let [bucket, count] = [0, 0];
    const buckets = LATENCY_BOUNDS_MS.map((atMostMs, index) => {
      for (const last = BOUND_BUCKETS[index] ?? 0; bucket <= last; bucket++)
        count += this.#buckets[bucket] ?? 0;
      return { atMostMs, count };
    });
    return { count: this.#count, sumMs: this.#sumMs, buckets };
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return Math.min(this.#maxMs, EDGES_MS[bucket] ?? Infinity);
  }
}

/** The edges above one public bound, up to and with the next. */
function edgesUpTo(boundMs: number, index: number): number[] {
  const lowerMs = LATENCY_BOUNDS_MS[index - 1];
  if (lowerMs === undefined) return [boundMs];
  const growth = boundMs / lowerMs;
  const steps = Math.ceil(Math.log(growth) / Math.log(MOST_GROWTH));
  const inner = Array.from({ length: steps - 1 }, (_, step) => lowerMs * growth ** ((step + 1) / steps));
  return [...inner, boundMs];
}

/** The first bucket whose edge is not below; what is no number is in the first. */
function bucketOf(durationMs: number): number {
  let [low, high] = [0, EDGES_MS.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (durationMs > (EDGES_MS[middle] ?? Infinity)) low = middle + 1;
    else high = middle;
  }
  return low;
}
