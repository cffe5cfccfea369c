import { contestantOf, REFERENCE } from '../field/field.js';
import { markdownTable } from '../report/markdown-table.js';
import { median } from '../statistics/median.js';
import type { RacePlan, Row } from './race.js';
import { ratioToReference } from './ratio.js';

/** The ratios to the reference as a Markdown section, the speeds of the reference above them. */
export function report(rows: readonly Row[], { pace: { size }, operations, ttl, heats }: RacePlan): string {
  const libraries = [...new Set(rows.map(({ library }) => library))];
  const names = operations.map(({ name }) => name);
  const lines = libraries.map((library) => [
    nameOf(library),
    ...names.map((name) => ratioCell(rows.find((row) => row.library === library && row.operation === name))),
  ]);
  return [
    `### ${size.toLocaleString('en')} entries, ${ttl ? 'with' : 'no'} time to live`,
    `${REFERENCE} = 1.00 (${speedsOf(REFERENCE, rows)} million operations a second; medians of ${heats.map(({ rounds }) => rounds).join(' and ')} rounds)`,
    markdownTable(['library', ...names], lines),
  ].join('\n\n');
}

function nameOf(library: string): string {
  const { holdsUpTo } = contestantOf(library);
  return holdsUpTo === undefined ? library : `${library} (holds up to ${holdsUpTo} x)`;
}

/** The median ratio and, in brackets, its 95 % interval. */
function ratioCell(row: Row | undefined): string {
  if (row === undefined) return '';
  if (row.ratios.length === 0) return `${millions(median(row.speeds))} M/s`;
  if (row.library === REFERENCE) return '1.00';
  const { median: middle, low, high } = ratioToReference(row);
  return `${middle.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function speedsOf(library: string, rows: readonly Row[]): string {
  return rows
    .filter((row) => row.library === library)
    .map(({ operation, speeds }) => `${operation} ${millions(median(speeds))}`)
    .join(', ');
}

function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(1);
}
