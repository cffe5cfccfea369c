/**
 * Moves numbers as little as possible (least squares) until each is `gap` or more above the one before it. The numbers come in
 * ascending order, and stay in it. (Pool adjacent violators: M. Ayer et al., 1955.)
 */
export function spread(anchors: readonly number[], gap: number): number[] {
  const pools: { sum: number; count: number }[] = [];
  anchors.forEach((anchor, at) => {
    let pool = { sum: anchor - at * gap, count: 1 };
    for (let last = pools.at(-1); last && mean(last) > mean(pool); last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  });
  const levels = pools.flatMap((pool) => Array.from({ length: pool.count }, () => mean(pool)));
  return levels.map((level, at) => level + at * gap);
}

function mean({ sum, count }: { readonly sum: number; readonly count: number }): number {
  return sum / count;
}
