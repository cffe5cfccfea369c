/**
 * As a `Map`, for what is under a key only for a moment, while many others come and go. V8 moves a map into a new table whenever as many keys have been
 * deleted as it has room for, and the former tables lead from one to the next: once one is in the old generation, each collection of the young one takes
 * along, through all of them, whatever was in them. So the table has numbers only, and what they stand for is in an array.
 */
export class ShortLivedMap<K, V> {
  readonly #placeOf = new Map<K, number>();
  readonly #values: (V | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#placeOf.size;
  }

  get(key: K): V | undefined {
    const place = this.#placeOf.get(key);
    return place === undefined ? undefined : this.#values[place];
  }

  set(key: K, value: V): void {
    const place = this.#placeOf.get(key) ?? this.#takePlace(key);
    this.#values[place] = value;
  }

  /** Answers whether there was something. */
  delete(key: K): boolean {
    const place = this.#placeOf.get(key);
    if (place === undefined) return false;
    this.#placeOf.delete(key);
    this.#values[place] = undefined;
    this.#free.push(place);
    return true;
  }

  clear(): void {
    this.#placeOf.clear();
    this.#values.length = 0;
    this.#free.length = 0;
  }

  /** In the order in which the keys have come. */
  *values(): Generator<V, void> {
    // What is in a place that a key has is a V.
    for (const place of this.#placeOf.values()) yield this.#values[place] as V;
  }

  #takePlace(key: K): number {
    const place = this.#free.pop() ?? this.#values.length;
    this.#placeOf.set(key, place);
    return place;
  }
}
