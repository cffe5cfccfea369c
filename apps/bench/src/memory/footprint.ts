import { contestantOf } from '../field/field.js';
import type { Value } from '../field/contestant.js';
import { bytesInUse } from './bytes-in-use.js';

export type Feature = 'ttl' | 'weights';

/** What one process weighs. */
export interface FootprintPlan {
  readonly library: string;
  readonly features: readonly Feature[];
  readonly entries: number;
}

/** Bytes per entry, key and value left out. */
export interface Footprint {
  /** Heap and external memory of a cache that has just been filled, after a collection. */
  readonly filled: number;
  /** By how much the process has grown then. */
  readonly resident: number;
  /** Heap and external memory after twice as many newcomers have pushed everything out; of those that evict. */
  readonly turnedOver?: number;
}

const HOUR_MS = 3_600_000;
const NEWCOMERS_PER_PLACE = 2;

/** Weighs the cache alone: its keys and values are there before. */
export async function weighCache({ library, features, entries }: FootprintPlan): Promise<Footprint> {
  const contestant = contestantOf(library);
  const open = await contestant.load();
  const count = (1 + NEWCOMERS_PER_PLACE) * entries;
  const keys = Array.from({ length: count }, (_, at) => `user:${at}`);
  const values = keys.map((name, id): Value => ({ id, name }));
  const before = bytesInUse();
  const cache = open({
    capacity: entries,
    ttlMs: features.includes('ttl') ? HOUR_MS : undefined,
    isWeighed: features.includes('weights'),
  });
  const put = (from: number, to: number): void => {
    for (let at = from; at < to; at++) cache.set(keys[at] as string, values[at] as Value);
  };
  put(0, entries);
  const after = bytesInUse();
  const filled = (after.reachable - before.reachable) / entries;
  const resident = (after.resident - before.resident) / entries;
  if (contestant.evicts) put(entries, count);
  const turnedOver = (bytesInUse().reachable - before.reachable) / entries;
  // Keeps all of it reachable until here.
  if (cache.get('nobody') !== undefined || keys.length !== values.length) throw new Error('nobody is there');
  return { filled, resident, ...(contestant.evicts ? { turnedOver } : {}) };
}
