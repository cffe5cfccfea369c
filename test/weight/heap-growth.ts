import { MemoryCache } from 'nuthatch/engine';
import { estimateWeight } from '../../libs/engine/src/memory/weight.js';
import { kinds, type MakeValue } from './values.js';

/** How much of each kind is made, by the estimate: enough that nothing else matters. */
const BYTES = 4 * 2 ** 20;

/** By kind, the estimate of many values as a part of what the heap, with the buffers beside it, grew by. Needs `--expose-gc`. */
const ratios = Object.entries(kinds).map(([kind, make]) => [kind, ratioOf(make)]);
console.log(JSON.stringify(Object.fromEntries([...ratios, ['an entry', ratioOfEntries()]])));

function ratioOf(make: MakeValue): number {
  const each = weightOf(make(0));
  const kept: unknown[] = Array.from({ length: Math.ceil(BYTES / each) }, () => undefined);
  const before = bytesInUse();
  for (let id = 0; id < kept.length; id++) kept[id] = make(id + 1);
  const grown = bytesInUse() - before;
  return kept.reduce<number>((sum, value) => sum + weightOf(value), 0) / grown;
}

/** What a cache itself takes, apart from keys and values. */
function ratioOfEntries(): number {
  const keys = Array.from({ length: 50_000 }, (_, id) => `user:${id}`);
  const before = bytesInUse();
  const cache = new MemoryCache<string, number>({ maxBytes: 2 ** 30, maxItems: keys.length });
  for (const key of keys) cache.set(key, 1);
  const grown = bytesInUse() - before;
  cache.close();
  return (cache.size * estimateWeight(undefined, undefined)) / grown;
}

function weightOf(value: unknown): number {
  return estimateWeight(value, undefined) - estimateWeight(undefined, undefined);
}

function bytesInUse(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
