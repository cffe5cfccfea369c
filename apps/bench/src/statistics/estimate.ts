import { seededRandom } from 'nuthatch/engine';
import { median } from './median.js';

/** A figure and how sure it is. */
export interface Estimate {
  readonly median: number;
  /** The ends of the 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const SEED = 2026;

/**
 * The median with its 95 % interval by bootstrap (Efron, 1979): the figures are drawn again, with replacement, and the middle
 * 95 % of the medians of those draws is the interval. Of fewer than five figures it is about their whole range. A figure that is `NaN` is none.
 */
export function estimate(all: readonly number[]): Estimate {
  const figures = all.filter((figure) => !Number.isNaN(figure));
  const random = seededRandom(SEED);
  const draw = (): number => figures[Math.floor(random.next() * figures.length)] ?? NaN;
  const medians = Array.from({ length: RESAMPLES }, () => median(figures.map(draw)));
  medians.sort((one, other) => one - other);
  const [low = NaN, high = NaN] = [medians[RESAMPLES * 0.025], medians[RESAMPLES * 0.975 - 1]];
  return { median: median(figures), low, high };
}
