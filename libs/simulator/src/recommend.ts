import type { SimulationRow } from './row.js';

/** What to take, and why. */
export interface Recommendation {
  readonly size: number;
  readonly strategy: string;
  /** From 0 to 1. */
  readonly hitRatio: number;
  /** One sentence for people. */
  readonly reason: string;
}

/** A larger cache must bring more than this to be worth its memory. */
const WORTH_IT = 0.01;

/** The smallest size whose best strategy is within a point of the best of all, and that strategy; `undefined` without rows. */
export function recommend(rows: readonly SimulationRow[]): Recommendation | undefined {
  const real = rows.filter(({ strategy }) => strategy !== 'opt');
  const best = bestOf(real);
  if (best === undefined) return undefined;
  const good = real.filter(({ hitRatio }) => hitRatio >= best.hitRatio - WORTH_IT);
  const size = Math.min(...good.map((row) => row.size));
  const chosen = bestOf(good.filter((row) => row.size === size)) ?? best;
  const { strategy, hitRatio } = chosen;
  const optimum = rows.find((row) => row.strategy === 'opt' && row.size === size);
  return { size, strategy, hitRatio, reason: reasonFor({ chosen, best, optimum }) };
}

/** The most hits; among equals the smallest, then the fastest. */
function bestOf(rows: readonly SimulationRow[]): SimulationRow | undefined {
  const speed = ({ nsPerRequest = Infinity }: SimulationRow): number => nsPerRequest;
  return rows.toSorted((a, b) => b.hitRatio - a.hitRatio || a.size - b.size || speed(a) - speed(b))[0];
}

interface Found {
  readonly chosen: SimulationRow;
  readonly best: SimulationRow;
  readonly optimum: SimulationRow | undefined;
}

function reasonFor({ chosen, best, optimum }: Found): string {
  const size = chosen.size.toLocaleString('en');
  const bound = optimum === undefined ? '' : ` (the optimum there is ${percent(optimum.hitRatio)})`;
  const take = `Take ${chosen.strategy} at ${size}: ${percent(chosen.hitRatio)} of the requests hit${bound}`;
  if (best.size === chosen.size) return `${take}, the most of what was tried.`;
  const larger = best.size.toLocaleString('en');
  return `${take}; the best of ${larger}, ${best.strategy} with ${percent(best.hitRatio)}, brings less than a point more.`;
}

/** A ratio as people read it. */
export function percent(ratio: number, digits = 2): string {
  return `${(ratio * 100).toFixed(digits)} %`;
}
