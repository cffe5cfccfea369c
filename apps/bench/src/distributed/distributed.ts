import { parseArgs } from 'node:util';
import { startRedis } from '../../../../test/support/redis-servers.js';
import { describeMachine } from '../report/machine.js';
import { readCount } from '../report/read-count.js';
import { median } from '../statistics/median.js';
import { contestantOf, contestants } from './contestants.js';
import { race, type Row } from './race.js';
import { report } from './report.js';
import type { RacePlan } from './runner.js';
import { aheadOfUs, judge } from './targets.js';

export const DISTRIBUTED_USAGE = `distributed [--json] [--quick] [--only a,b] [--rounds N] [--ms N]
  memory and Redis as two tiers, alone and with 100 callers at once, against bentocache, cacheable and cache-manager,
  hits in Redis against clients alone, and hits in memory while Redis is frozen or dead; starts a redis-server of its own`;

/** Races caches of two tiers over one Redis. */
export async function distributed(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
    },
  });
  const plan: RacePlan = {
    names: namesOf(values.only),
    rounds: readCount(values.rounds, values.quick ? 2 : 9),
    ms: readCount(values.ms, values.quick ? 50 : 200),
  };
  const server = await startRedis();
  try {
    const results = await race(plan, server);
    const verdicts = { targets: judge(results), ahead: aheadOfUs(results) };
    const facts = { rows: results.rows.map(jsonRow), outages: results.outages, ...verdicts };
    console.log(
      values.json ? JSON.stringify(facts, undefined, 2) : `${describeMachine()}\n\n${report(results)}`,
    );
  } finally {
    await server.stop();
  }
}

function namesOf(only: string | undefined): readonly string[] {
  if (only === undefined) return contestants.map(({ name }) => name);
  return only.split(',').map((name) => contestantOf(name).name);
}

function jsonRow({ name, operation, callers, perSecond, perCpuSecond, p50Us, lookUps }: Row): object {
  return {
    name,
    operation,
    callers,
    perSecond: Math.round(median(perSecond)),
    perCpuSecond: Math.round(median(perCpuSecond)),
    p50Us: median(p50Us),
    lookUps,
  };
}
