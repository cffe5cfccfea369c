import type { RecordStore } from 'nuthatch/engine';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
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
  declareClauses(`${options.name} as a record store`, recordStoreClauses(options), options.runner);
}

/** The tests of {@link recordStoreContract}, for a runner of any kind to run one by one. */
export function recordStoreClauses<V>(
  options: Omit<RecordStoreContractOptions<V>, 'name' | 'runner'>,
): readonly ContractClause[] {
  const clauses = [
    ...always,
    ...(options.refused === undefined ? [] : refusing),
    ...(options.keepsVersions === true ? versioned : []),
  ];
  return clauses.map(({ promise, check }) => ({
    name: promise,
    run: async () => RecordBench.with(await options.open(), { samples: options, check }),
  }));
}
