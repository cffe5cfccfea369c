import type { TierHarness } from '../tier-harness.js';

/** A promise that every shared tier makes. */
export interface Clause {
  readonly promise: string;
  check(harness: TierHarness): Promise<void>;
}
