import { badSnapshot, closed } from '../kernel/errors.js';
import type { BackingStore, Row } from '../store/backing-store.js';
import { decode } from './encoding.js';
import { EntryColumns } from './entry-columns.js';
import { resumed } from './freshness.js';
import { Pace } from './pace.js';
import type { SnapshotParts, Watch } from './parts.js';
import type { SnapshotEntry } from './snapshot.js';

/** What is to become of a cache, gathered beside it: nothing changes until {@link commit}, which fails only where the cache was closed. */
export class Restoration<V> {
  readonly #parts: SnapshotParts<V>;
  readonly #version: number;
  readonly #elapsedMs: number;
  readonly #entries = new EntryColumns<V>();
  readonly #keys = new Set<string>();
  readonly #watch: Watch;

  /** @param elapsedMs what is taken off the life of every entry and row. */
  constructor(parts: SnapshotParts<V>, elapsedMs: number) {
    this.#parts = parts;
    this.#elapsedMs = elapsedMs;
    this.#version = parts.sequence.next();
    this.#watch = parts.memory.watch();
    // Without a store what was written since stays, and results of loads under way are not that.
    if (parts.store === undefined) parts.fencing.raiseAll();
  }

  /** @throws CacheError `bad_value` where the codec cannot read it, `bad_snapshot` where its key came before. */
  add({ key, value, remainingMs, hits, tags, freshness }: SnapshotEntry): void {
    const { codec, clock } = this.#parts;
    if (this.#keys.has(key)) throw badSnapshot('it holds a key twice');
    this.#keys.add(key);
    const leftMs = (remainingMs ?? Infinity) - this.#elapsedMs;
    if (leftMs <= 0) return;
    const now = clock.now();
    const state = { value: decode<V>(codec, key, value), expiresAt: now + leftMs, tags };
    const aging = { freshness: freshness && resumed(freshness, now - this.#elapsedMs) };
    this.#entries.push({ key, state: { ...state, ...aging, version: this.#version }, hits });
  }

  /**
   * A row as it is to be stored; `undefined` where its life is over.
   * @param takenAt when it had been stored, by the wall clock.
   */
  row(row: Row, takenAt: number): Row | undefined {
    const laterMs = this.#parts.clock.wallNow() - takenAt - this.#elapsedMs;
    const later = (time: number | undefined) => (time === undefined ? undefined : time + laterMs);
    if (row.expiresAt !== undefined && row.expiresAt <= takenAt + this.#elapsedMs) return undefined;
    const times = { expiresAt: later(row.expiresAt), freshUntil: later(row.freshUntil) };
    return { ...row, ...times, version: this.#version };
  }

  /**
   * Puts the entries in the place of all others; answers how many there were. What was there goes at once, and memory is then filled in slices: in
   * between, what is not there yet is missing, and nothing old is there.
   * @throws CacheError `closed`.
   */
  async commit(): Promise<number> {
    const { memory, fencing, store } = this.#parts;
    // Nobody else clears a cache that is being restored.
    if (this.#watch.isCleared) throw closed('the cache');
    // Without a store writes wait for nothing, and what was written since is not taken back; with one, it is what was read before.
    const changed = store === undefined ? [...this.#watch.changed] : [];
    const since = new Map(changed.map((key) => [key, memory.readKept(key)] as const));
    memory.clear();
    fencing.raiseAll();
    for (const [key, state] of since) if (state !== undefined) memory.recall(key, state, 0);
    await this.#fill(since);
    return this.#entries.size;
  }

  /** To be called at the end, whatever came of it. */
  end(): void {
    this.#watch.stop();
  }

  /** Where not all entries fit, the first of them are those to do without. */
  async #fill(since: ReadonlyMap<string, unknown>): Promise<void> {
    const { memory } = this.#parts;
    const pace = new Pace();
    const watch = memory.watch();
    const overtaken = [...since.keys()].filter((key) => this.#keys.has(key)).length;
    // Nobody asks for them any longer.
    this.#keys.clear();
    let toSkip = this.#entries.size - overtaken - memory.free();
    try {
      for (const { key, state, hits } of this.#entries.take()) {
        if (watch.isCleared) return;
        if (since.has(key) || watch.changed.has(key) || toSkip-- > 0) continue;
        memory.recall(key, state, hits);
        if (pace.spent(0)) await pace.turn();
      }
    } finally {
      watch.stop();
    }
  }
}

/** @throws CacheError `bad_snapshot` where a cache has a store and the snapshot no rows, or the other way round, or the store refuses. */
export function assertStoreFits(store: BackingStore | undefined, hasRows: boolean): void {
  if (store === undefined && hasRows)
    throw badSnapshot('it holds the rows of a store, and this cache has none');
  if (store !== undefined && !hasRows) throw badSnapshot('it holds no rows, and this cache has a store');
  if (store?.capabilities.replaceAll === false)
    throw badSnapshot('the store of this cache cannot replace all of its rows');
}
