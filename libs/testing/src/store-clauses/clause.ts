import type { StoreHarness } from '../store-harness.js';

/** A promise that every backing store makes. */
export interface Clause {
  readonly promise: string;
  check(harness: StoreHarness): Promise<void>;
}
