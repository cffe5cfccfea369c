import { type Estimate, estimate } from '../statistics/estimate.js';
import { type ApplicationName, RIVALS } from './applications.js';
import type { Lap } from './lap.js';
import type { Row } from './race.js';

/** What is wanted, and whether it is so. */
export interface Verdict {
  readonly isMet: boolean;
  readonly text: string;
}

const MOST_OVERHEAD_NS = 1000;

/** How many times as much is wanted of each of ours as of its rival: a hit may be as good as equal, all else is to be ahead. */
const WANTED = [
  { ours: 'nuthatch interceptor', kind: 'hits', ratio: 0.95 },
  { ours: 'nuthatch interceptor', kind: 'cold', ratio: 1 },
  { ours: 'nuthatch @Cacheable in a service', kind: 'hits', ratio: 1 },
  { ours: 'nuthatch @Cacheable in a service', kind: 'cold', ratio: 1 },
] as const;

/** Holds each of our applications against the one that does the same by other means. */
export function judge(rows: readonly Row[], overheadNs: number): readonly Verdict[] {
  const ratios = WANTED.map(({ ours, kind, ratio }) => {
    const { median, low, high } = ratioOf(figuresOf(rows, ours)[kind], figuresOf(rows, RIVALS[ours])[kind]);
    const found = `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
    const text = `${ours}, ${kind}: ${found} x ${RIVALS[ours]}, wanted ${ratio}`;
    return { isMet: median >= ratio, text };
  });
  const text = `a decorated hit costs ${overheadNs.toFixed(0)} ns beyond cache.getOrLoad, wanted less than ${MOST_OVERHEAD_NS}`;
  return [...ratios, { isMet: overheadNs < MOST_OVERHEAD_NS, text }];
}

/** How many times as many requests for the same time on a processor, round by round: what else the machine does counts for less there. */
export function ratioOf(own: readonly Lap[], other: readonly Lap[]): Estimate {
  return estimate(own.map(({ perCpuSecond }, round) => perCpuSecond / (other[round]?.perCpuSecond ?? NaN)));
}

function figuresOf(rows: readonly Row[], wanted: ApplicationName): Row {
  const row = rows.find(({ name }) => name === wanted);
  if (row === undefined) throw new Error(`${wanted} took no part`);
  return row;
}
