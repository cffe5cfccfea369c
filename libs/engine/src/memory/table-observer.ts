import type { Slot } from '../eviction/strategy.js';
import type { RemovalCause } from '../kernel/entry.js';

/** Told of what happens in a table. It must not throw. */
export interface TableObserver {
  /**
   * An entry is about to leave: its slot can still be read, nothing may be changed. What is answered is called once it
   * is gone.
   */
  removing(slot: Slot, cause: RemovalCause): (() => void) | undefined;
  /** The table is over its bounds, and the strategy names nobody that could leave. */
  stalled(why: string): void;
}

/** Says why a table stalled: what the strategy named is no resident. */
export function stallOf(victim: Slot | undefined): string {
  return victim === undefined
    ? 'the strategy names no victim'
    : `the strategy names slot ${victim}, which holds no entry`;
}
