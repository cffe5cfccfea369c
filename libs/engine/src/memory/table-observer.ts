import type { Slot } from '../eviction/strategy.js';
import type { EntryView, RemovalCause } from '../kernel/entry.js';

/** What can be read of the entries of a table. */
export interface SlotReader<K, V> {
  keyAt(slot: Slot): K;
  valueAt(slot: Slot): V;
  /** The entry in a slot as hooks see it; `dirty` is for the owner of the table to say. */
  viewAt(slot: Slot, dirty: boolean): EntryView;
}

/** Told of what happens in a table. It must not throw. Best a class, since V8 optimises calls of its methods for all tables at once. */
export interface TableObserver<K, V> {
  /** Whether nobody cares now what leaves. */
  readonly isIdle: boolean;
  /**
   * An entry is about to leave: its slot can still be read, nothing may be changed. What is answered is called once it
   * is gone.
   */
  removing(entries: SlotReader<K, V>, slot: Slot, cause: RemovalCause): (() => void) | undefined;
  /** The table is over its bounds, and the strategy names nobody that could leave; or one that was to take over could not. */
  stalled(why: string): void;
  /** The strategy in charge has moved from one strategy to another by itself. */
  swapped(from: string, to: string): void;
}

/** Says why a table stalled: what the strategy named is no resident. */
export function stallOf(victim: Slot | undefined): string {
  return victim === undefined
    ? 'the strategy names no victim'
    : `the strategy names slot ${victim}, which holds no entry`;
}
