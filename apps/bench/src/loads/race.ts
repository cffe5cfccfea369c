import type { ClockName } from '../child/stopwatch.js';
import { contestantOf } from './contestants.js';
import type { Answer, Lap } from './lap.js';
import { keepLane, type KeptLane } from './process.js';

export interface RacePlan {
  readonly names: readonly string[];
  readonly rounds: number;
  /** How long a lap is. */
  readonly ms: number;
  readonly clock: ClockName;
}

/** A burst of misses. */
export interface Burst {
  readonly keys: number;
  readonly answer: Answer;
}

/** What one contestant did. */
export interface Row {
  readonly name: string;
  readonly isOurs: boolean;
  /** Hits per second of each round. */
  readonly hits: readonly number[];
  readonly bytesPerHit: number;
  readonly promisesPerHit: number;
  readonly misses: readonly BurstRow[];
}

export interface BurstRow extends Burst {
  /** Milliseconds until all callers were answered, of each round. */
  readonly ms: readonly number[];
  /** How often the loader of one key was called in a burst, at most. */
  readonly calls: number;
}

export const BURSTS: readonly Burst[] = [1, 1000].flatMap((keys) =>
  (['microtask', 'setImmediate'] as const).map((answer) => ({ keys, answer })),
);

/** Laps of hits per round of misses: they are short, and vary more. */
const HIT_ROUNDS = 3;

interface Runner {
  readonly name: string;
  readonly lane: KeptLane;
  readonly hits: number[];
  readonly misses: { keys: number; answer: Answer; ms: number[]; calls: number }[];
}

interface Allocations {
  readonly bytes: number;
  readonly promises: number;
}

/** Has everybody run one lap after the other in turn, each in a process of its own; what hits allocate is counted before. */
export async function race(plan: RacePlan): Promise<readonly Row[]> {
  const allocations = new Map<string, Allocations>();
  for (const name of plan.names) allocations.set(name, await allocationsOf(name, plan));
  const runners: Runner[] = [];
  try {
    for (const name of plan.names) runners.push(await runnerOf(name, plan));
    await runRounds(runners, { ...plan, rounds: HIT_ROUNDS * plan.rounds }, hitLap);
    for (const burst of BURSTS) await runRounds(runners, plan, (runner, ms) => burstLap(runner, burst, ms));
  } finally {
    for (const { lane } of runners) lane.close();
  }
  return runners.map((runner) => rowOf(runner, allocations.get(runner.name)));
}

async function allocationsOf(name: string, { clock }: RacePlan): Promise<Allocations> {
  const lane = await keepLane({ name, clock }, { isRoomy: true });
  try {
    const { value: bytes } = await lane.run({ kind: 'bytes' });
    const { value: promises } = await lane.run({ kind: 'promises' });
    return { bytes, promises };
  } finally {
    lane.close();
  }
}

async function runnerOf(name: string, { clock }: RacePlan): Promise<Runner> {
  const lane = await keepLane({ name, clock });
  return { name, lane, hits: [], misses: [] };
}

/** One lap of everybody in turn, backwards every other time, so that nobody always follows the same one. */
async function runRounds(
  runners: readonly Runner[],
  { rounds, ms }: RacePlan,
  run: (runner: Runner, ms: number) => Promise<(runner: Runner) => void>,
): Promise<void> {
  // Code runs warm before anything is kept.
  for (const runner of runners) await run(runner, 2 * ms);
  for (let round = 0; round < rounds; round++)
    for (const runner of round % 2 === 0 ? runners : runners.toReversed()) (await run(runner, ms))(runner);
}

/** Runs a lap; answers how to keep its figure. */
async function hitLap({ lane }: Runner, ms: number): Promise<(runner: Runner) => void> {
  const { value } = await lane.run({ kind: 'hits', ms });
  return ({ hits }) => void hits.push(value);
}

async function burstLap({ lane }: Runner, burst: Burst, ms: number): Promise<(runner: Runner) => void> {
  const lap: Lap = { kind: 'misses', ...burst, ms };
  const { value, calls = NaN } = await lane.run(lap);
  return ({ misses }) => {
    const row = misses.find(({ keys, answer }) => keys === burst.keys && answer === burst.answer);
    if (row === undefined) misses.push({ ...burst, ms: [value], calls });
    else {
      row.ms.push(value);
      row.calls = Math.max(row.calls, calls);
    }
  };
}

function rowOf({ name, hits, misses }: Runner, allocations: Allocations | undefined): Row {
  return {
    name,
    isOurs: contestantOf(name).isOurs,
    hits,
    bytesPerHit: allocations?.bytes ?? NaN,
    promisesPerHit: allocations?.promises ?? NaN,
    misses,
  };
}
