import type { SharedTierFactory } from 'nuthatch/engine';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
import type { FakeClock } from './fake-clock.js';
import { fencing } from './tier-clauses/fencing.js';
import { invalidating } from './tier-clauses/invalidating.js';
import { leasing } from './tier-clauses/leasing.js';
import { ordering } from './tier-clauses/ordering.js';
import { reading } from './tier-clauses/reading.js';
import { sharing } from './tier-clauses/sharing.js';
import { TierHarness } from './tier-harness.js';

/** What is tested, and by whom. */
export interface SharedTierContractOptions {
  /** The name of the tier, for the report. */
  readonly name: string;
  /**
   * Makes a factory whose tiers find nothing yet; called once per test. Or several, which have the same entries, as two processes have: a test that
   * connects more than once takes them in turn.
   */
  open(): Promise<SharedTierFactory | readonly SharedTierFactory[]>;
  /** The clock that the tier goes by, where it is one that the tests can move; they wait otherwise. */
  readonly clock?: FakeClock;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/**
 * Declares one test per promise of `SharedTier`, for a tier of one's own:
 *
 * ```ts
 * sharedTierContract({ name: 'my tier', open: async () => myTier({ prefix: freshPrefix() }) });
 * ```
 */
export function sharedTierContract(options: SharedTierContractOptions): void {
  declareClauses(`${options.name} as a shared tier`, sharedTierClauses(options), options.runner);
}

/** The tests of {@link sharedTierContract}, for a runner of any kind to run one by one. */
export function sharedTierClauses({
  open,
  clock,
}: Omit<SharedTierContractOptions, 'name' | 'runner'>): readonly ContractClause[] {
  const clauses = [...reading, ...ordering, ...fencing, ...leasing, ...invalidating, ...sharing];
  return clauses.map(({ promise, check }) => ({
    name: promise,
    run: async () => TierHarness.with({ factories: await open(), clock }, check),
  }));
}
