import type { Random } from 'nuthatch/engine';
import { zipfRanks } from '../zipf.js';

/** Draws the keys of the requests. */
export type Workload = (requests: number, random: Random) => Int32Array;

const ITEMS = 20_000;

/** Draws by zipf's law: what is popular stays so. Frequency is all there is to know. */
export function zipf(exponent: number): Workload {
  return (draws, random) => Int32Array.from(zipfRanks({ items: ITEMS, draws, exponent, random }));
}

/** Two loops, one in the other: whoever goes by recency alone hits nothing where the loop does not fit. */
export const loops: Workload = (requests) => {
  const [short, long] = [1500, 6000];
  return generate(requests, (turn) => (turn % 4 === 3 ? short + ((turn >> 2) % long) : turn % short));
};

/** Zipf, and every now and then a scan over keys that never come back. */
export const scans: Workload = (requests, random) => {
  const popular = zipf(1)(requests, random);
  const [every, length] = [10_000, 3000];
  return generate(requests, (turn) => (turn % every < length ? ITEMS + turn : (popular[turn] ?? 0)));
};

/** Zipf, but who is popular moves on: what was learnt must be forgotten. */
export const shifts: Workload = (requests, random) => {
  const popular = zipf(1)(requests, random);
  const [every, step] = [25_000, 3000];
  return generate(requests, (turn) => ((popular[turn] ?? 0) + Math.floor(turn / every) * step) % ITEMS);
};

/** A stream of new keys, each asked for a few times soon after it has come and then no more: recency is all there is to know. */
export const news: Workload = (requests, random) => {
  const meanAge = 400;
  return generate(requests, (turn) => {
    const age = Math.floor(-meanAge * Math.log(1 - random.next()));
    return Math.max(0, (turn >> 2) - age);
  });
};

/** By turns of what suits frequency and what suits recency. */
export const alternating: Workload = (requests, random) => {
  const [byFrequency, byRecency] = [zipf(0.9)(requests, random), news(requests, random)];
  const every = 40_000;
  return generate(requests, (turn) =>
    Math.floor(turn / every) % 2 === 0 ? (byFrequency[turn] ?? 0) : ITEMS + (byRecency[turn] ?? 0),
  );
};

function generate(requests: number, keyOf: (turn: number) => number): Int32Array {
  return Int32Array.from({ length: requests }, (_, turn) => keyOf(turn));
}
