import { type ClockName, stopwatchOf } from '../child/stopwatch.js';
import { contestantOf } from '../field/field.js';
import { layCourse } from './course.js';
import { type OperationName, operationOf } from './operations.js';
import { type Length, Stage } from './stage.js';

/** What one process holds: one contestant, at one size. */
export interface LanePlan {
  readonly library: string;
  readonly size: number;
  readonly ttl: boolean;
  readonly clock: ClockName;
}

/** A stretch of one operation. */
export interface Lap {
  readonly operation: OperationName;
  readonly length: Length;
}

/** Runs a lap; answers operations per second. */
export type Lane = (lap: Lap) => Promise<number>;

/** Long enough that nothing expires. */
const TTL_MS = 3_600_000;

/** Fills one cache, the only one in the process, as it would be in a service. */
export async function openLane({ library, size, ttl, clock }: LanePlan): Promise<Lane> {
  const open = await contestantOf(library).load();
  const cache = open({ capacity: size, ttlMs: ttl ? TTL_MS : undefined });
  const stage = new Stage(cache, layCourse(size), stopwatchOf(clock));
  stage.fill();
  return ({ operation, length }) => stage.run(operationOf(operation), length);
}
