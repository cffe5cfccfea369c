import type { Random } from 'nuthatch/engine';

interface ZipfOptions {
  readonly items: number;
  readonly draws: number;
  readonly exponent: number;
  readonly random: Random;
}

/** Draws of items by zipf's law, the item 0 most often: by bisection of the cumulated shares. */
export function zipfRanks({ items, draws, exponent, random }: ZipfOptions): Uint32Array {
  const cumulated = new Float64Array(items);
  let sum = 0;
  for (let rank = 0; rank < items; rank++) cumulated[rank] = sum += 1 / (rank + 1) ** exponent;
  return Uint32Array.from({ length: draws }, () => firstAbove(cumulated, random.next() * sum));
}

function firstAbove(ascending: Float64Array, bound: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
