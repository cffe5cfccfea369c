import type { Keep } from '../child/fresh-process.js';
import type { KeptLane } from '../child/kept-process.js';
import type { ClockName } from '../child/stopwatch.js';
import type { Contestant } from '../field/contestant.js';
import { REFERENCE } from '../field/field.js';
import type { Lap } from './lane.js';
import { lengthOf, type Pace, warmUpOf } from './length.js';
import type { Operation, OperationName } from './operations.js';

export interface RacePlan {
  /** One, or two: those that lead, and then the others. The reference is in both. */
  readonly heats: readonly Heat[];
  readonly operations: readonly Operation[];
  readonly ttl: boolean;
  readonly clock: ClockName;
  readonly pace: Pace;
}

/** Those that run in turn with each other. */
export interface Heat {
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
}

/** What one contestant did in one operation, round by round. */
export interface Row {
  readonly library: string;
  readonly operation: OperationName;
  readonly size: number;
  readonly ttl: boolean;
  /** Operations per second of each round. */
  readonly speeds: readonly number[];
  /** How many times as fast as the reference it was in each round; none where the reference took no part. */
  readonly ratios: readonly number[];
}

interface Runner {
  readonly contestant: Contestant;
  readonly lane: KeptLane;
  readonly speeds: number[];
}

/**
 * Everybody has a process of its own, and runs one short lap after the other in turn with all others: whatever slows the machine down,
 * for however long, hits everyone, and every ratio is taken within its round.
 */
export async function race(plan: RacePlan, keep: Keep): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const heat of plan.heats) {
    const known = new Set(rows.map(({ library }) => library));
    rows.push(...(await runHeat(heat, plan, keep)).filter(({ library }) => !known.has(library)));
  }
  return rows;
}

async function runHeat(heat: Heat, plan: RacePlan, keep: Keep): Promise<readonly Row[]> {
  const { ttl, clock, pace } = plan;
  const lanes = new Map<Contestant, KeptLane>();
  try {
    for (const contestant of heat.contestants)
      lanes.set(contestant, await keep({ library: contestant.name, size: pace.size, ttl, clock }));
    const rows: Row[] = [];
    for (const operation of plan.operations) {
      const runners = [...lanes]
        .filter(([{ evicts }]) => evicts || !operation.evicts)
        .map(([contestant, lane]): Runner => ({ contestant, lane, speeds: [] }));
      await runRounds(operation, runners, { rounds: heat.rounds, pace });
      rows.push(...rowsOf(operation, runners, plan));
    }
    return rows;
  } finally {
    for (const lane of lanes.values()) lane.close();
  }
}

async function runRounds(
  operation: Operation,
  runners: readonly Runner[],
  { rounds, pace }: { readonly rounds: number; readonly pace: Pace },
): Promise<void> {
  const warmUp: Lap = { operation: operation.name, length: warmUpOf(pace) };
  for (const { lane } of runners) await lane.run(warmUp);
  const lap: Lap = { operation: operation.name, length: lengthOf(operation, pace) };
  for (let round = 0; round < rounds; round++) {
    // Backwards every other time, so that nobody always follows the same one.
    for (const { lane, speeds } of round % 2 === 0 ? runners : runners.toReversed())
      speeds.push(await lane.run(lap));
  }
}

function rowsOf({ name: operation }: Operation, runners: readonly Runner[], plan: RacePlan): Row[] {
  const reference = runners.find(({ contestant }) => contestant.name === REFERENCE)?.speeds ?? [];
  return runners.map(({ contestant, speeds }) => ({
    library: contestant.name,
    operation,
    size: plan.pace.size,
    ttl: plan.ttl,
    speeds,
    ratios: reference.map((speed, round) => (speeds[round] ?? NaN) / speed),
  }));
}
