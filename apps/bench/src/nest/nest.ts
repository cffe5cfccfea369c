import { parseArgs } from 'node:util';
import { describeMachine } from '../report/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';
import { median } from '../statistics/median.js';
import { decoratorOverhead } from './overhead.js';
import type { AdapterName } from './applications.js';
import { race, type RacePlan, type Row } from './race.js';
import { judge } from './targets.js';

export const NEST_USAGE = `nest [--adapter express|fastify] [--json] [--quick] [--rounds N] [--ms N] [--connections N]
  requests per second and p99 of one controller over a source of 5 ms: without a cache, behind the interceptors of @nestjs/cache-manager
  and of Nuthatch, and with a service that uses cache-manager's wrap or @Cacheable; warm, and with everybody coming at once for what nobody has`;

/** Races NestJS applications over HTTP. */
export async function nest(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      adapter: { type: 'string', default: 'express' },
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      connections: { type: 'string' },
    },
  });
  const plan: RacePlan = {
    adapter: adapterOf(values.adapter),
    rounds: readCount(values.rounds, values.quick ? 2 : 15),
    ms: readCount(values.ms, 1000),
    connections: readCount(values.connections, 100),
  };
  const overheadNs = await decoratorOverhead(3 * plan.rounds);
  const rows = await race(plan);
  const verdicts = judge(rows, overheadNs);
  if (values.json) console.log(JSON.stringify({ rows, overheadNs, targets: verdicts }, undefined, 2));
  else {
    const lines = verdicts.map(({ isMet, text }) => `- ${isMet ? 'met' : 'NOT MET'}: ${text}`);
    console.log([describeMachine(), titleOf(plan), table(rows), lines.join('\n')].join('\n\n'));
  }
}

function adapterOf(name: string): AdapterName {
  if (name === 'express' || name === 'fastify') return name;
  throw new Error(`--adapter must be express or fastify, got ${name}`);
}

function titleOf({ adapter, connections }: RacePlan): string {
  return `${adapter === 'express' ? 'Express' : 'Fastify'}, ${connections} connections, no ETags`;
}

function table(rows: readonly Row[]): string {
  const kinds = ['hits', 'cold'] as const;
  const head = ['', ...kinds.flatMap((kind) => [`${kind} a second`, 'a second of CPU', 'p99, ms'])];
  const lines = rows.map((row) => [
    row.name,
    ...kinds.flatMap((kind) =>
      (['perSecond', 'perCpuSecond', 'p99Ms'] as const).map((figure) =>
        median(row[kind].map((lap) => lap[figure])).toFixed(0),
      ),
    ),
  ]);
  return markdownTable(head, lines);
}
