import { markdownTable } from '../report/markdown-table.js';
import { ONE_BY_ONE, SYNCED_ONE_BY_ONE } from './contestants.js';
import type { FlushRound } from './flush.js';
import type { Load } from './load.js';

/** What one contestant did with so many writers: medians of the rounds, the delay the worst of them. */
export interface WriteRow {
  readonly contestant: string;
  readonly survives: string;
  readonly load: Load['name'];
  readonly writers: number;
  readonly perSecond: number;
  readonly storedPerSecond: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

/** What a burst of 100 writers is to reach, as a multiple of better-sqlite3 that writes one by one. */
const TARGETS = [
  { durability: 'memory', than: ONE_BY_ONE, times: 15 },
  { durability: 'journal', than: ONE_BY_ONE, times: 5 },
  { durability: 'fsync', than: SYNCED_ONE_BY_ONE, times: 5 },
];
const TARGET_WRITERS = 100;

export function writeTable(rows: readonly WriteRow[]): string {
  const plain = rows.find(({ contestant }) => contestant === ONE_BY_ONE)?.perSecond ?? NaN;
  const lines = rows.map((row) => [
    row.contestant,
    row.survives,
    Math.round(row.perSecond).toLocaleString('en'),
    (row.perSecond / plain).toFixed(2),
    Math.round(row.storedPerSecond).toLocaleString('en'),
    row.delayP99Ms.toFixed(1),
    row.delayMaxMs.toFixed(1),
  ]);
  const delay = ['loop delay p99, ms', 'max'];
  const head = ['', 'survives', 'acknowledged a second', 'x one by one', 'and stored', ...delay];
  return markdownTable(head, lines);
}

/** What was reached of the targets, under every load. */
export function targetText(rows: readonly WriteRow[]): string {
  const own = rows.filter(({ writers }) => writers === TARGET_WRITERS);
  const loads = [...new Set(own.map(({ load }) => load))];
  const lines = TARGETS.map(({ durability, than, times }) => {
    const ratios = loads.map((load) => {
      const under = own.filter((row) => row.load === load);
      const base = under.find(({ contestant }) => contestant === than)?.perSecond ?? NaN;
      const journalled = under.filter(({ contestant }) => contestant.includes(`write-back, ${durability}`));
      return (Math.max(...journalled.map(({ perSecond }) => perSecond)) / base).toFixed(1);
    });
    return [durability, than, ...ratios, times.toString()];
  });
  return markdownTable(['write-back, the faster journal', 'times', ...loads, 'target, burst'], lines);
}

export function flushText({ perSecond, byHandPerSecond, idle, flushing }: FlushRound): string {
  const rate = (value: number): string => `${Math.round(value).toLocaleString('en')} rows per second`;
  const delay = ({ p99, max }: FlushRound['idle']): string =>
    `p99 ${p99.toFixed(1)} ms, at most ${max.toFixed(1)} ms`;
  return [
    `A flush of what is pending: ${rate(perSecond)}, ${(perSecond / byHandPerSecond).toFixed(2)} x the best batch by hand (${rate(byHandPerSecond)}).`,
    `Event loop: idle ${delay(idle)}; while flushing ${delay(flushing)}.`,
  ].join('\n');
}
