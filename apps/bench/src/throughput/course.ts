import { seededRandom } from 'nuthatch/engine';
import type { Value } from '../field/contestant.js';
import { zipfRanks } from '../zipf.js';

/** Requests in the order in which they are made, read from front to back, so that the course itself costs little. */
export interface Requests {
  readonly keys: readonly string[];
  readonly values: readonly Value[];
}

/** What the operations need: all of it is built before the time is taken. */
export interface Course {
  readonly capacity: number;
  /** As many entries as fit; the ones that are asked for most come last. */
  readonly residents: Requests;
  /** Uniform draws among those. */
  readonly hits: Requests;
  /** Uniform draws among keys that are not filled in. */
  readonly misses: Requests;
  /** Keys that nothing else asks for, one after the other: twice as many as fit. */
  readonly newcomers: Requests;
  /** Draws among all keys by zipf's law, exponent 0.99; the residents are the ones drawn most. */
  readonly zipf: Requests;
}

const SEED = 2026;
const MAX_DRAWS = 2 ** 20;
const KEYS_PER_PLACE = 4;

export function layCourse(capacity: number): Course {
  const random = seededRandom(SEED);
  const values = Array.from({ length: capacity }, (_, id): Value => ({ id, name: `owl ${id}` }));
  const keys = Array.from({ length: KEYS_PER_PLACE * capacity }, (_, at) => `user:${at}`);
  const newcomers = Array.from({ length: 2 * capacity }, (_, at) => `guest:${at}`);
  const draws = Math.min(MAX_DRAWS, 16 * capacity);
  const uniform = Uint32Array.from({ length: draws }, () => Math.floor(random.next() * capacity));
  const zipf = zipfRanks({ items: keys.length, draws, exponent: 0.99, random });
  const all = { keys, values };
  return {
    capacity,
    residents: { keys: keys.slice(0, capacity).reverse(), values: values.toReversed() },
    hits: picked(uniform, all),
    misses: picked(
      uniform.map((index) => capacity + index),
      all,
    ),
    newcomers: { keys: newcomers, values: values.concat(values) },
    zipf: picked(zipf, all),
  };
}

/** Only a fourth of the keys has a value of its own. */
function picked(indices: Uint32Array, { keys, values }: Requests): Requests {
  return {
    keys: Array.from(indices, (index) => keys[index] as string),
    values: Array.from(indices, (index) => values[index % values.length] as Value),
  };
}
