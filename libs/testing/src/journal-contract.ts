import type { JournalFactory } from 'nuthatch/engine';
import type { TestRunner } from './backing-store-contract.js';
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
 * Declares one test per promise of {@link Journal}, for a journal of one's own:
 *
 * ```ts
 * journalContract({ name: 'my journal', open: async () => myJournal({ table: await emptyTable() }) });
 * ```
 */
export function journalContract(options: JournalContractOptions): void {
  // The globals of a test runner, where one is running; its own types are not asked for.
  const { describe, it } = options.runner ?? (globalThis as unknown as TestRunner);
  describe(`${options.name} as a journal`, () => {
    for (const { promise, check } of [...keeping, ...releasing, ...owning])
      it(promise, async () => JournalHarness.with(await options.open(), check));
  });
}
