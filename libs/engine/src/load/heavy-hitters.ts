/** Keys with the same count, between those with fewer and those with more. */
interface Bucket {
  readonly count: number;
  readonly keys: Set<string>;
  /** Goes through the keys from the oldest on; what it has passed has left. To look for the first key each time would be to pass all those gaps again. */
  readonly oldest: Iterator<string, undefined>;
  fewer: Bucket | undefined;
  more: Bucket | undefined;
}

/**
 * Counts keys in bounded memory: exactly as long as there are no more than `capacity` of them; beyond that every key that was seen more often than once in
 * `capacity` times is still among them, and no count is too low. O(1) per key.
 *
 * The Space-Saving algorithm with its Stream-Summary, of A. Metwally, D. Agrawal and A. El Abbadi, "Efficient Computation of Frequent and Top-k
 * Elements in Data Streams", ICDT 2005: a new key takes the place of one that was seen least, and its count.
 */
export class HeavyHitters {
  readonly #capacity: number;
  readonly #buckets = new Map<string, Bucket>();
  #fewest: Bucket | undefined;
  #most: Bucket | undefined;
  #isExact = true;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many keys are counted. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Whether no key had to give way. */
  get isExact(): boolean {
    return this.#isExact;
  }

  /** Counts a key once. */
  add(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) return this.#leave(key, bucket, key);
    const own = copyOf(key);
    if (this.#buckets.size < this.#capacity) return this.#put(own, 1, undefined);
    const least = this.#fewest;
    const given = least?.oldest.next().value;
    if (least === undefined || given === undefined) return;
    this.#isExact = false;
    this.#buckets.delete(given);
    this.#leave(given, least, own);
  }

  /** The keys that were seen most often, and how often, or a few times too many where the counts are not exact; at most `count`. */
  *top(count: number): Generator<readonly [key: string, count: number], void> {
    let left = count;
    for (let bucket = this.#most; bucket !== undefined; bucket = bucket.fewer)
      for (const key of bucket.keys) {
        if (left-- <= 0) return;
        yield [key, bucket.count];
      }
  }

  /** A key leaves a bucket, and another, which may be the same, is counted once more than it was. */
  #leave(key: string, bucket: Bucket, next: string): void {
    bucket.keys.delete(key);
    this.#put(next, bucket.count + 1, bucket);
    if (bucket.keys.size === 0) this.#remove(bucket);
  }

  /** @param fewer the bucket with the next lower count; none where this is the lowest. */
  #put(key: string, count: number, fewer: Bucket | undefined): void {
    const next = fewer === undefined ? this.#fewest : fewer.more;
    const bucket = next?.count === count ? next : this.#insert(count, fewer, next);
    bucket.keys.add(key);
    this.#buckets.set(key, bucket);
  }

  #insert(count: number, fewer: Bucket | undefined, more: Bucket | undefined): Bucket {
    const keys = new Set<string>();
    const bucket: Bucket = { count, keys, oldest: keys.values(), fewer, more };
    if (fewer === undefined) this.#fewest = bucket;
    else fewer.more = bucket;
    if (more === undefined) this.#most = bucket;
    else more.fewer = bucket;
    return bucket;
  }

  #remove({ fewer, more }: Bucket): void {
    if (fewer === undefined) this.#fewest = more;
    else fewer.more = more;
    if (more === undefined) this.#most = fewer;
    else more.fewer = fewer;
  }
}

/** A part of a text keeps all of it alive; a copy does not. */
function copyOf(key: string): string {
  return Buffer.from(key, 'utf16le').toString('utf16le');
}
