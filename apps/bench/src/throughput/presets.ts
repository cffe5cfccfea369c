import type { Pace } from './length.js';

/** How long the races of one size are. */
export interface Preset extends Pace {
  readonly rounds: number;
}

/** Under twenty minutes on two cores. */
export const full: readonly Preset[] = [
  { size: 10_000, rounds: 30, lapMs: 20 },
  { size: 100_000, rounds: 20, lapMs: 100 },
  { size: 1_000_000, rounds: 6, lapMs: 150 },
];

/** Under a minute. */
export const quick: readonly Preset[] = [{ size: 10_000, rounds: 6, lapMs: 6 }];

/** For the few that are compared with committed figures: more rounds. */
export const fullCheck: readonly Preset[] = [
  { size: 10_000, rounds: 60, lapMs: 20 },
  { size: 100_000, rounds: 30, lapMs: 100 },
  { size: 1_000_000, rounds: 10, lapMs: 150 },
];

export const quickCheck: readonly Preset[] = [{ size: 10_000, rounds: 20, lapMs: 10 }];
