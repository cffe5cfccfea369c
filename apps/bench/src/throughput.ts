import { execFile } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { contestants, REFERENCE } from './contestants.js';
import { median } from './median.js';
import { printTable } from './print-table.js';
import type { Lap } from './throughput-lap.js';
import { rows } from './throughput-rows.js';

interface Race {
  readonly rounds: number;
  readonly capacities: readonly number[];
  readonly operations: number;
}

const FULL: Race = { rounds: 5, capacities: [10_000, 100_000], operations: 1_000_000 };
const QUICK: Race = { rounds: 3, capacities: [10_000], operations: 200_000 };
const LAP = fileURLToPath(new URL('./throughput-lap.ts', import.meta.url));

/** The laps of each contestant, round by round. */
type Laps = ReadonlyMap<string, readonly Lap[]>;

/**
 * Races the memory cache, once per registered strategy, against lru-cache and the bare `Map`. Every lap has a process of its own, and
 * the rounds are interleaved, so that a slow moment of the machine hits everyone; each ratio is taken within its round.
 */
export async function throughput(args: readonly string[]): Promise<void> {
  const race = args.includes('--quick') ? QUICK : FULL;
  console.log(describeMachine());
  for (const capacity of race.capacities) report(await run(race, capacity), { race, capacity });
}

async function run({ rounds, operations }: Race, capacity: number): Promise<Laps> {
  const laps = new Map([...contestants.keys()].map((name): [string, Lap[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, own] of laps) own.push(await runLap(name, [String(capacity), String(operations)]));
  }
  return laps;
}

async function runLap(name: string, args: readonly string[]): Promise<Lap> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, LAP, name, ...args]);
  // Printed by throughput-lap.ts, which is typed to print a Lap.
  return JSON.parse(stdout) as Lap;
}

function report(laps: Laps, { race, capacity }: { readonly race: Race; readonly capacity: number }): void {
  const reference = laps.get(REFERENCE) ?? [];
  const speeds = rows.map(
    ({ name }) => `${name} ${millions(median(reference.map((lap) => lap[name] ?? 0)))}`,
  );
  console.log(`\n${capacity} entries, medians of ${race.rounds} rounds of ${race.operations} operations`);
  console.log(`${REFERENCE} = 1.00: ${speeds.join(', ')} million operations a second\n`);
  const lines = [...laps].map(([name, own]) => [name, ...rows.map((row) => ratio(own, reference, row.name))]);
  printTable(['cache', ...rows.map(({ name }) => name)], lines);
}

/** The median, over the rounds, of how much faster than the reference a contestant was in the same round. */
function ratio(own: readonly Lap[], reference: readonly Lap[], row: string): string {
  const ratios = own.flatMap((lap, round) => {
    const [speed, base] = [lap[row], reference[round]?.[row]];
    return speed === undefined || base === undefined ? [] : [speed / base];
  });
  return ratios.length === 0 ? '' : median(ratios).toFixed(2);
}

function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(1);
}

function describeMachine(): string {
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus()[0]?.model}, ${availableParallelism()} cores, load ${load}, Node ${process.versions.node}`;
}
