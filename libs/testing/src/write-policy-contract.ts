import type { WritePolicyFactory } from 'nuthatch/engine';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
import { ending } from './policy-clauses/ending.js';
import { PolicyBench } from './policy-clauses/policy-bench.js';
import { writing } from './policy-clauses/writing.js';

/** What is tested, and by whom. */
export interface WritePolicyContractOptions {
  /** The name of the policy, for the report. */
  readonly name: string;
  /** Makes the factory; called once per test. */
  open(): WritePolicyFactory;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/**
 * Declares one test per promise of `WritePolicy`, for a policy of one's own. It is given no journal.
 *
 * ```ts
 * writePolicyContract({ name: 'write-twice', open: () => new WriteTwice() });
 * ```
 */
export function writePolicyContract(options: WritePolicyContractOptions): void {
  declareClauses(`${options.name} as a write policy`, writePolicyClauses(options), options.runner);
}

/** The tests of {@link writePolicyContract}, for a runner of any kind to run one by one. */
export function writePolicyClauses({
  open,
}: Pick<WritePolicyContractOptions, 'open'>): readonly ContractClause[] {
  return [...writing, ...ending].map(({ promise, check }) => ({
    name: promise,
    run: async () => PolicyBench.with(open(), check),
  }));
}
