import type { Slot } from '../eviction/strategy.js';
import type { EntryState, EntryView } from '../kernel/entry.js';
import type { Residents } from '../kernel/residents.js';
import type { Isolation } from './isolation.js';
import type { MemoryTable } from './memory-table.js';

/** What a cache keeps beside a value in memory. */
export interface Note {
  readonly version: number;
  readonly tags: readonly string[];
}

/** What has changed in memory since somebody began to look. */
export interface MemoryWatch {
  /** The keys that were kept or dropped. */
  readonly changed: ReadonlySet<string>;
  /** Whether everything was dropped. */
  readonly isCleared: boolean;
  stop(): void;
}

/** What the memory tier is made of. */
export interface MemoryTierParts<V> {
  readonly table: MemoryTable<string, V, Note>;
  readonly isolation: Isolation;
  /** Whether an entry has not been invalidated by one of its tags. */
  readonly isCurrent: (note: Note) => boolean;
  /** Told why an entry could not be kept. */
  readonly failed: (error: unknown) => void;
  /** Whether an entry waits to be stored. */
  readonly isDirty: (key: string) => boolean;
}

/** The memory of a `Cache`: a table of entries that know their version and tags, with values isolated as the user chose. */
export class MemoryTier<V> implements Residents<V> {
  readonly table: MemoryTable<string, V, Note>;
  readonly #isolation: Isolation;
  readonly #isCurrent: (note: Note) => boolean;
  readonly #isDirty: (key: string) => boolean;
  readonly #failed: (error: unknown) => void;
  readonly #watches = new Set<Watch>();

  constructor({ table, isolation, isCurrent, isDirty, failed }: MemoryTierParts<V>) {
    this.#failed = failed;
    this.table = table;
    this.#isDirty = isDirty;
    this.#isolation = isolation;
    this.#isCurrent = isCurrent;
  }

  /** Where the living entry of a key is, or `undefined`. Counts as no use. */
  find(key: string): Slot | undefined {
    const slot = this.table.slotOf(key);
    if (slot === undefined || this.#isLiving(slot)) return slot;
    this.table.removeAt(slot, 'deleted');
    return undefined;
  }

  /** Counts a use and answers the value to hand out. */
  use(slot: Slot): V {
    return this.handOut(this.table.use(slot));
  }

  /** The entry in a slot as observers see it. */
  viewAt(slot: Slot): EntryView {
    return this.table.viewAt(slot, this.#isDirty(this.table.keyAt(slot)));
  }

  read(key: string): EntryState<V> | undefined {
    const slot = this.find(key);
    return slot === undefined ? undefined : this.#stateAt(slot);
  }

  keep(key: string, entry: EntryState<V>): void {
    if (this.#watches.size > 0) this.#changed(key);
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
    if (this.#watches.size > 0) this.#changed(key);
    const slot = this.find(key);
    if (slot !== undefined) this.table.removeAt(slot, 'deleted');
    return slot !== undefined;
  }

  clear(): void {
    for (const watch of this.#watches) watch.isCleared = true;
    this.table.clear();
  }

  /** How many more entries fit. */
  free(): number {
    return this.table.bounds.maxItems - this.table.size;
  }

  /** Notes what is changed from now on, whether it was resident or not, until it is told to stop. */
  watch(): MemoryWatch {
    const watch: Watch = {
      changed: new Set<string>(),
      isCleared: false,
      stop: () => this.#watches.delete(watch),
    };
    this.#watches.add(watch);
    return watch;
  }

  handOut(value: V): V {
    return this.#isolation.handOut(value);
  }

  /** The living entries in order of arrival; safe while the cache changes. */
  *living(): Generator<Slot, void> {
    for (const slot of this.table.living()) if (this.#isLiving(slot)) yield slot;
  }

  /** The living entries with their uses, the next victim first; to be taken in one go. */
  *inEvictionOrder(): Generator<{
    readonly key: string;
    readonly state: EntryState<V>;
    readonly hits: number;
  }> {
    for (const slot of this.table.inEvictionOrder()) {
      if (!this.#isLiving(slot)) continue;
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

  #put(key: string, { value, expiresAt, version, tags }: EntryState<V>, hits?: number): void {
    try {
      this.table.put(key, this.#isolation.keep(value), { expiresAt, note: { version, tags }, hits });
    } catch (error) {
      this.drop(key);
      throw error;
    }
  }

  #changed(key: string): void {
    for (const { changed } of this.#watches) changed.add(key);
  }

  #isLiving(slot: Slot): boolean {
    return this.#isCurrent(this.#noteAt(slot));
  }

  #stateAt(slot: Slot): EntryState<V> {
    const { version, tags } = this.#noteAt(slot);
    return { value: this.table.valueAt(slot), expiresAt: this.table.expiresAt(slot), version, tags };
  }

  #noteAt(slot: Slot): Note {
    // Every entry of this tier was put in by keep, with a note.
    return this.table.note(slot)!;
  }
}

/** A watch as its memory sees it. */
interface Watch extends MemoryWatch {
  readonly changed: Set<string>;
  isCleared: boolean;
}
