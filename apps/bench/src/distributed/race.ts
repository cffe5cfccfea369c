import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../../test/support/redis-servers.js';
import { contestantOf } from './contestants.js';
import type { Part } from './courses.js';
import { type Figure, KINDS, type Kind, type Lap, MANY, type Operation } from './lap.js';
import { type OutageRow, outages } from './outages.js';
import { keepLane } from './process.js';
import type { RacePlan, Runner } from './runner.js';

/** What one contestant did in one kind of lap. */
export interface Row extends Kind {
  readonly name: string;
  /** Of each round. */
  readonly perSecond: readonly number[];
  readonly perCpuSecond: readonly number[];
  readonly p50Us: readonly number[];
  /** Keys that Redis was asked for in a call; of `set`, commands. */
  readonly lookUps: number;
}

/** What was measured of all. */
export interface Results {
  readonly rows: readonly Row[];
  readonly outages: readonly OutageRow[];
}

/** How many keys a call looks up in Redis at least, or, where it writes, how many commands it sends: who does not go there is not measured. */
const LOOKS_UP: Readonly<Record<Operation, number>> = {
  memory: 0,
  shared: 1,
  set: 1,
  cold: 1,
  load: 1,
  many: MANY,
};
/** Some may be looked up once for two callers. */
const NEARLY = 0.98;
const ATTEMPTS = 10;
const RECOVERY_MS = 2000;

/** A lap, and how many keys were looked up in Redis meanwhile. */
interface Measured {
  readonly figure: Figure;
  readonly lookUps: number;
}

interface Tally {
  readonly perSecond: number[];
  readonly perCpuSecond: number[];
  readonly p50Us: number[];
  calls: number;
  lookUps: number;
}

/** Has everybody run one lap after the other in turn, each in a process of its own, on one server. */
export async function race(plan: RacePlan, server: RedisServer): Promise<Results> {
  const runners: Runner[] = [];
  try {
    for (const name of plan.names)
      for (const part of partsOf(name)) {
        const lane = await keepLane({ name, part, url: server.url });
        runners.push({ name, part, lane });
      }
    const rows: Row[] = [];
    for (const kind of KINDS)
      rows.push(...(await runRounds(runnersFor(kind, runners), { plan, kind, server })));
    const near = runners.filter(({ part }) => part === 'near');
    return { rows, outages: await outages(near, plan, server) };
  } finally {
    for (const { lane } of runners) lane.close();
  }
}

function partsOf(name: string): readonly Part[] {
  return contestantOf(name).kind === 'cache' ? ['near', 'far'] : ['far'];
}

function runnersFor({ operation }: Kind, runners: readonly Runner[]): readonly Runner[] {
  const wanted: Part = operation === 'memory' ? 'near' : 'far';
  const everybody = runners.filter(({ part }) => part === wanted);
  return operation === 'shared'
    ? everybody
    : everybody.filter(({ name }) => contestantOf(name).kind === 'cache');
}

interface Stage {
  readonly plan: RacePlan;
  readonly kind: Kind;
  readonly server: RedisServer;
}

/** One lap of everybody in turn, backwards every other time, so that nobody always follows the same one; code runs warm before. */
async function runRounds(runners: readonly Runner[], { plan, kind, server }: Stage): Promise<readonly Row[]> {
  const tallies = new Map(runners.map(({ name }) => [name, emptyTally()]));
  const lap: Lap = { ...kind, ms: plan.ms };
  for (const { lane } of runners) await lane.run({ ...lap, ms: 2 * plan.ms });
  for (let round = 0; round < plan.rounds; round++)
    for (const { name, lane } of round % 2 === 0 ? runners : runners.toReversed())
      add(tallies.get(name) ?? emptyTally(), await runWhole({ name, lane }, lap, server));
  return [...tallies].map(([name, tally]) => rowOf(name, kind, tally));
}

/** A lap and its look-ups; once more where a cache was cut off from Redis meanwhile, as by a machine that is too busy. @throws Error where it stays so. */
async function runWhole(
  { name, lane }: Pick<Runner, 'name' | 'lane'>,
  lap: Lap,
  server: RedisServer,
): Promise<Measured> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await lookUpsOf(server, lap.operation);
    const figure = await lane.run(lap);
    if (figure.misses === 0) return { figure, lookUps: (await lookUpsOf(server, lap.operation)) - before };
    await sleep(RECOVERY_MS);
  }
  throw new Error(`${name} did not find what is in Redis at ${lap.operation}`);
}

function add(tally: Tally, { figure, lookUps }: Measured): void {
  tally.lookUps += lookUps;
  tally.calls += figure.calls;
  tally.perSecond.push(figure.perSecond);
  tally.perCpuSecond.push(figure.perCpuSecond);
  tally.p50Us.push(figure.p50Us ?? NaN);
}

function emptyTally(): Tally {
  return { perSecond: [], perCpuSecond: [], p50Us: [], calls: 0, lookUps: 0 };
}

/** @throws Error where too much was answered without Redis. */
function rowOf(name: string, kind: Kind, { calls, lookUps, ...figures }: Tally): Row {
  const each = lookUps / calls;
  const least = NEARLY * LOOKS_UP[kind.operation];
  if (each < least)
    throw new Error(
      `${name} looked up ${each.toFixed(2)} keys in Redis at each ${kind.operation}, not ${least}`,
    );
  return { ...kind, name, ...figures, lookUps: each };
}

/** How many keys were looked up in the server since it has started; for writes, which look up none, how many commands it has had. */
async function lookUpsOf(server: RedisServer, operation: Operation): Promise<number> {
  const facts = await server.cli('info', 'stats');
  const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(facts)?.[1]);
  if (operation === 'set') return read('total_commands_processed');
  return read('keyspace_hits') + read('keyspace_misses');
}
