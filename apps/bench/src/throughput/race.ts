import type { Ask } from '../child/fresh-process.js';
import type { ClockName } from '../child/stopwatch.js';
import type { Contestant } from '../field/contestant.js';
import type { Lap } from './lap.js';
import type { OperationName } from './operations.js';

export interface RacePlan {
  readonly contestants: readonly Contestant[];
  readonly size: number;
  readonly ttl: boolean;
  readonly rounds: number;
  /** Otherwise those that do not lead run in every third round, the first one included. */
  readonly allInEveryRound: boolean;
  readonly measureMs: number;
  readonly clock: ClockName;
}

/** What one contestant did in one operation, round by round. */
export interface Row {
  readonly library: string;
  readonly operation: OperationName;
  readonly size: number;
  readonly ttl: boolean;
  /** Operations per second of each round; `NaN` where it did not run. */
  readonly speeds: readonly number[];
}

/**
 * Every contestant once, then all of them again: a slow moment of the machine hits everyone, and every ratio can be taken within
 * its round. Every lap has a process of its own.
 */
export async function race(plan: RacePlan, ask: Ask): Promise<readonly Row[]> {
  const { contestants, size, ttl, rounds, measureMs, clock } = plan;
  const laps = contestants.map((): Lap[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, { name: library, leads }] of contestants.entries()) {
      const takesPart = leads || plan.allInEveryRound || round % 3 === 0;
      const task = { kind: 'lap', plan: { library, size, ttl, measureMs, clock } } as const;
      laps[at]?.push(takesPart ? await ask<Lap>(task) : {});
    }
  }
  return contestants.flatMap(({ name: library }, at) =>
    rowsOf(laps[at] ?? []).map((row) => ({ library, size, ttl, ...row })),
  );
}

function rowsOf(laps: readonly Lap[]): readonly Pick<Row, 'operation' | 'speeds'>[] {
  // A lap is typed by the names of the operations.
  const names = Object.keys(laps[0] ?? {}) as OperationName[];
  return names.map((operation) => ({ operation, speeds: laps.map((lap) => lap[operation] ?? NaN) }));
}
