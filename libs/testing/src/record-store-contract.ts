import type { RecordStore } from 'nuthatch/engine';
import type { TestRunner } from './backing-store-contract.js';
import { RecordBench } from './record-bench.js';
import { always, refusing, versioned } from './record-store-clauses.js';

/** What is tested, with which records, and by whom. */
export interface RecordStoreContractOptions<V> {
  /** The name of the store, for the report. */
  readonly name: string;
  /** Opens a store over an empty table; called once per test. */
  open(): Promise<RecordStore<V>>;
  /** The record of a key, as it is to come back: another one for each revision. */
  value(key: string, revision: number): V;
  /**
   * A record that the table refuses, by a constraint for instance. `undefined` where it takes every record: that a batch is made as a whole
   * or not at all is left unchecked then.
   */
  readonly refused: ((key: string) => V) | undefined;
  /** The key of an index from 0 to 1,000: by default any text, among it what some databases stumble over. */
  key?(index: number): string;
  /** Whether the table keeps versions, so that a replay changes nothing that is newer; not so by default. */
  readonly keepsVersions?: boolean;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/**
 * Declares one test per promise of {@link RecordStore}, for a store of one's own:
 *
 * ```ts
 * recordStoreContract({
 *   name: 'products',
 *   open: async () => new ProductStore(await emptyDatabase()),
 *   key: (index) => `product:${index}`,
 *   value: (key, revision) => ({ id: idOf(key), name: `name ${revision}`, price: revision }),
 *   refused: (key) => ({ id: idOf(key), name: 'negative', price: -1 }),
 * });
 * ```
 */
export function recordStoreContract<V>(options: RecordStoreContractOptions<V>): void {
  // The globals of a test runner, where one is running; its own types are not asked for.
  const { describe, it } = options.runner ?? (globalThis as unknown as TestRunner);
  const clauses = [
    ...always,
    ...(options.refused === undefined ? [] : refusing),
    ...(options.keepsVersions === true ? versioned : []),
  ];
  describe(`${options.name} as a record store`, () => {
    for (const { promise, check } of clauses)
      it(promise, async () => RecordBench.with(await options.open(), { samples: options, check }));
  });
}
