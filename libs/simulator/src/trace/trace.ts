/** How many requests a chunk of a trace holds; all but the last are full. */
export const CHUNK = 1 << 16;
const CHUNK_BITS = 16;

/** The requests that a cache got, in order. Keys are small integers from 0, numbered in the order in which they first appear. */
export interface Trace {
  /** The name of the file, without its extensions. */
  readonly name: string;
  /** The format that it was read in. */
  readonly format: string;
  /** How many requests there are. */
  readonly requests: number;
  /** How many different keys there are. */
  readonly keys: number;
  /** The keys of the requests, 65,536 in a chunk, the last one shorter. */
  readonly chunks: readonly Int32Array[];
  /** The weights of the requests in bytes, in chunks like the keys, where the trace has them. */
  readonly weights: readonly Float64Array[] | undefined;
  /** The key of a request. */
  at(index: number): number;
}

/** The key of a request in chunks of keys. */
export function keyAt(chunks: readonly Int32Array[], index: number): number {
  return chunks[index >>> CHUNK_BITS]?.[index & (CHUNK - 1)] ?? -1;
}
