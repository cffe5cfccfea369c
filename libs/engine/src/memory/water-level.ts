/**
 * The level to which amounts are to be cut, so that they come to no more than `limit` together and the largest give way first (max-min
 * fairness, Bertsekas and Gallager, Data Networks, 6.5.2): who has less than an even share is never cut. `Infinity` where all fits. O(n log n).
 */
export function waterLevel(amounts: readonly number[], limit: number): number {
  const rising = amounts.toSorted((one, other) => one - other);
  let left = limit;
  for (const [index, amount] of rising.entries()) {
    const share = left / (rising.length - index);
    if (amount > share) return Math.max(0, Math.floor(share));
    left -= amount;
  }
  return Infinity;
}
