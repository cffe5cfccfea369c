import { markdownTable } from '../report/markdown-table.js';
import { OPTIMUM } from './reference.js';
import { type CaseResult, type Finding, summarize } from './summary.js';

/** Every case. */
export function caseReport(cases: readonly CaseResult[]): string {
  return `Hit ratios in percent, the best of ours in bold.\n\n${caseTable(cases)}`;
}

/** Every strategy over all cases. */
export function summaryReport(cases: readonly CaseResult[]): string {
  const requests = cases.reduce((sum, { rows }) => sum + (rows[0]?.requests ?? 0), 0);
  const cover = `${cases.length} cases, ${requests.toLocaleString('en')} requests`;
  return `${cover}; hit ratios in percent, regret and differences in points.\n\n${summaryTable(cases)}`;
}

function caseTable(cases: readonly CaseResult[]): string {
  const strategies = [...new Set(cases.flatMap(({ rows }) => rows.map(({ strategy }) => strategy)))];
  const hasOptimum = cases.some(({ reference }) => reference?.has(OPTIMUM));
  const lines = cases.map(({ rows, reference }) => {
    const best = Math.max(...rows.map(({ hitRatio }) => hitRatio));
    const cells = strategies.map((strategy) => {
      const ratio = rows.find((row) => row.strategy === strategy)?.hitRatio ?? NaN;
      return ratio === best ? `**${percent(ratio)}**` : percent(ratio);
    });
    const optimum = hasOptimum ? [reference?.get(OPTIMUM)?.toFixed(2) ?? ''] : [];
    return [`${rows[0]?.trace} ${rows[0]?.size}`, ...optimum, ...cells];
  });
  return markdownTable(['trace, size', ...(hasOptimum ? ['optimum'] : []), ...strategies], lines);
}

function summaryTable(cases: readonly CaseResult[]): string {
  const lines = summarize(cases).map(({ strategy, mean, meanRegret, worst, differences }) => [
    strategy,
    mean.toFixed(2),
    meanRegret.toFixed(2),
    `${worst.points.toFixed(2)} (${worst.at})`,
    difference(differences[0]),
    difference(differences.at(-1)),
  ]);
  const head = [
    'strategy',
    'mean hit ratio',
    'mean regret',
    'worst regret',
    'lowest difference',
    'highest difference',
  ];
  return markdownTable(head, lines);
}

function difference(found: Finding | undefined): string {
  if (found === undefined) return '';
  const points = found.points.toFixed(2);
  return Number(points) === 0 ? '0.00' : `${found.points > 0 ? '+' : ''}${points} (${found.at})`;
}

function percent(ratio: number): string {
  return (100 * ratio).toFixed(2);
}
