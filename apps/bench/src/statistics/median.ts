/** The middle of the numbers, or the mean of the middle two; `NaN` of none. Those that are `NaN` do not count. */
export function median(numbers: readonly number[]): number {
  const ascending = numbers.filter((number) => !Number.isNaN(number)).sort((one, other) => one - other);
  const middle = ascending.length >> 1;
  const [low = NaN, high = NaN] = [ascending[(ascending.length - 1) >> 1], ascending[middle]];
  return (low + high) / 2;
}
