/** A cache of numbers as a paper describes it, written to be read: what an eviction strategy is compared with. */
export interface Reference {
  /** Asks for a key, which comes in where it is missing. `evicted` may name the key itself, where it was not let in. */
  request(key: number): { readonly hit: boolean; readonly evicted: readonly number[] };
}
