import { percent, recommend } from '../recommend.js';
import type { SimulationRow } from '../row.js';
import type { Trace } from '../trace/trace.js';

const HEAD = ['size', 'strategy', 'hit ratio', 'optimum', 'evictions', 'ns/request'];
/** Texts are set to the left, numbers to the right. */
const IS_TEXT = [false, true];

/** What people read: the trace, a table with the best of each size first, and what to take. */
export function report(trace: Trace, rows: readonly SimulationRow[]): string {
  const { name, format, requests, keys } = trace;
  return [
    `${name} (${format}): ${count(requests)} requests for ${count(keys)} keys`,
    '',
    ...table([HEAD, ...cellsOf(rows)]),
    '',
    recommend(rows)?.reason ?? 'Only the optimum was tried, and nobody can run that.',
  ].join('\n');
}

function cellsOf(rows: readonly SimulationRow[]): string[][] {
  const isOptimum = ({ strategy }: SimulationRow): boolean => strategy === 'opt';
  const optima = new Map(rows.filter(isOptimum).map(({ size, hitRatio }) => [size, hitRatio]));
  const real = rows.filter((row) => !isOptimum(row));
  const shown = real.length > 0 ? real : rows;
  return shown
    .toSorted((a, b) => a.size - b.size || b.hitRatio - a.hitRatio)
    .map(({ size, strategy, hitRatio, evictions, nsPerRequest }) => {
      const optimum = optima.get(size);
      return [
        count(size),
        strategy,
        percent(hitRatio),
        optimum === undefined ? '-' : percent(optimum),
        count(evictions),
        nsPerRequest === undefined ? '-' : nsPerRequest.toFixed(0),
      ];
    });
}

function table(lines: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    widths
      .map((width, column) => {
        const cell = line[column] ?? '';
        return IS_TEXT[column] === true ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}

function count(amount: number): string {
  return amount.toLocaleString('en');
}
