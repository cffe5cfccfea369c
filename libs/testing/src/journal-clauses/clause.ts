import type { JournalHarness } from '../journal-harness.js';

/** A promise that every journal makes. */
export interface JournalClause {
  readonly promise: string;
  check(harness: JournalHarness): Promise<void>;
}
