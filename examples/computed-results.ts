// Dear computations: a function that remembers its answers.
import { memoize } from 'nuthatch/engine';

let computed = 0;
function pathsThrough(columns: number, rows: number): bigint {
  computed++;
  if (columns === 0 || rows === 0) return 1n;
  return paths(columns - 1, rows) + paths(columns, rows - 1);
}

const paths = memoize(pathsThrough, { maxItems: 1_000 });

console.log('paths through a grid of 30 by 30:', paths(30, 30));
console.log('computed:', computed, 'instead of', 2n * paths(30, 30) - 1n);
console.log(paths.cacheInfo());
paths.cacheClear();
