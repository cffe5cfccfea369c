import type { JournalFactory } from 'nuthatch/engine';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
import { keeping } from './journal-clauses/keeping.js';
import { owning } from './journal-clauses/owning.js';
import { releasing } from './journal-clauses/releasing.js';
import { JournalHarness } from './journal-harness.js';

/** What is tested, and by whom. */
export interface JournalContractOptions {
  /** The name of the journal, for the report. */
  readonly name: string;
  /** Makes a factory whose journals find nothing yet; called once per test. */
  open(): Promise<JournalFactory>;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/**
 * Declares one test per promise of `Journal`, for a journal of one's own:
 *
 * ```ts
 * journalContract({ name: 'my journal', open: async () => myJournal({ table: await emptyTable() }) });
 * ```
 */
export function journalContract(options: JournalContractOptions): void {
  declareClauses(`${options.name} as a journal`, journalClauses(options), options.runner);
}

/** The tests of {@link journalContract}, for a runner of any kind to run one by one. */
export function journalClauses({ open }: Pick<JournalContractOptions, 'open'>): readonly ContractClause[] {
  return [...keeping, ...releasing, ...owning].map(({ promise, check }) => ({
    name: promise,
    run: async () => JournalHarness.with(await open(), check),
  }));
}
