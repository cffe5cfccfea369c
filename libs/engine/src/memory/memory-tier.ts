import type { Slot } from '../eviction/strategy.js';
import type { EntryState, EntryView } from '../kernel/entry.js';
import type { Validity } from '../kernel/invalidation.js';
import type { Ageing, Residents } from '../kernel/residents.js';
import type { Isolation } from './isolation.js';
import type { MemoryTable } from './memory-table.js';
import type { BudgetPlace } from './memory-budget.js';
import type { MemoryTierParts, Note } from './memory-tier-parts.js';
import { type MemoryWatch, MemoryWatches } from './memory-watches.js';

/** The memory of a `Cache`: a table of entries that know their version and tags, with values isolated as the user chose. */
export class MemoryTier<V> implements Residents<V> {
  readonly table: MemoryTable<string, V, Note>;
  readonly #isolation: Isolation;
  readonly #validity: Validity;
  readonly #isDirty: (key: string) => boolean;
  readonly #failed: (error: unknown) => void;
  readonly #place: BudgetPlace | undefined;
  readonly #vouches: MemoryTierParts<V>['vouches'];
  readonly #watches = new MemoryWatches();
  /** Whether any entry has had a time to idle. */
  #hasIdling = false;

  constructor({ table, isolation, validity, isDirty, failed, place, vouches }: MemoryTierParts<V>) {
    this.#vouches = vouches;
    this.#failed = failed;
    this.#place = place;
    this.table = table;
    this.#isDirty = isDirty;
    this.#isolation = isolation;
    this.#validity = validity;
  }

  /** Where the fresh entry of a key is, or `undefined`. Counts as no use. */
  find(key: string): Slot | undefined {
    const slot = this.#kept(key);
    return slot === undefined || this.#isFresh(slot) ? slot : undefined;
  }

