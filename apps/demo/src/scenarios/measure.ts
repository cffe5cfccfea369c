/** How a task is measured. */
export interface Lap {
  readonly samples: number;
  /** How often the task runs in each sample; many times where it is quick. */
  readonly calls: number;
}

/** The median of how long a call of the task takes, in milliseconds, after one sample that does not count. */
export async function medianMs(task: () => Promise<unknown>, { samples, calls }: Lap): Promise<number> {
  const found: number[] = [];
  for (let sample = 0; sample <= samples; sample++) {
    const startedAt = performance.now();
    for (let call = 0; call < calls; call++) await task();
    if (sample > 0) found.push((performance.now() - startedAt) / calls);
  }
  return median(found);
}

/** The middle one, or the mean of the middle two. */
export function median(numbers: readonly number[]): number {
  const ascending = numbers.toSorted((one, other) => one - other);
  const [low = NaN, high = NaN] = [ascending[(ascending.length - 1) >> 1], ascending[ascending.length >> 1]];
  return (low + high) / 2;
}
