import { parseArgs } from 'node:util';
import { describeMachine } from '../report/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { median } from '../statistics/median.js';
import { acknowledge, type Round } from './acknowledge.js';
import { contestants } from './contestants.js';
import { type FlushRound, flushRound } from './flush.js';

export const WRITES_USAGE = `writes [--json] [--quick] [--rounds N] [--ms N]
  acknowledged writes per second of every durability, of write-through, and of better-sqlite3 alone, with 1 and with 100 writers;
  and how fast 100,000 pending writes are flushed, and what that does to the event loop`;

const WRITERS = [1, 100];

/** What one contestant did with so many writers: medians of the rounds, the delay the worst of them. */
interface WriteRow {
  readonly contestant: string;
  readonly survives: string;
  readonly writers: number;
  readonly perSecond: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

/** Measures how fast writes are acknowledged and flushed. */
export async function writes(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      ms: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const ms = Number(values.ms ?? (values.quick ? 200 : 800));
  const rows = await acknowledgeAll(rounds, ms);
  const flushes: FlushRound[] = [];
  for (let round = 0; round < rounds; round++)
    flushes.push(await flushRound(values.quick ? 20_000 : 100_000));
  const flush = summaryOf(flushes);
  if (values.json) console.log(JSON.stringify({ acknowledged: rows, flush }, undefined, 2));
  else console.log(`${describeMachine()}\n\n${tables(rows)}\n\n${flushText(flush)}`);
}

/** In turn, so that a slow moment of the machine hits everybody. */
async function acknowledgeAll(rounds: number, ms: number): Promise<readonly WriteRow[]> {
  const seen = new Map<string, Round[]>();
  for (let round = 0; round < rounds; round++)
    for (const writers of WRITERS)
      for (const contestant of contestants) {
        const name = `${contestant.name}|${writers}`;
        seen.set(name, [...(seen.get(name) ?? []), await acknowledge(contestant, writers, ms)]);
      }
  return WRITERS.flatMap((writers) =>
    contestants.map(({ name, survives }): WriteRow => {
      const own = seen.get(`${name}|${writers}`) ?? [];
      return {
        contestant: name,
        survives,
        writers,
        perSecond: median(own.map(({ perSecond }) => perSecond)),
        delayP99Ms: median(own.map(({ delay }) => delay.p99)),
        delayMaxMs: Math.max(...own.map(({ delay }) => delay.max)),
      };
    }),
  );
}

function tables(rows: readonly WriteRow[]): string {
  const texts = WRITERS.map((writers) => {
    const own = rows.filter((row) => row.writers === writers);
    const plain = own.find(({ contestant }) => contestant === 'better-sqlite3, one by one')?.perSecond ?? NaN;
    const lines = own.map((row) => [
      row.contestant,
      row.survives,
      Math.round(row.perSecond).toLocaleString('en'),
      (row.perSecond / plain).toFixed(2),
      row.delayP99Ms.toFixed(1),
      row.delayMaxMs.toFixed(1),
    ]);
    const head = ['', 'survives', 'writes per second', 'x one by one', 'loop delay p99, ms', 'max'];
    return `${writers} ${writers === 1 ? 'writer' : 'writers'}\n\n${markdownTable(head, lines)}`;
  });
  return texts.join('\n\n');
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

function flushText({ perSecond, byHandPerSecond, idle, flushing }: FlushRound): string {
  const rate = (value: number): string => `${Math.round(value).toLocaleString('en')} rows per second`;
  const delay = ({ p99, max }: FlushRound['idle']): string =>
    `p99 ${p99.toFixed(1)} ms, at most ${max.toFixed(1)} ms`;
  return [
    `A flush of what is pending: ${rate(perSecond)}, ${(perSecond / byHandPerSecond).toFixed(2)} x the best batch by hand (${rate(byHandPerSecond)}).`,
    `Event loop: idle ${delay(idle)}; while flushing ${delay(flushing)}.`,
  ].join('\n');
}
