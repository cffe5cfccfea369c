import { fieldsOfArc } from './text-formats.js';

/**
 * The format that the beginning of a trace shows: `csv` by the name of the file, `arc` where every line is four integers, `lirs`
 * where every line is an integer or `*` and there are both, else `lines`.
 */
export function guessFormat(file: string, head: Buffer): 'lines' | 'arc' | 'lirs' | 'csv' {
  if (/\.csv(\.gz)?$/i.test(file)) return 'csv';
  const seen = wholeLines(head.toString('latin1'));
  if (seen.length === 0) return 'lines';
  if (seen.every((line) => fieldsOfArc(line) !== undefined)) return 'arc';
  const isLirs = seen.includes('*') && seen.every((line) => /^(\*|-?\d+)$/.test(line));
  return isLirs ? 'lirs' : 'lines';
}

/** The last line may have been cut, unless it is the only one. */
function wholeLines(text: string): string[] {
  const end = text.lastIndexOf('\n');
  const whole = end < 0 ? text : text.slice(0, end);
  return whole
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