  /** Counts a use and answers the value to hand out. */
  use(slot: Slot): V {
    if (this.#hasIdling) this.#slide(slot);
    const value = this.table.use(slot);
    return this.#isolation.isShared ? value : this.handOut(value);
  }

  /** Whether less than this share is left of the time for which an entry is fresh. */
  isLate(slot: Slot, share: number): boolean {
    const until = this.#until(slot);
    return until - this.table.time.now() < share * (until - this.table.writtenAt(slot));
  }

  /** What decides whether a value that is read is to be loaded anew, although it is fresh. */
  ageingAt(slot: Slot): Ageing {
    const until = this.#until(slot);
    return {
      lifeMs: until - this.table.writtenAt(slot),
      leftMs: until - this.table.time.now(),
      reads: this.table.hitsAt(slot),
      loadMs: this.#noteAt(slot).freshness?.loadMs ?? 0,
    };
  }

  /** The entry in a slot as observers see it. */
  viewAt(slot: Slot): EntryView {
    const view = this.table.viewAt(slot, this.#isDirty(this.table.keyAt(slot)));
    const until = this.table.freshUntil(slot);
    return until === Infinity ? view : { ...view, ttlMs: until - this.table.time.exactNow() };
  }

  read(key: string): EntryState<V> | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.#stateAt(slot);
  }

  readKept(key: string): EntryState<V> | undefined {
    const slot = this.#kept(key);
    return slot === undefined ? undefined : this.#stateAt(slot);
  }

  keep(key: string, entry: EntryState<V>): void {
    this.#watches.changed(key);
    this.#put(key, entry);
  }

  offer(key: string, entry: EntryState<V>): void {
    try {
      this.keep(key, entry);
    } catch (error) {
      this.#failed(error);
    }
  }

  drop(key: string): boolean {
    this.#watches.changed(key);
    const slot = this.table.slotOf(key);
    if (slot !== undefined) this.table.removeAt(slot, 'deleted');
    return slot !== undefined;
  }

  clear(): void {
    this.#watches.cleared();
    this.table.clear();
  }

  /** Lets go of everything. */
  close(): void {
    this.#place?.leave();
    this.table.close();
    this.clear();
  }

  /** How many more entries fit. */
  free(): number {
    return this.table.bounds.maxItems - this.table.size;
  }

  /** Notes what is changed from now on, whether it was resident or not, until it is told to stop. */
  watch(): MemoryWatch {
    return this.#watches.begin();
  }

  handOut(value: V): V {
    return this.#isolation.handOut(value);
  }

  /** The fresh entries in order of arrival; safe while the cache changes. */
  *living(): Generator<Slot, void> {
    for (const slot of this.table.living()) if (this.#isCurrent(slot) && this.#isFresh(slot)) yield slot;
  }

  /** The entries with their uses, stale ones included, the next victim first; to be taken in one go. */
  *inEvictionOrder(): Generator<{
    readonly key: string;
    readonly state: EntryState<V>;
    readonly hits: number;
  }> {
    for (const slot of this.table.inEvictionOrder()) {
      if (!this.#isCurrent(slot)) continue;
      yield { key: this.table.keyAt(slot), state: this.#stateAt(slot), hits: this.table.hitsAt(slot) };
    }
  }

  /** Keeps an entry that had been used before, as a restore does. To watches this is no change. */
  recall(key: string, entry: EntryState<V>, hits: number): void {
    try {
      this.#put(key, entry, hits);
    } catch (error) {
      this.#failed(error);
    }
  }

  #put(key: string, { value, expiresAt, version, tags, freshness }: EntryState<V>, hits?: number): void {
    if (freshness !== undefined && freshness.idleMs !== Infinity) this.#hasIdling = true;
    const note: Note = { version, tags, checkedUpTo: version, freshness };
    try {
      const slot = this.table.put(key, this.#isolation.keep(value), { expiresAt, note, hits });
      if (slot !== undefined) this.table.freshen(slot, freshness?.until ?? Infinity);
      this.#place?.settle();
    } catch (error) {
      this.drop(key);
      throw error;
    }
  }

  /** Where the entry of a key is, fresh or stale, or `undefined`; one that was invalidated is removed. */
  #kept(key: string): Slot | undefined {
    const slot = this.table.slotOf(key);
    if (slot === undefined || this.#isCurrent(slot)) return slot;
    this.table.removeAt(slot, 'deleted');
    return undefined;
  }

  /** One comparison, but for the first look after an invalidation. */
  #isCurrent(slot: Slot): boolean {
    if (this.#vouches !== undefined && !this.#isVouched(slot, this.#vouches)) return false;
    const { newest } = this.#validity;
    if (newest === 0) return true;
    const note = this.#noteAt(slot);
    if (note.checkedUpTo >= newest) return true;
    if (!this.#validity.isCurrent(this.table.keyAt(slot), note)) return false;
    note.checkedUpTo = newest;
    return true;
  }

  /** What nobody can vouch for is gone, unless it is to be kept for when a load fails: then it is stale. */
  #isVouched(slot: Slot, vouches: (version: number) => boolean): boolean {
    const { version, freshness } = this.#noteAt(slot);
    if (vouches(version)) return true;
    if (freshness === undefined) return false;
    this.table.freshen(slot, Math.min(this.table.freshUntil(slot), this.table.time.now()));
    return true;
  }

  #isFresh(slot: Slot): boolean {
    const until = this.table.freshUntil(slot);
    return until === Infinity || until > this.table.time.now();
  }

  /** When the time of an entry is over, whether or not it is kept beyond. */
  #until(slot: Slot): number {
    return Math.min(this.table.freshUntil(slot), this.table.expiresAt(slot));
  }

  /** A use of an entry with a time to idle puts off both its ends. */
  #slide(slot: Slot): void {
    const { freshness } = this.#noteAt(slot);
    if (freshness === undefined || freshness.idleMs === Infinity) return;
    const former = this.table.freshUntil(slot);
    const until = Math.max(former, Math.min(freshness.latest, this.table.time.now() + freshness.idleMs));
    // The timer wheel looks again when the former end comes.
    this.table.endAt(slot, this.table.expiresAt(slot) + (until - former));
    this.table.freshen(slot, until);
  }

  #stateAt(slot: Slot): EntryState<V> {
    const { version, tags, freshness } = this.#noteAt(slot);
    return {
      value: this.table.valueAt(slot),
      expiresAt: this.table.expiresAt(slot),
      version,
      tags,
      freshness: freshness && { ...freshness, until: this.table.freshUntil(slot) },
    };
  }

  #noteAt(slot: Slot): Note {
    // Every entry of this tier was put in by keep, with a note.
    return this.table.note(slot)!;
  }
}
