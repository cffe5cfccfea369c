import { type Estimate, estimate } from '../statistics/estimate.js';
import { REFERENCE } from './contestants.js';
import type { Burst, BurstRow, Row } from './race.js';

/** A ratio of hits per second that is wanted. */
interface WantedRatio {
  readonly against: string;
  readonly ratio: number;
}

const WANTED: readonly WantedRatio[] = [
  { against: REFERENCE, ratio: 0.9 },
  { against: 'cache-manager wrap', ratio: 5 },
  { against: 'bentocache getOrSet', ratio: 20 },
];
const MOST_PROMISES = 1;

/** One of our rows beside what is wanted of it. */
export interface Verdict {
  readonly name: string;
  readonly isMet: boolean;
  readonly text: string;
}

/** Holds each of our rows against the others that took part. */
export function judge(rows: readonly Row[]): readonly Verdict[] {
  const rivals = rows.filter(({ isOurs }) => !isOurs);
  return rows
    .filter(({ isOurs }) => isOurs)
    .flatMap((own) => [
      ...WANTED.flatMap((wanted) => {
        const rival = rivals.find(({ name }) => name === wanted.against);
        return rival === undefined ? [] : [ratioVerdict(own, rival, wanted)];
      }),
      promisesVerdict(own),
      ...own.misses.flatMap((burst) => burstVerdict(own, burst, rivals)),
    ]);
}

/** How many times as many hits per second, round by round. */
export function hitRatio(own: Row, other: Row): Estimate {
  return estimate(own.hits.map((speed, round) => speed / (other.hits[round] ?? NaN)));
}

/** What a burst is called in a table. */
export function titleOf({ keys, answer }: Burst): string {
  return `${keys.toLocaleString('en')} ${keys === 1 ? 'key' : 'keys'}, ${answer}`;
}

function ratioVerdict(own: Row, rival: Row, { against, ratio }: WantedRatio): Verdict {
  const { median, low, high } = hitRatio(own, rival);
  const found = `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  return {
    name: own.name,
    isMet: median >= ratio,
    text: `hits: ${found} x ${against}, wanted ${ratio}`,
  };
}

function promisesVerdict({ name, promisesPerHit }: Row): Verdict {
  return {
    name,
    isMet: promisesPerHit <= MOST_PROMISES,
    text: `promises per hit: ${promisesPerHit}, wanted at most ${MOST_PROMISES}`,
  };
}

/** Against whoever came nearest. */
function burstVerdict({ name }: Row, own: BurstRow, rivals: readonly Row[]): readonly Verdict[] {
  const ahead = rivals
    .map((rival) => {
      const theirs = rival.misses.find(({ keys, answer }) => keys === own.keys && answer === own.answer);
      return {
        rival,
        times: estimate(own.ms.map((ms, round) => (theirs?.ms[round] ?? NaN) / ms)).median,
      };
    })
    .toSorted((one, other) => one.times - other.times)[0];
  if (ahead === undefined) return [];
  const { rival, times } = ahead;
  return [
    {
      name,
      isMet: times > 1,
      text: `misses, ${titleOf(own)}: ${times.toFixed(2)} x as fast as ${rival.name}, the best of the others, wanted more than 1`,
    },
  ];
}
