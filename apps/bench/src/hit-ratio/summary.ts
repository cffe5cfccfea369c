import { OPTIMUM, referenceOf, type Columns } from './reference.js';

/** What one strategy hit in one case. */
export interface HitRow {
  readonly trace: string;
  readonly size: number;
  readonly strategy: string;
  readonly requests: number;
  readonly hits: number;
  /** From 0 to 1. */
  readonly hitRatio: number;
}

/** A trace at a size: everybody's rows, and what others found. */
export interface CaseResult {
  readonly rows: readonly HitRow[];
  readonly reference: Columns | undefined;
}

/** A figure of one case, in points. */
export interface Finding {
  readonly points: number;
  /** The case. */
  readonly at: string;
}

/** A strategy over all cases, in points of hit ratio. */
export interface Summary {
  readonly strategy: string;
  readonly mean: number;
  /** How far it stays behind the best of the case, ours and the reference's without the optimum. */
  readonly meanRegret: number;
  readonly worst: Finding;
  /** Its differences from its own column of the reference, lowest first; empty where it has none. */
  readonly differences: readonly Finding[];
}

/** Sums up each strategy, the one with the least regret first. */
export function summarize(cases: readonly CaseResult[]): readonly Summary[] {
  const strategies = new Set(cases.flatMap(({ rows }) => rows.map(({ strategy }) => strategy)));
  return [...strategies]
    .map((strategy) => summaryOf(strategy, cases))
    .sort((one, other) => one.meanRegret - other.meanRegret);
}

function summaryOf(strategy: string, cases: readonly CaseResult[]): Summary {
  const own = cases.flatMap(({ rows, reference }) =>
    rows
      .filter((row) => row.strategy === strategy)
      .map(({ trace, size, hitRatio }) => ({
        at: `${trace} ${size}`,
        percent: 100 * hitRatio,
        best: bestOf({ rows, reference }),
        expected: referenceOf(strategy, reference),
      })),
  );
  const regrets = own.map(({ at, percent, best }): Finding => ({ at, points: best - percent }));
  const differences = own.flatMap(({ at, percent, expected }): Finding[] =>
    expected === undefined ? [] : [{ at, points: percent - expected }],
  );
  return {
    strategy,
    mean: meanOf(own.map(({ percent }) => percent)),
    meanRegret: meanOf(regrets.map(({ points }) => points)),
    worst: regrets.reduce((worst, one) => (one.points > worst.points ? one : worst), { at: '', points: 0 }),
    differences: differences.sort((one, other) => one.points - other.points),
  };
}

/** In percent. */
function bestOf({ rows, reference = new Map() }: CaseResult): number {
  const others = [...reference].filter(([policy]) => policy !== OPTIMUM).map(([, percent]) => percent);
  return Math.max(...others, ...rows.map(({ hitRatio }) => 100 * hitRatio));
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
