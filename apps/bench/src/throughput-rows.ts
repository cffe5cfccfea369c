import { seededRandom } from 'nuthatch/engine';
import type { Contestant, Value } from './contestants.js';
import { zipfRanks } from './zipf.js';

/** What a row needs to run: everything is built before the time is taken. */
export interface Course {
  readonly capacity: number;
  /** Four times as many as fit; the first `capacity` are the ones that are filled in. */
  readonly keys: readonly string[];
  readonly values: readonly Value[];
  /** Uniform draws below the capacity. */
  readonly uniform: Uint32Array;
  /** Draws over all keys by zipf's law, exponent 0.99. */
  readonly zipf: Uint32Array;
}

/** One row of the table: runs so many operations on a cache that is full. */
export interface Row {
  readonly name: string;
  /** Whether it needs a cache that evicts. */
  readonly evicts: boolean;
  run(cache: Contestant, course: Course, operations: number): void;
}

const DRAWS = 2 ** 20;
const SEED = 2026;

export function layCourse(capacity: number): Course {
  const random = seededRandom(SEED);
  const keys = Array.from({ length: 4 * capacity }, (_, at) => `user:${at}`);
  const values = keys.map((name, id) => ({ id, name }));
  const uniform = Uint32Array.from({ length: DRAWS }, () => Math.floor(random.next() * capacity));
  return {
    capacity,
    keys,
    values,
    uniform,
    zipf: zipfRanks({ items: keys.length, draws: DRAWS, exponent: 0.99, random }),
  };
}

/** The part of the course that fits goes in. */
export function fill(cache: Contestant, { capacity, keys, values }: Course): void {
  for (let at = 0; at < capacity; at++) set(cache, at, { keys, values });
}

export const rows: readonly Row[] = [
  {
    name: 'get-hit',
    evicts: false,
    run: (cache, { keys, uniform }, operations) => {
      let misses = 0;
      for (let turn = 0; turn < operations; turn++) {
        if (cache.get(at(keys, at(uniform, turn % DRAWS))) === undefined) misses++;
      }
      if (misses > 0) throw new Error(`get-hit: ${misses} misses`);
    },
  },
  {
    name: 'get-miss',
    evicts: false,
    run: (cache, { keys, uniform, capacity }, operations) => {
      let hits = 0;
      for (let turn = 0; turn < operations; turn++) {
        if (cache.get(at(keys, capacity + at(uniform, turn % DRAWS))) !== undefined) hits++;
      }
      if (hits > 0) throw new Error(`get-miss: ${hits} hits`);
    },
  },
  {
    name: 'set-update',
    evicts: false,
    run: (cache, { keys, values, uniform }, operations) => {
      for (let turn = 0; turn < operations; turn++) set(cache, at(uniform, turn % DRAWS), { keys, values });
    },
  },
  {
    name: 'set-evict',
    evicts: true,
    run: (cache, { keys, values, capacity }, operations) => {
      for (let turn = 0; turn < operations; turn++)
        set(cache, (capacity + turn) % keys.length, { keys, values });
    },
  },
  {
    name: 'zipf-getorset',
    evicts: true,
    run: (cache, { keys, values, zipf }, operations) => {
      for (let turn = 0; turn < operations; turn++) {
        const rank = at(zipf, turn % DRAWS);
        if (cache.get(at(keys, rank)) === undefined) set(cache, rank, { keys, values });
      }
    },
  },
];

function set(cache: Contestant, index: number, { keys, values }: Pick<Course, 'keys' | 'values'>): void {
  cache.set(at(keys, index), at(values, index));
}

/** Reads by an index that the course made, so it is there. */
function at<T>(list: { readonly [index: number]: T }, index: number): T {
  return list[index] as T;
}
