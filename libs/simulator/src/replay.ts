import { type EvictionChoice, MemoryCache, type MemoryOptions, seededRandom } from 'nuthatch/engine';
import type { Tally } from './row.js';
import type { Trace } from './trace/trace.js';

/** How large a cache is and who leaves it. */
export interface Run {
  readonly size: number;
  readonly unit: 'items' | 'bytes';
  readonly eviction: EvictionChoice;
}

/** Sends a trace through a cache of the engine: every request is a read, and every miss is put in. */
export function replay(trace: Trace, run: Run, onChunk: (requests: number) => void): Tally {
  const cache = new MemoryCache<number, number>(optionsOf(run));
  const heaviest = run.unit === 'bytes' ? run.size : Infinity;
  let [hits, refused, elapsedMs] = [0, 0, 0];
  trace.chunks.forEach((keys, chunk) => {
    const weights = run.unit === 'bytes' ? trace.weights?.[chunk] : undefined;
    const startedAt = performance.now();
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] ?? 0;
      if (cache.get(key) !== undefined) {
        hits++;
        continue;
      }
      const weight = weights?.[at] ?? 1;
      cache.set(key, weight);
      if (weight > heaviest) refused++;
    }
    elapsedMs += performance.now() - startedAt;
    onChunk(keys.length);
  });
  const evictions = trace.requests - hits - refused - cache.size;
  cache.close();
  return { hits, evictions, nsPerRequest: (elapsedMs * 1e6) / trace.requests };
}

/** A value is the weight of its entry. */
function optionsOf({ size, unit, eviction }: Run): MemoryOptions<number, number> {
  const random = seededRandom(1);
  if (unit === 'items') return { maxItems: size, eviction, random };
  return { maxBytes: size, weigh: (weight) => weight, eviction, random };
}
