import { markdownTable } from '../report/markdown-table.js';
import { median } from '../statistics/median.js';
import { contestantOf, LONE_CLIENT, OURS, PIPELINED_CLIENT } from './contestants.js';
import { CALLERS, KINDS, type Kind, TITLES } from './lap.js';
import type { Results, Row } from './race.js';
import { aheadOfUs, judge, rowOf, shown, timesAsLong, timesAsMany, withoutRedis } from './targets.js';

/** Everything as tables, what is wanted of us with whether it is so, and where others are ahead. */
export function report(results: Results): string {
  const { rows } = results;
  const verdicts = judge(results).map(({ isMet, text }) => `- ${isMet ? 'met' : 'NOT MET'}: ${text}`);
  const ahead = aheadOfUs(results).map((text) => `- ahead: ${text}`);
  return [
    `Calls a second of one caller; in brackets, how many times as many ${OURS} makes`,
    cacheTable(rows, 1),
    `The same for ${CALLERS} callers at once`,
    cacheTable(rows, CALLERS),
    'Hits in Redis against clients alone, which decode the same entries',
    clientTable(rows),
    'Hits in memory by `getOrLoad` with a loader that answers at once, thousands a second. Without the bus, nuthatch trusts memory for one second, and then loads each key once a second',
    outageTable(results),
    [...verdicts, ...ahead].join('\n'),
  ].join('\n\n');
}

function cacheTable(rows: readonly Row[], callers: number): string {
  const kinds = KINDS.filter((kind) => kind.callers === callers);
  const names = namesOf(rows).filter((name) => contestantOf(name).kind === 'cache');
  const lines = kinds.map((kind) => [
    TITLES[kind.operation],
    ...names.map((name) => cacheCell(rows, name, kind)),
  ]);
  return markdownTable(['', ...names], lines);
}

function cacheCell(rows: readonly Row[], name: string, kind: Kind): string {
  const [row, own] = [rowOf(rows, name, kind), rowOf(rows, OURS, kind)];
  if (row === undefined) return '';
  const speed = count(median(row.perSecond));
  return own === undefined || name === OURS ? speed : `${speed} [${shown(timesAsMany(own, row))}]`;
}

function clientTable(rows: readonly Row[]): string {
  const lines = namesOf(rows)
    .filter((name) => name === OURS || contestantOf(name).kind === 'client')
    .map((name) => clientLine(rows, name));
  const head = [
    '',
    'alone, µs (p50)',
    `x ${LONE_CLIENT}`,
    `${CALLERS} callers, a second`,
    `x ${PIPELINED_CLIENT}`,
    'a second of CPU',
  ];
  return markdownTable(head, lines);
}

function clientLine(rows: readonly Row[], name: string): readonly string[] {
  const alone: Kind = { operation: 'shared', callers: 1 };
  const together: Kind = { operation: 'shared', callers: CALLERS };
  const ratio = (kind: Kind, against: string, times: typeof timesAsLong): string => {
    const [own, other] = [rowOf(rows, name, kind), rowOf(rows, against, kind)];
    return own === undefined || other === undefined ? '' : shown(times(own, other));
  };
  const many = rowOf(rows, name, together);
  return [
    name,
    median(rowOf(rows, name, alone)?.p50Us ?? []).toFixed(0),
    ratio(alone, LONE_CLIENT, timesAsLong),
    count(median(many?.perSecond ?? [])),
    ratio(together, PIPELINED_CLIENT, timesAsMany),
    count(median(many?.perCpuSecond ?? [])),
  ];
}

function outageTable({ outages }: Results): string {
  const lines = outages.map((row) => [
    row.name,
    (median(row.perSecond.up) / 1000).toFixed(0),
    ...(['frozen', 'killed'] as const).map(
      (state) => `${(median(row.perSecond[state]) / 1000).toFixed(0)}, ${shown(withoutRedis(row, state))} x`,
    ),
  ]);
  return markdownTable(['', 'Redis up', 'frozen', 'killed'], lines);
}

function namesOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map(({ name }) => name))];
}

function count(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en');
}
