import { type Estimate, estimate } from '../statistics/estimate.js';
import { median } from '../statistics/median.js';
import type { Row } from './race.js';

/** How many times as fast as the other one a contestant was, round by round. */
export function ratio(own: Row, other: Row): Estimate {
  return estimate(own.speeds.map((speed, round) => speed / (other.speeds[round] ?? NaN)));
}

/** How many times as fast as the reference a contestant was. */
export function ratioToReference({ ratios }: Row): Estimate {
  return estimate(ratios);
}

/** The row of the same operation, size and time to live, of somebody else. */
export function sameRowOf(library: string, row: Row, rows: readonly Row[]): Row | undefined {
  return rows.find(
    (other) =>
      other.library === library &&
      other.operation === row.operation &&
      other.size === row.size &&
      other.ttl === row.ttl,
  );
}

/** Whoever has the best median; `undefined` of none. */
export function fastest(rows: readonly Row[]): Row | undefined {
  return rows.toSorted((one, other) => median(other.speeds) - median(one.speeds))[0];
}
