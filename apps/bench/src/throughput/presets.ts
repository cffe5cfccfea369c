/** How long the races of one size are. */
export interface Preset {
  readonly size: number;
  readonly rounds: number;
  readonly measureMs: number;
}

/** Under twenty minutes on two cores. */
export const full: readonly Preset[] = [
  { size: 10_000, rounds: 6, measureMs: 100 },
  { size: 100_000, rounds: 4, measureMs: 150 },
  { size: 1_000_000, rounds: 3, measureMs: 300 },
];

/** Under a minute. */
export const quick: readonly Preset[] = [{ size: 10_000, rounds: 2, measureMs: 20 }];

/** For the few that are compared with committed figures: more rounds. */
export const fullCheck: readonly Preset[] = [
  { size: 10_000, rounds: 15, measureMs: 100 },
  { size: 100_000, rounds: 9, measureMs: 150 },
  { size: 1_000_000, rounds: 5, measureMs: 300 },
];

export const quickCheck: readonly Preset[] = [{ size: 10_000, rounds: 5, measureMs: 20 }];
