import type { BackingStoreFactory } from 'nuthatch/engine';
import { invalidating } from './store-clauses/invalidating.js';
import { lasting } from './store-clauses/lasting.js';
import { reading } from './store-clauses/reading.js';
import { replacing } from './store-clauses/replacing.js';
import { replaying } from './store-clauses/replaying.js';
import { scanning } from './store-clauses/scanning.js';
import { writing } from './store-clauses/writing.js';
import { StoreHarness } from './store-harness.js';

/** Where tests are declared: the functions that jest, vitest, mocha and `node:test` have in common. */
export interface TestRunner {
  describe(name: string, declare: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}

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
 * Declares one test per promise of {@link BackingStore}, for a store of one's own:
 *
 * ```ts
 * backingStoreContract({ name: 'my store', open: async () => myStore({ table: await emptyTable() }) });
 * ```
 */
export function backingStoreContract(options: BackingStoreContractOptions): void {
  // The globals of a test runner, where one is running; its own types are not asked for.
  const { describe, it } = options.runner ?? (globalThis as unknown as TestRunner);
  const clauses = [
    ...reading,
    ...writing,
    ...replaying,
    ...scanning,
    ...replacing,
    ...invalidating,
    ...(options.forgetsWhenClosed === true ? [] : lasting),
  ];
  describe(`${options.name} as a backing store`, () => {
    for (const { promise, check } of clauses)
      it(promise, async () => StoreHarness.with(await options.open(), check));
  });
}
