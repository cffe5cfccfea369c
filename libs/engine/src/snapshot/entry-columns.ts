import type { EntryState } from '../kernel/entry.js';

/** An entry of memory with its uses. */
export interface UsedEntry<V> {
  readonly key: string;
  readonly state: EntryState<V>;
  readonly hits: number;
}

/** Entries by the column, which take a third of the memory of one object each. */
export class EntryColumns<V> implements Iterable<UsedEntry<V>> {
  readonly #keys: string[] = [];
  readonly #values: V[] = [];
  readonly #tags: (readonly string[])[] = [];
  readonly #expiresAt: number[] = [];
  readonly #versions: number[] = [];
  readonly #hits: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  push({ key, state, hits }: UsedEntry<V>): void {
    this.#keys.push(key);
    this.#values.push(state.value);
    this.#tags.push(state.tags);
    this.#expiresAt.push(state.expiresAt);
    this.#versions.push(state.version);
    this.#hits.push(hits);
  }

  *[Symbol.iterator](): Generator<UsedEntry<V>, void> {
    for (const [at, key] of this.#keys.entries()) {
      const [value, tags] = [this.#values[at], this.#tags[at]];
      const [expiresAt, version, hits] = [this.#expiresAt[at], this.#versions[at], this.#hits[at]];
      // The columns are of one length, and a value may be undefined.
      yield { key, state: { value, tags, expiresAt, version }, hits } as UsedEntry<V>;
    }
  }
}
