import { type AdapterName, type ApplicationName, applications } from './applications.js';
import { type Lap, type LapPlan, runLap } from './lap.js';
import { serve, type Served } from './served.js';

export interface RacePlan {
  readonly adapter: AdapterName;
  readonly rounds: number;
  readonly ms: number;
  readonly connections: number;
}

/** What one application did, round by round. */
export interface Row {
  readonly name: ApplicationName;
  readonly hits: readonly Lap[];
  readonly cold: readonly Lap[];
}

interface Runner {
  readonly name: ApplicationName;
  readonly served: Served;
  readonly hits: Lap[];
  readonly cold: Lap[];
}

const KINDS = ['hits', 'cold'] as const;

/** Has every application answer one lap after the other in turn, each in a process of its own. */
export async function race(plan: RacePlan): Promise<readonly Row[]> {
  const runners: Runner[] = [];
  try {
    // The names are the keys of that very object.
    for (const name of Object.keys(applications) as ApplicationName[])
      runners.push({ name, served: await serve(name, plan.adapter), hits: [], cold: [] });
    for (const kind of KINDS) await runRounds(runners, plan, kind);
  } finally {
    for (const { served } of runners) served.close();
  }
  return runners.map(({ name, hits, cold }) => ({ name, hits, cold }));
}

/** Backwards every other time, so that nobody always follows the same one; where there are several rounds, code runs warm before the first. */
async function runRounds(
  runners: readonly Runner[],
  { rounds, ms, connections }: RacePlan,
  kind: LapPlan['kind'],
): Promise<void> {
  const lap: LapPlan = { kind, connections, ms };
  if (rounds > 1) for (const { served } of runners) await runLap(served, lap);
  for (let round = 0; round < rounds; round++)
    for (const runner of round % 2 === 0 ? runners : runners.toReversed())
      runner[kind].push(await runLap(runner.served, lap));
}
