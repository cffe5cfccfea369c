import type { Random } from 'nuthatch/engine';

/** Draws by Zipf's law: the first item most often, the second half as often, the third a third as often, and so on. */
export function zipfDraws<T>(items: readonly T[], draws: number, random: Random): T[] {
  let sum = 0;
  const cumulated = items.map((_, rank) => (sum += 1 / (rank + 1)));
  return Array.from({ length: draws }, () => {
    const found = items[firstAbove(cumulated, random.next() * sum)];
    if (found === undefined) throw new Error('there is nothing to draw from');
    return found;
  });
}

function firstAbove(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
