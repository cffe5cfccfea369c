import { type EvictionContext, evictionStrategies, seededRandom } from 'nuthatch/engine';
import { Watch } from '../../libs/engine/src/eviction/watch.js';

/** How many watches of a capacity are measured at once, so that the noise of the heap is shared. */
const WATCHES: Readonly<Record<number, number>> = { 100: 40, 1000: 40, 10_000: 20, 100_000: 5 };

const { lirs, lru, s3Fifo, wTinyLfu } = evictionStrategies;

/** The keys of whichever watch is filled now. */
const keys = new Uint32Array(100_000);

/** By capacity, the bytes that `adaptive` takes beyond the strategy that it has in charge. Needs `--expose-gc`. */
const grown = Object.keys(WATCHES).map((capacity) => [capacity, bytesOf(Number(capacity))] as const);
console.log(JSON.stringify(Object.fromEntries(grown)));

function bytesOf(capacity: number): number {
  const warm = filled(capacity);
  const before = bytesInUse();
  const watches = Array.from({ length: WATCHES[capacity] ?? 1 }, () => filled(capacity));
  const bytes = (bytesInUse() - before) / watches.length;
  return [warm, ...watches].every(({ best }) => best >= 0) ? bytes : NaN;
}

/** Has seen a loop over three times the capacity, which fills every ghost list. */
function filled(capacity: number): Watch {
  const context: EvictionContext = {
    capacity,
    slots: 0,
    random: seededRandom(1),
    hashOf: (slot) => Math.imul((keys[slot] ?? 0) + 1, 0x9e3779b1) >>> 0,
    entries: { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 },
  };
  const watch = new Watch([lirs, lru, s3Fifo, wTinyLfu], context);
  for (let request = 0; request < 9 * capacity; request++) {
    const slot = request % capacity;
    if (request >= capacity) watch.remove(slot, 'evicted');
    keys[slot] = request % (3 * capacity);
    watch.expect(slot);
    watch.insert(slot);
  }
  return watch;
}

function bytesInUse(): number {
  for (let round = 0; round < 4; round++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
