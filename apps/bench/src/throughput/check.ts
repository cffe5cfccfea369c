import { type Expectation, expectationOf } from './expectations.js';
import type { Row } from './race.js';
import { fastest, ratio, sameRowOf } from './ratio.js';

/** A row is as expected while the lower end of its interval is at least so much of the figure. */
const TOLERANCE = 0.97;

/** A row beside what is expected of it. */
export interface Verdict {
  readonly isMet: boolean;
  readonly text: string;
}

/** Holds every row of which something is expected against it. */
export function check(rows: readonly Row[], expectations: readonly Expectation[]): readonly Verdict[] {
  return rows.flatMap((row) => {
    const expected = expectationOf(row, expectations);
    const rivals = expected?.against.flatMap((library) => sameRowOf(library, row, rows) ?? []) ?? [];
    const rival = fastest(rivals);
    return expected === undefined || rival === undefined ? [] : [verdict(row, rival, expected)];
  });
}

function verdict(row: Row, rival: Row, { ratio: expected }: Expectation): Verdict {
  const { median, low, high } = ratio(row, rival);
  const isMet = low >= TOLERANCE * expected;
  const where = `${row.library} ${row.operation} ${row.size}${row.ttl ? ' ttl' : ''}`;
  const found = `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) x ${rival.library}`;
  return { isMet, text: `${isMet ? 'met   ' : 'BELOW '} ${where}: ${found}, expected ${expected}` };
}
