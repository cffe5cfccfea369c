import type { Value } from './contestant.js';

/** The heaviest entry. */
export const MAX_WEIGHT = 107;

/** Weights that differ, as they do in life, and cost nothing to find out. */
export function weigh({ id }: Value): number {
  return 100 + (id & 7);
}
