import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { type EvictionName, MemoryCache, seededRandom } from 'nuthatch/engine';
import { median } from '../statistics/median.js';
import { zipfRanks } from '../zipf.js';
import { bytesInUse } from './bytes-in-use.js';

/** What one process does. */
export interface SoakPlan {
  readonly strategy: string;
  readonly operations: number;
  readonly entries: number;
}

export interface SoakReport {
  /** Heap and external bytes after a collection, at even distances. */
  readonly samples: readonly number[];
  /** By how much the last quarter lies above the second one: 0.01 is one per cent. The first one is left out, since caches fill up in it. */
  readonly growth: number;
}

const SAMPLES = 40;
const DRAWS = 2 ** 20;
const CHUNK = 8192;
const LIVES_MS = [20, 200, 2000, 60_000];

/**
 * Reads, writes, deletes, lets expire and evicts, in turns of the event loop, and looks whether that leaves something behind. One
 * request in eight is for a key that has never been seen and never comes back.
 */
export async function soak({ strategy, operations, entries }: SoakPlan): Promise<SoakReport> {
  const cache = new MemoryCache<string, object>({
    maxItems: entries,
    maxBytes: 150 * entries,
    weigh: () => 100,
    // The names come from the register.
    eviction: strategy as EvictionName,
  });
  const run = mixedOperations(cache, entries);
  const samples: number[] = [];
  for (let done = 0; done < operations; done += CHUNK) {
    run(done, Math.min(CHUNK, operations - done));
    await turnOfTheLoop();
    if (done >= (samples.length * operations) / SAMPLES) samples.push(bytesInUse().reachable);
  }
  samples.push(bytesInUse().reachable);
  cache.audit();
  cache.close();
  return { samples, growth: growthOf(samples) };
}

/** How far the last quarter of the samples lies above the second one. */
export function growthOf(samples: readonly number[]): number {
  const quarter = samples.length / 4;
  return (
    median(samples.slice(Math.floor(3 * quarter))) /
      median(samples.slice(Math.floor(quarter), Math.ceil(2 * quarter))) -
    1
  );
}

function mixedOperations(
  cache: MemoryCache<string, object>,
  entries: number,
): (from: number, count: number) => void {
  const random = seededRandom(2026);
  const ranks = zipfRanks({ items: 4 * entries, draws: DRAWS, exponent: 0.99, random });
  const keys = Array.from({ length: 4 * entries }, (_, at) => `user:${at}`);
  const value = {};
  return (from, count) => {
    for (let turn = from; turn < from + count; turn++) {
      const kind = turn & 15;
      const key = kind < 2 ? `guest:${turn}` : (keys[ranks[turn % DRAWS] as number] as string);
      if (kind === 2) cache.delete(key);
      else if (kind === 3) cache.set(key, value);
      else if (cache.get(key) === undefined) cache.set(key, value, { ttl: LIVES_MS[(turn >> 4) & 3] });
    }
  };
}
