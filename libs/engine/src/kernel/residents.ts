import type { EntryState } from './entry.js';

/** What is known of the age of a value that is read. */
export interface Ageing {
  /** How long it was fresh when it was written; `Infinity` where it does not expire. */
  readonly lifeMs: number;
  /** For how long it still is. */
  readonly leftMs: number;
  /** How often it was read. */
  readonly reads: number;
  /** How long its load took; 0 where that is not known. */
  readonly loadMs: number;
}

/** The memory of a cache as loads, writes and commands see it. */
export interface Residents<V> {
  /** The fresh entry, not counted as a use. */
  read(key: string): EntryState<V> | undefined;
  /** As {@link read}, also where it is stale. */
  readKept(key: string): EntryState<V> | undefined;
  /**
   * Keeps an entry in the place of its key, where it fits. Where `weigh` or the strategy throws, so does this, and the key is
   * forgotten.
   */
  keep(key: string, entry: EntryState<V>): void;
  /** As {@link keep}, for an entry that is safe elsewhere: what goes wrong is reported, and nobody fails for it. */
  offer(key: string, entry: EntryState<V>): void;
  /** Forgets an entry because it was deleted or invalidated; answers whether there was one. */
  drop(key: string): boolean;
  /** Forgets every entry. */
  clear(): void;
  /** The value as it may be handed to a caller: itself, or a copy where entries are isolated. */
  handOut(value: V): V;
}
