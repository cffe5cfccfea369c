import type { Trace } from './trace/trace.js';

/** What one strategy did with a trace at one size. */
export interface SimulationRow {
  /** The name of the trace. */
  readonly trace: string;
  /** How large the cache was, in entries or bytes. */
  readonly size: number;
  /** The name of the strategy; `opt` is Belady's optimum. */
  readonly strategy: string;
  readonly requests: number;
  readonly hits: number;
  /** From 0 to 1. */
  readonly hitRatio: number;
  /** How many entries left to make room, newcomers included that were not let in. */
  readonly evictions: number;
  /** What a request cost, with its insertion where it missed; `undefined` for the optimum, which nobody can run. */
  readonly nsPerRequest: number | undefined;
}

/** What was counted. */
export interface Tally {
  readonly hits: number;
  readonly evictions: number;
  readonly nsPerRequest?: number;
}

/** The row of what was counted. */
export function rowOf(
  { name, requests }: Trace,
  run: { readonly size: number; readonly strategy: string },
  { hits, evictions, nsPerRequest }: Tally,
): SimulationRow {
  return { trace: name, ...run, requests, hits, hitRatio: hits / requests, evictions, nsPerRequest };
}
