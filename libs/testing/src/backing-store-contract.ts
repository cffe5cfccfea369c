import type { BackingStoreFactory } from 'nuthatch/engine';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
import { invalidating } from './store-clauses/invalidating.js';
import { lasting } from './store-clauses/lasting.js';
import { reading } from './store-clauses/reading.js';
import { replacing } from './store-clauses/replacing.js';
import { replaying } from './store-clauses/replaying.js';
import { scanning } from './store-clauses/scanning.js';
import { writing } from './store-clauses/writing.js';
import { StoreHarness } from './store-harness.js';

/** What is tested, and by whom. */
export interface BackingStoreContractOptions {
  /** The name of the store, for the report. */
  readonly name: string;
  /** Makes a factory whose stores find no rows yet; called once per test. */
  open(): Promise<BackingStoreFactory>;
  /** Whether rows are gone when the last store is closed, as in memory; not so by default. */
  readonly forgetsWhenClosed?: boolean;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/**
 * Declares one test per promise of `BackingStore`, for a store of one's own:
 *
 * ```ts
 * backingStoreContract({ name: 'my store', open: async () => myStore({ table: await emptyTable() }) });
 * ```
 */
export function backingStoreContract(options: BackingStoreContractOptions): void {
  declareClauses(`${options.name} as a backing store`, backingStoreClauses(options), options.runner);
}

/** The tests of {@link backingStoreContract}, for a runner of any kind to run one by one. */
export function backingStoreClauses(
  options: Omit<BackingStoreContractOptions, 'name' | 'runner'>,
): readonly ContractClause[] {
  const clauses = [
    ...reading,
    ...writing,
    ...replaying,
    ...scanning,
    ...replacing,
    ...invalidating,
    ...(options.forgetsWhenClosed === true ? [] : lasting),
  ];
  return clauses.map(({ promise, check }) => ({
    name: promise,
    run: async () => StoreHarness.with(await options.open(), check),
  }));
}
