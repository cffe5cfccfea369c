import type { EntryState } from './entry.js';
import type { WriteOptions } from './life.js';

/** What is to be under a key: an entry, or nothing. */
export type Change<V> = readonly [key: string, entry: EntryState<V> | undefined];

/** A change of entries that depends on what is there. */
export interface Exchange<V> {
  /**
   * Told the entries that any reader would find now, answers what is to be there, under new versions; a key that it does not name stays as it
   * is. What it throws leaves all as it was.
   */
  decide(current: ReadonlyMap<string, EntryState<V>>): readonly Change<V>[];
  /** Called when the change is made, or may have been, because the store failed; before anybody else can change the keys. */
  settled(): void;
}

/** What commands may do with the entries of a cache, through every tier and the write policy. */
export interface Entries<V> {
  /** Changes entries in one batch, all or none; nobody else changes those keys meanwhile. */
  exchange(keys: readonly string[], exchange: Exchange<V>): Promise<void>;
  /** An entry whose life starts now. */
  prepare(value: V, options: WriteOptions | undefined): EntryState<V>;
  /** The value as it may be handed to a caller: itself, or a copy where entries are isolated. */
  handOut(value: V): V;
}

/** Somebody who is to know what goes when everything does. */
export interface ClearWitness<V> {
  /** Told each entry that would be gone, before any is, those in memory last and in eviction order. What it throws leaves all as it was. */
  going(key: string, entry: EntryState<V>): void;
  /** Runs `change`, by which memory forgets and every fence falls. */
  around(change: () => void): void;
}
