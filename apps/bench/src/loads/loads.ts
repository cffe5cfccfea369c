import { parseArgs } from 'node:util';
import { describeMachine } from '../report/machine.js';
import { readCount } from '../report/read-count.js';
import { median } from '../statistics/median.js';
import { contestantOf, contestants } from './contestants.js';
import { race, type RacePlan, type Row } from './race.js';
import { report } from './report.js';
import { judge } from './targets.js';

export const LOADS_USAGE = `loads [--json] [--quick] [--only a,b] [--rounds N] [--ms N] [--clock cpu|wall]
  hits of getOrLoad per second, what they allocate, and 10,000 callers that miss at once, on 1 key and on 1,000,
  against the calls of bentocache, cacheable, cache-manager, lru-cache and cachified that do the same`;

/** Races calls that load what they do not find. */
export async function loads(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      clock: { type: 'string', default: 'cpu' },
    },
  });
  const plan: RacePlan = {
    names: namesOf(values.only),
    rounds: readCount(values.rounds, values.quick ? 2 : 7),
    ms: readCount(values.ms, values.quick ? 30 : 100),
    clock: values.clock === 'wall' ? 'wall' : 'cpu',
  };
  const rows = await race(plan);
  if (values.json)
    console.log(JSON.stringify({ rows: rows.map(jsonRow), targets: judge(rows) }, undefined, 2));
  else console.log(`${describeMachine()}\n\n${report(rows)}`);
}

function namesOf(only: string | undefined): readonly string[] {
  if (only === undefined) return contestants.map(({ name }) => name);
  return only.split(',').map((name) => contestantOf(name).name);
}

function jsonRow({ name, hits, bytesPerHit, promisesPerHit, misses }: Row): object {
  return {
    name,
    hitsPerSecond: Math.round(median(hits)),
    bytesPerHit: Math.round(bytesPerHit),
    promisesPerHit,
    misses: misses.map(({ keys, answer, ms, calls }) => ({ keys, answer, ms: median(ms), calls })),
  };
}
