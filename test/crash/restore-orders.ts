import type { Place, StoreName } from './cells.js';

/** What a restorer is told; survives JSON. */
export interface RestoreOrders {
  readonly store: StoreName;
  readonly place: Place;
  /** Snapshots, to be restored one after the other, over and over. */
  readonly files: readonly string[];
}
