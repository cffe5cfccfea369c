import { type EvictionChoice, type EvictionName, evictionStrategies } from 'nuthatch/engine';
import { badOption, unknownName } from './errors.js';
import type { Trace } from './trace/trace.js';

/** What can be simulated: a strategy of the engine, a factory of your own, or `'opt'`, Belady's optimum. */
export type SimulatedStrategy = EvictionChoice | 'opt';

/** What is simulated. */
export interface SimulateOptions {
  /** How large the caches are, in entries or, with `unit: 'bytes'`, in bytes. */
  readonly sizes: readonly number[];
  /** Who is tried; `'all'` by default: every strategy of the engine. The optimum only where it is named. */
  readonly strategies?: 'all' | readonly SimulatedStrategy[] | undefined;
  /** What sizes count: `'items'` by default; `'bytes'` needs a trace with weights, and has no optimum. */
  readonly unit?: 'items' | 'bytes' | undefined;
  /** The share of the keys that the trace holds, where it is a sample: caches are made smaller by it. 1 by default. */
  readonly sampleRate?: number | undefined;
  /** Told how far the simulation is, after every 65,536 requests. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How far a simulation is. */
export interface Progress {
  readonly strategy: string;
  readonly size: number;
  /** From 0 to 1. */
  readonly done: number;
}

/** The strategies of a list of names, `all` among them. @throws CacheError `unknown_name`, listing the known ones. */
export function parseStrategies(names: readonly string[]): SimulatedStrategy[] {
  return [...new Set(names.flatMap((name) => (name === 'all' ? ALL : [strategyOf(name)])))];
}

// The register is typed by its names.
const ALL = Object.keys(evictionStrategies) as EvictionName[];

/** Somebody to replay the trace through. */
export interface Contestant {
  readonly strategy: string;
  readonly choice: SimulatedStrategy;
}

/** What is simulated, resolved. */
export interface Simulation {
  readonly sizes: readonly number[];
  readonly unit: 'items' | 'bytes';
  readonly sampleRate: number;
  readonly contestants: readonly Contestant[];
}

/** The options of a simulation of a trace, checked and filled in. @throws CacheError naming the first that is wrong. */
export function resolveSimulation(
  trace: Trace,
  { sizes, strategies = 'all', unit = 'items', sampleRate = 1 }: SimulateOptions,
): Simulation {
  const choices = strategies === 'all' ? ALL : strategies;
  if (choices.length === 0) throw badOption('strategies', 'at least one', choices);
  if (!(sampleRate > 0 && sampleRate <= 1))
    throw badOption('sampleRate', 'above 0 and at most 1', sampleRate);
  assertSizes(sizes);
  if (unit === 'bytes') assertWeighed(trace, choices);
  return { sizes, unit, sampleRate, contestants: choices.map(contestantOf) };
}

function assertSizes(sizes: readonly number[]): void {
  if (sizes.length === 0) throw badOption('sizes', 'at least one', sizes);
  for (const size of sizes)
    if (!Number.isSafeInteger(size) || size < 1) throw badOption('sizes', 'positive whole numbers', size);
}

function assertWeighed({ weights }: Trace, choices: readonly SimulatedStrategy[]): void {
  if (weights === undefined) throw badOption('unit', "'items' for a trace without weights", 'bytes');
  if (choices.includes('opt'))
    throw badOption('strategies', "without 'opt', which is not known for sizes in bytes", 'opt');
}

function contestantOf(choice: SimulatedStrategy): Contestant {
  if (typeof choice !== 'object') return { strategy: choice, choice: strategyOf(choice) };
  return { strategy: choice.name ?? choice.constructor.name, choice };
}

function strategyOf(name: string): SimulatedStrategy {
  const known = ALL.find((one) => one === name);
  if (known === undefined && name !== 'opt') throw unknownName('strategies', name, ['all', 'opt', ...ALL]);
  return known ?? 'opt';
}
