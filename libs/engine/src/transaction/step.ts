import type { Plan, Targets } from '../invalidation/targets.js';

/** An eviction that waits for the end of a transaction, other than the deletion of a key. */
export interface Step {
  /** What is gone with it: keys, those included that depend on others, and what marks are about. */
  readonly hides: Plan;
  /** Whether what the transaction has written before goes, too; rows of the user's own data stay. */
  readonly dropsWrites: boolean;
  /** Makes it in the cache; left out where that comes of itself. */
  readonly run?: (() => Promise<unknown>) | undefined;
  /** Whether it holds only when `run` has ended, so that writes wait for it: others are not to see them beside what is to go. */
  readonly isLate?: boolean | undefined;
  /** What is to be invalidated where `run` fails; left out where memory has forgotten it all the same. */
  readonly instead?: Targets | undefined;
}
