import type { Operation, Row } from '../store/backing-store.js';
import type { GuardedStore } from '../store/guarded-store.js';
import type { AnnouncerParts } from './announcer.js';
import type { Leases } from './leases.js';
import type { SharedTier } from './shared-tier.js';

/** What a store with a shared tier in front is made of. */
export interface TieredStoreParts extends AnnouncerParts {
  readonly tier: SharedTier;
  /** Nothing where only a bus is shared. */
  readonly leases: Leases | undefined;
  /** The cache's own store behind the tier, guarded; nothing where the tier is all there is. */
  readonly own: GuardedStore | undefined;
  /** Whether a row of this version, of a store that is the cache's own, can be what the others have. */
  readonly trusts: (version: number) => boolean;
  /** Whether another process has changed its key since. */
  readonly isOvertaken: (operation: Operation) => boolean;
  /** Draws the version of a change. */
  readonly nextVersion: () => number;
  /** Whether the cache may show a row of the tier. */
  readonly isLiving: (row: Row) => boolean;
  /** A row of the own store as the tier keeps it, with the end that the cache gives it. */
  readonly shareable: (row: Row) => Row;
}
