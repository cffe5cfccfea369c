import type { BusFactory } from 'nuthatch/engine';
import { proving } from './bus-clauses/proving.js';
import { receiving } from './bus-clauses/receiving.js';
import { BusHarness } from './bus-harness.js';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
import type { FakeClock } from './fake-clock.js';

/** What is tested, and by whom. */
export interface BusContractOptions {
  /** The name of the bus, for the report. */
  readonly name: string;
  /**
   * Makes a factory on whose bus nobody is yet; called once per test. Or several of the same bus, as two processes have them: a test takes them in turn.
   */
  open(): Promise<BusFactory | readonly BusFactory[]>;
  /** The clock that the bus goes by, where it is one that the tests can move; they wait otherwise. */
  readonly clock?: FakeClock;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/**
 * Declares one test per promise of `Bus`, for a bus of one's own:
 *
 * ```ts
 * busContract({ name: 'my bus', open: async () => myBus({ prefix: freshPrefix() }) });
 * ```
 */
export function busContract(options: BusContractOptions): void {
  declareClauses(`${options.name} as a bus`, busClauses(options), options.runner);
}

/** The tests of {@link busContract}, for a runner of any kind to run one by one. */
export function busClauses({
  open,
  clock,
}: Omit<BusContractOptions, 'name' | 'runner'>): readonly ContractClause[] {
  return [...receiving, ...proving].map(({ promise, check }) => ({
    name: promise,
    run: async () => BusHarness.with({ factories: await open(), clock }, check),
  }));
}
