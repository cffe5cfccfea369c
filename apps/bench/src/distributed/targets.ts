import { type Estimate, estimate } from '../statistics/estimate.js';
import { LONE_CLIENT, OURS, PIPELINED_CLIENT } from './contestants.js';
import { CALLERS, type Kind, TITLES } from './lap.js';
import type { OutageRow, State } from './outages.js';
import type { Results, Row } from './race.js';

/** What is wanted, and whether it is so. */
export interface Verdict {
  readonly isMet: boolean;
  readonly text: string;
}

/** How many times as many reads a second as the client, where many ask at once. */
const LEAST_TOGETHER = 2;
/** How many times as long as the client's a lone read may take. */
const MOST_ALONE = 1.2;
/** How many of its hits memory makes without Redis. */
const LEAST_WITHOUT_REDIS = 0.95;

/** What is wanted of us, as far as those took part that it is measured against. */
export function judge({ rows, outages }: Results): readonly Verdict[] {
  return [...togetherVerdict(rows), ...aloneVerdict(rows), ...outages.filter(isOurs).flatMap(outageVerdicts)];
}

/** Where somebody else was quicker, in words. */
export function aheadOfUs({ rows }: Results): readonly string[] {
  return rows
    .filter((row) => !isOurs(row))
    .flatMap((row) => {
      const own = rowOf(rows, OURS, row);
      if (own === undefined) return [];
      const times = timesAsMany(row, own);
      if (times.median <= 1) return [];
      const callers = row.callers === 1 ? 'alone' : `${row.callers} callers`;
      return [`${row.name}, ${TITLES[row.operation]}, ${callers}: ${shown(times)} x ${OURS}`];
    });
}

/** How many times as many calls a second, round by round. */
export function timesAsMany(one: Row, other: Row): Estimate {
  return timesOf(one.perSecond, other.perSecond);
}

/** How many times as long the middle call took, round by round. */
export function timesAsLong(one: Row, other: Row): Estimate {
  return timesOf(one.p50Us, other.p50Us);
}

/** How many of its hits memory makes in that state, round by round. */
export function withoutRedis({ perSecond }: OutageRow, state: State): Estimate {
  return timesOf(perSecond[state], perSecond.up);
}

/** The row of a contestant in one kind of lap. */
export function rowOf(rows: readonly Row[], wanted: string, { operation, callers }: Kind): Row | undefined {
  return rows.find((row) => row.name === wanted && row.operation === operation && row.callers === callers);
}

/** An estimate with its spread. */
export function shown({ median, low, high }: Estimate): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function timesOf(ones: readonly number[], others: readonly number[]): Estimate {
  return estimate(ones.map((one, round) => one / (others[round] ?? NaN)));
}

function togetherVerdict(rows: readonly Row[]): readonly Verdict[] {
  const kind: Kind = { operation: 'shared', callers: CALLERS };
  const [own, client] = [rowOf(rows, OURS, kind), rowOf(rows, PIPELINED_CLIENT, kind)];
  if (own === undefined || client === undefined) return [];
  const times = timesAsMany(own, client);
  const text = `${CALLERS} callers, hits in Redis: ${shown(times)} x ${PIPELINED_CLIENT}, wanted ${LEAST_TOGETHER}`;
  return [{ isMet: times.median >= LEAST_TOGETHER, text }];
}

function aloneVerdict(rows: readonly Row[]): readonly Verdict[] {
  const kind: Kind = { operation: 'shared', callers: 1 };
  const [own, client] = [rowOf(rows, OURS, kind), rowOf(rows, LONE_CLIENT, kind)];
  if (own === undefined || client === undefined) return [];
  const times = timesAsLong(own, client);
  const text = `a lone hit in Redis takes ${shown(times)} x as long as ${LONE_CLIENT}, wanted at most ${MOST_ALONE}`;
  return [{ isMet: times.median <= MOST_ALONE, text }];
}

function outageVerdicts(row: OutageRow): readonly Verdict[] {
  return (['frozen', 'killed'] as const).map((state) => {
    const times = withoutRedis(row, state);
    const text = `hits in memory, Redis ${state}: ${shown(times)} x those with Redis up, wanted ${LEAST_WITHOUT_REDIS}`;
    return { isMet: times.median >= LEAST_WITHOUT_REDIS, text };
  });
}

function isOurs({ name }: { readonly name: string }): boolean {
  return name === OURS;
}
