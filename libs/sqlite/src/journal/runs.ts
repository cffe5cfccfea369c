/** Whole numbers without a gap. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** The runs that numbers make, in any order and without repetition. */
export function runsOf(numbers: readonly number[]): Run[] {
  const runs: { first: number; last: number }[] = [];
  for (const each of [...numbers].sort((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run !== undefined && each === run.last + 1) run.last = each;
    else runs.push({ first: each, last: each });
  }
  return runs;
}
