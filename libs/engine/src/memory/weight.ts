import { badOption } from '../kernel/errors.js';
import { weigh } from './scale.js';

/**
 * What an entry costs in the cache itself: its place in the map and the arrays, and in a strategy's. Really 55 to 140 bytes, as the strategy
 * needs and as the tables happen to be filled.
 */
const ENTRY = 88;

/**
 * Estimates the bytes that an entry takes in memory, without serialising it. At most 200 objects of a value are looked at, of lists a
 * sample that is spread evenly, of maps and sets the first; so it costs microseconds, save that the names of an object are listed,
 * which takes V8 half a microsecond each from about a thousand on (not so for a `Map`).
 *
 * How far off it is, for the kinds of values in its tests on Node 20: 0.75 to 1.25 times what the heap grows by, and 0.8 to 12 times the
 * length of `v8.serialize`, which is denser than the heap: near 1 for strings and buffers, 3 to 5 for objects, the most for sets and
 * dates. Members beyond the 200th object are taken to be small, a few large ones among many small ones may be missed; what is shared
 * counts each time that it is met, and of a buffer what is viewed; what only code can see, such as closures, private fields and native
 * objects, does not count.
 *
 * It never throws. Getters of plain objects are called, and one that throws makes its object count as 32 bytes; those of instances are
 * not called.
 */
export function estimateWeight(value: unknown, key: unknown): number {
  return ENTRY + weigh(key) + weigh(value);
}

/**
 * A weight as it is added up: rounded up, since only whole numbers have exact sums.
 * @throws CacheError `bad_option` where it is negative or not finite.
 */
export function wholeBytes(weight: number): number {
  if (Number.isFinite(weight) && weight >= 0) return Math.ceil(weight);
  throw badOption('the result of weigh', 'a finite number of bytes, 0 or more', weight);
}
