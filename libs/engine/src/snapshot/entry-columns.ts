import type { EntryState } from '../kernel/entry.js';

/** An entry of memory with its uses. */
export interface UsedEntry<V> {
  readonly key: string;
  readonly state: EntryState<V>;
  readonly hits: number;
}

/** Few enough that what an array leaves behind when it grows is of no weight. */
const ENTRIES_PER_PAGE = 4096;

/** Entries by the column, which take a third of the memory of one object each; a page at a time, so that they are never copied as a whole. */
export class EntryColumns<V> implements Iterable<UsedEntry<V>> {
  #pages: Page<V>[] = [];
  #size = 0;

  /** How many there were, those included that were taken. */
  get size(): number {
    return this.#size;
  }

  push(entry: UsedEntry<V>): void {
    if (this.#size++ % ENTRIES_PER_PAGE === 0) this.#pages.push(new Page());
    this.#pages.at(-1)?.push(entry);
  }

  *[Symbol.iterator](): Generator<UsedEntry<V>, void> {
    for (const page of this.#pages) yield* page;
  }

  /** Gives out the entries and lets go of them on the way. */
  *take(): Generator<UsedEntry<V>, void> {
    const pages = this.#pages.reverse();
    this.#pages = [];
    for (let page = pages.pop(); page !== undefined; page = pages.pop()) yield* page;
  }
}

class Page<V> implements Iterable<UsedEntry<V>> {
  readonly #keys: string[] = [];
  readonly #values: V[] = [];
  readonly #tags: (readonly string[])[] = [];
  readonly #expiresAt: number[] = [];
  readonly #versions: number[] = [];
  readonly #hits: number[] = [];
  readonly #freshness: EntryState<V>['freshness'][] = [];

  push({ key, state, hits }: UsedEntry<V>): void {
    this.#keys.push(key);
    this.#values.push(state.value);
    this.#tags.push(state.tags);
    this.#expiresAt.push(state.expiresAt);
    this.#versions.push(state.version);
    this.#hits.push(hits);
    this.#freshness.push(state.freshness);
  }

  *[Symbol.iterator](): Generator<UsedEntry<V>, void> {
    for (const [at, key] of this.#keys.entries()) {
      const [value, tags] = [this.#values[at], this.#tags[at]];
      const [expiresAt, version, hits] = [this.#expiresAt[at], this.#versions[at], this.#hits[at]];
      const freshness = this.#freshness[at];
      // The columns are of one length, and a value may be undefined.
      yield { key, state: { value, tags, expiresAt, version, freshness }, hits } as UsedEntry<V>;
    }
  }
}
