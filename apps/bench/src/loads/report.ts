import { markdownTable } from '../report/markdown-table.js';
import { median } from '../statistics/median.js';
import { REFERENCE } from './contestants.js';
import { CALLERS } from './lap.js';
import { BURSTS, type Row } from './race.js';
import { hitRatio, judge, titleOf } from './targets.js';

/** Hits and misses as tables, and what is wanted of us with whether it is so. */
export function report(rows: readonly Row[]): string {
  const verdicts = judge(rows).map(
    ({ name, isMet, text }) => `- ${isMet ? 'met' : 'NOT MET'}: ${name}, ${text}`,
  );
  return [
    'Hits',
    hitTable(rows),
    `${CALLERS.toLocaleString('en')} callers miss at once: milliseconds until all are answered, and in brackets how often the loader of a key was called`,
    missTable(rows),
    verdicts.join('\n'),
  ].join('\n\n');
}

function hitTable(rows: readonly Row[]): string {
  const reference = rows.find(({ name }) => name === REFERENCE);
  const lines = rows.map((row) => {
    const ratio = reference === undefined ? undefined : hitRatio(row, reference);
    return [
      row.name,
      (median(row.hits) / 1e6).toFixed(2),
      ratio === undefined
        ? ''
        : `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
      row.bytesPerHit.toFixed(0),
      String(row.promisesPerHit),
    ];
  });
  return markdownTable(
    ['', 'million hits a second', `x ${REFERENCE}`, 'bytes a hit', 'promises a hit'],
    lines,
  );
}

function missTable(rows: readonly Row[]): string {
  const lines = rows.map(({ name, misses }) => [
    name,
    ...misses.map(({ ms, calls }) => `${median(ms).toFixed(1)} (${calls})`),
  ]);
  return markdownTable(['', ...BURSTS.map(titleOf)], lines);
}
