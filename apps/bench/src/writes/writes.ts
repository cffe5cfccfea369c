import { parseArgs } from 'node:util';
import { describeMachine } from '../report/machine.js';
import { median } from '../statistics/median.js';
import { acknowledge, type Course, type Round } from './acknowledge.js';
import { type Contestant, contestants } from './contestants.js';
import { type FlushRound, flushRound } from './flush.js';
import { loads } from './load.js';
import { flushText, targetText, type WriteRow, writeTable } from './report.js';

export const WRITES_USAGE = `writes [--json] [--quick] [--load NAME] [--rounds N] [--ms N]
  acknowledged writes per second of every durability, of write-through, and of better-sqlite3 alone, with 1 and with 100 writers, under
  three loads: ${loads.map(({ name }) => name).join(', ')}; and how fast 100,000 pending writes are flushed, and what that does to the event loop`;

const WRITERS = [1, 100];

/** Measures how fast writes are acknowledged and flushed. */
export async function writes(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      load: { type: 'string' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const ms = Number(values.ms ?? (values.quick ? 200 : 800));
  const asked = loads.filter(({ name }) => values.load === undefined || values.load === name);
  const courses = WRITERS.flatMap((writers) => asked.map((load): Course => ({ load, writers, ms })));
  const rows = await acknowledgeAll(courses, rounds);
  const flushes: FlushRound[] = [];
  for (let round = 0; round < rounds; round++)
    flushes.push(await flushRound(values.quick ? 20_000 : 100_000));
  const flush = summaryOf(flushes);
  if (values.json) return console.log(JSON.stringify({ acknowledged: rows, flush }, undefined, 2));
  const parts = [describeMachine(), ...courses.map((course) => textOf(course, rows)), targetText(rows)];
  console.log([...parts, flushText(flush)].join('\n\n'));
}

/** In turn, so that a slow moment of the machine hits everybody. */
async function acknowledgeAll(courses: readonly Course[], rounds: number): Promise<readonly WriteRow[]> {
  const entrants = courses.flatMap((course) =>
    contestants.map((contestant) => ({ course, contestant, seen: [] as Round[] })),
  );
  for (let round = 0; round < rounds; round++)
    for (const { course, contestant, seen } of entrants) seen.push(await acknowledge(contestant, course));
  return entrants.map(({ course, contestant, seen }) => rowOf(course, contestant, seen));
}

function rowOf({ load, writers }: Course, { name, survives }: Contestant, seen: readonly Round[]): WriteRow {
  return {
    contestant: name,
    survives,
    load: load.name,
    writers,
    perSecond: median(seen.map(({ perSecond }) => perSecond)),
    storedPerSecond: median(seen.map(({ storedPerSecond }) => storedPerSecond)),
    delayP99Ms: median(seen.map(({ delay }) => delay.p99)),
    delayMaxMs: Math.max(...seen.map(({ delay }) => delay.max)),
  };
}

function textOf({ load, writers }: Course, rows: readonly WriteRow[]): string {
  const own = rows.filter((row) => row.load === load.name && row.writers === writers);
  const title = `**${load.name}, ${writers} ${writers === 1 ? 'writer' : 'writers'}**: ${load.about}`;
  return `${title}\n\n${writeTable(own)}`;
}

function summaryOf(rounds: readonly FlushRound[]): FlushRound {
  const of = (pick: (round: FlushRound) => number): number => median(rounds.map(pick));
  return {
    perSecond: of((round) => round.perSecond),
    byHandPerSecond: of((round) => round.byHandPerSecond),
    idle: { p99: of(({ idle }) => idle.p99), max: Math.max(...rounds.map(({ idle }) => idle.max)) },
    flushing: {
      p99: of(({ flushing }) => flushing.p99),
      max: Math.max(...rounds.map(({ flushing }) => flushing.max)),
    },
  };
}
