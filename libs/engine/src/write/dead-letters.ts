import type { Operation } from '../store/backing-store.js';
import type { Death } from './journal.js';

/** A change that the store has refused for good, as it was to be stored. */
export interface Undeliverable {
  readonly operation: Operation;
  readonly death: Death;
}

/** The changes that a policy has given up, at most one per key. None is lost, also over a restart where there is a journal. */
export interface DeadLetterBook {
  /** All of them, the oldest first. */
  list(): readonly Undeliverable[];
  /** Makes them pending again, as if they were new: those of these keys, or all. Answers how many. */
  retry(keys?: readonly string[]): Promise<number>;
  /** Forgets them for good: those of these keys, or all. Answers how many. */
  discard(keys?: readonly string[]): Promise<number>;
}
