import { type ClockName, stopwatchOf } from '../child/stopwatch.js';
import { contestantOf } from '../field/field.js';
import { layCourse } from './course.js';
import { type Operation, type OperationName, operations } from './operations.js';
import { type Length, Stage } from './stage.js';

/** What one process measures: one contestant, at one size. */
export interface LapPlan {
  readonly library: string;
  readonly size: number;
  readonly ttl: boolean;
  /** How long each operation is measured. */
  readonly measureMs: number;
  readonly clock: ClockName;
}

/** Operations per second. */
export type Lap = Readonly<Partial<Record<OperationName, number>>>;

/** Long enough that nothing expires. */
const TTL_MS = 3_600_000;
/** By then code is optimised. */
const WARM_UP_REQUESTS = 150_000;
/** A cache that is so slow that it does not get through within so many times its time need not. */
const PATIENCE = 20;

/** Measures each operation on one full cache, the only one in the process, as it would be in a service. */
export async function runLap(plan: LapPlan): Promise<Lap> {
  const contestant = contestantOf(plan.library);
  const open = await contestant.load();
  const cache = open({ capacity: plan.size, ttlMs: plan.ttl ? TTL_MS : undefined });
  const stage = new Stage(cache, layCourse(plan.size), stopwatchOf(plan.clock));
  stage.fill();
  const lap: Partial<Record<OperationName, number>> = {};
  for (const operation of operations.filter(({ evicts }) => contestant.evicts || !evicts)) {
    await stage.run(operation, warmUpOf(plan));
    lap[operation.name] = await stage.run(operation, lengthOf(operation, plan));
  }
  return lap;
}

function warmUpOf({ measureMs }: LapPlan): Length {
  return { atLeastMs: measureMs / 4, requests: WARM_UP_REQUESTS, atMostMs: PATIENCE * measureMs };
}

/**
 * An operation that evicts runs by count, the same for everyone: a `Map` from which keys are deleted copies itself once in a while, at
 * a cost that grows with its size, and everyone must be measured over as many of those.
 */
function lengthOf({ evicts, rounds }: Operation, { size, measureMs }: LapPlan): Length {
  if (!evicts) return { atLeastMs: measureMs, requests: 0, atMostMs: measureMs };
  const requests = Math.max(2500 * measureMs, rounds * size);
  return { atLeastMs: 0, requests, atMostMs: PATIENCE * measureMs };
}
