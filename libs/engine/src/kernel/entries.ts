import type { EntryState } from './entry.js';
import type { WriteOptions } from './life.js';

/** A change of one entry that depends on what is there. */
export interface Exchange<V> {
  /** Told what any reader would find now, answers what is to be there, under a new version; `undefined` deletes. What it throws leaves all as it was. */
  decide(current: EntryState<V> | undefined): EntryState<V> | undefined;
  /** Called when the change is made, before anybody else can change the key. */
  settled(): void;
}

/** What commands may do with the entries of a cache, through every tier and the write policy. */
export interface Entries<V> {
  /** Changes one entry; nobody else changes it meanwhile. */
  exchange(key: string, exchange: Exchange<V>): Promise<void>;
  /** An entry whose life starts now. */
  prepare(value: V, options: WriteOptions | undefined): EntryState<V>;
}
