import type { Freshness } from '../kernel/entry.js';
import type { Validity } from '../kernel/invalidation.js';
import type { Isolation } from './isolation.js';
import type { BudgetPlace } from './memory-budget.js';
import type { MemoryTable } from './memory-table.js';

/** What a cache keeps beside a value in memory. */
export interface Note {
  readonly version: number;
  readonly tags: readonly string[];
  /** Up to which version invalidations are known not to concern the entry. */
  checkedUpTo: number;
  /** As it was written; until when the entry is fresh now, the table knows. */
  readonly freshness: Freshness | undefined;
}

/** What the memory tier is made of. */
export interface MemoryTierParts<V> {
  readonly table: MemoryTable<string, V, Note>;
  readonly isolation: Isolation;
  readonly validity: Validity;
  /** Told why an entry could not be kept. */
  readonly failed: (error: unknown) => void;
  /** Whether an entry waits to be stored. */
  readonly isDirty: (key: string) => boolean;
  /** Whether an entry of a version may still be what the others have; nothing where there are no others. */
  readonly vouches: ((version: number) => boolean) | undefined;
  /** The place in the budget that it shares with other caches. */
  readonly place: BudgetPlace | undefined;
}
