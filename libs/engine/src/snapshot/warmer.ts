import type { EntryState } from '../kernel/entry.js';
import { decode } from './encoding.js';
import { resumed } from './freshness.js';
import type { FileHeader } from './file-format.js';
import { Pace } from './pace.js';
import type { SnapshotParts, Watch } from './parts.js';
import { elapsedSince } from './restore-file.js';
import type { SnapshotEntry } from './snapshot.js';

/** What a warmer is made of. */
export interface WarmerParts<V> extends Omit<SnapshotParts<V>, 'store' | 'currentNow'> {
  readonly hasStore: boolean;
  /** What the store has under these keys; nothing where there is no store. */
  readonly readMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, EntryState<V>>>;
}

/** So many rows are asked for at once: few enough not to hold up those who wait for the store. */
const ROWS_AT_ONCE = 100;

/** Brings entries into memory beside everything else that goes on there: what was read, written or deleted since comes first. */
export class Warmer<V> {
  readonly #parts: WarmerParts<V>;
  readonly #watch: Watch;
  readonly #version: number;
  readonly #pace = new Pace();
  #elapsedMs = 0;
  #toSkip = 0;
  #isStopped = false;
  #count = 0;

  /** Begins to note what changes. */
  constructor(parts: WarmerParts<V>) {
    this.#parts = parts;
    this.#version = parts.sequence.next();
    this.#watch = parts.memory.watch();
  }

  /** How many entries it has brought. */
  get count(): number {
    return this.#count;
  }

  /** Whether there is no use in more entries. */
  get isStopped(): boolean {
    return this.#isStopped || this.#watch.isCleared;
  }

  /** @param header of the file that the entries are from. Where there are more of them than fit, the first are those to do without. */
  begin({ takenAt, entries }: Pick<FileHeader, 'takenAt' | 'entries'>): void {
    this.#elapsedMs = elapsedSince(takenAt, this.#parts.clock.wallNow());
    this.#toSkip = Math.max(0, entries - this.#parts.memory.free());
  }

  async add(entries: readonly SnapshotEntry[]): Promise<void> {
    const skipped = Math.min(this.#toSkip, entries.length);
    this.#toSkip -= skipped;
    const wanted = entries.slice(skipped);
    for (let from = 0; from < wanted.length && !this.isStopped; from += ROWS_AT_ONCE) {
      const some = wanted.slice(from, from + ROWS_AT_ONCE);
      if (!this.#parts.hasStore) await this.#addOwn(some);
      else await this.#addStored(some);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch.stop();
  }

  async #addOwn(entries: readonly SnapshotEntry[]): Promise<void> {
    const { codec, clock } = this.#parts;
    for (const { key, value, remainingMs, hits, tags, freshness } of entries) {
      const leftMs = (remainingMs ?? Infinity) - this.#elapsedMs;
      if (leftMs > 0 && this.#isFree(key)) {
        const now = clock.now();
        const state = { value: decode<V>(codec, key, value), expiresAt: now + leftMs, tags };
        const aging = { freshness: freshness && resumed(freshness, now - this.#elapsedMs) };
        this.#recall(key, { ...state, ...aging, version: this.#version }, hits);
      }
      if (this.#pace.spent(value.length)) await this.#pace.turn();
      if (this.isStopped) return;
    }
  }

  /** What is changed while the store is read does not come from there. */
  async #addStored(entries: readonly SnapshotEntry[]): Promise<void> {
    const { fencing, readMany } = this.#parts;
    const wanted = entries.filter(({ key }) => this.#isFree(key));
    if (wanted.length === 0) return;
    const fences = wanted.map(({ key }) => fencing.enter(key));
    try {
      const found = await readMany(wanted.map(({ key }) => key));
      for (const [at, { key, hits }] of wanted.entries()) {
        const state = found.get(key);
        const mayKeep = fences[at]?.holds() === true && this.#isFree(key) && !this.isStopped;
        if (state !== undefined && mayKeep) this.#recall(key, state, hits);
      }
    } finally {
      for (const fence of fences) fence.release();
    }
    await this.#pace.turn();
  }

  #isFree(key: string): boolean {
    return !this.#watch.changed.has(key) && this.#parts.memory.readKept(key) === undefined;
  }

  #recall(key: string, state: EntryState<V>, hits: number): void {
    this.#parts.memory.recall(key, state, hits);
    this.#count++;
  }
}
