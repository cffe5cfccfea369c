import type { BusHarness } from '../bus-harness.js';

/** A promise that every bus makes. */
export interface Clause {
  readonly promise: string;
  check(harness: BusHarness): Promise<void>;
}
