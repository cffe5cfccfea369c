import { badOption } from '../kernel/errors.js';
import { type Partially, Problems } from '../kernel/problems.js';
import { type ByteSize, parseByteSize } from '../kernel/byte-size.js';

/** How much a cache may hold. */
export interface BoundsOptions {
  /** How many entries; 1,000 where neither bound is given, no limit where only `maxBytes` is. */
  readonly maxItems?: number | undefined;
  /** How many bytes, as `weigh` counts them: a number or `'64mb'`; 64 MB where neither bound is given, no limit where only `maxItems` is. */
  readonly maxBytes?: ByteSize | undefined;
}

/** How much a cache may hold, resolved: `Infinity` where there is no bound. */
export interface Bounds {
  readonly maxItems: number;
  readonly maxBytes: number;
}

const DEFAULTS: Bounds = { maxItems: 1000, maxBytes: 64 * 1024 ** 2 };

/** The bounds of a new cache; what is wrong is left to `problems`. */
export function parseBounds(options: BoundsOptions, problems: Problems): Bounds | undefined {
  if (options.maxItems === undefined && options.maxBytes === undefined) return DEFAULTS;
  const { maxItems, maxBytes } = check({ maxItems: Infinity, maxBytes: Infinity }, options, problems);
  if (maxItems === undefined || maxBytes === undefined) return undefined;
  return problems.check(() => finite({ maxItems, maxBytes }));
}

/**
 * The bounds after a change; what is left out stays.
 * @throws CacheError `bad_option` for bounds that are not positive, and where nothing would be bounded.
 */
export function changeBounds(current: Bounds, change: BoundsOptions): Bounds {
  const problems = new Problems();
  return finite(problems.settle<Bounds>(check(current, change, problems)));
}

/** What an entry is taken to weigh while none is known. */
const USUAL_WEIGHT = 1024;

/** How many entries fit into an empty cache, as far as can be known. */
export function firstCapacity({ maxItems, maxBytes }: Bounds): number {
  return Math.max(1, Math.min(maxItems, Math.ceil(maxBytes / USUAL_WEIGHT)));
}

interface Holding {
  readonly size: number;
  readonly totalWeight: number;
}

/** Whether more is held than fits. */
export function exceeds({ maxItems, maxBytes }: Bounds, held: Holding): boolean {
  return held.size > maxItems || held.totalWeight > maxBytes;
}

/** How many entries fit, judged by the mean weight of those that are there. */
export function capacityOf(bounds: Bounds, held: Holding): number {
  if (held.totalWeight === 0) return firstCapacity(bounds);
  const fit = Math.floor((bounds.maxBytes * held.size) / held.totalWeight);
  return Math.max(1, Math.min(bounds.maxItems, fit));
}

function check(
  current: Bounds,
  { maxItems, maxBytes }: BoundsOptions,
  problems: Problems,
): Partially<Bounds> {
  return {
    maxItems: maxItems === undefined ? current.maxItems : problems.check(() => parseItems(maxItems)),
    maxBytes:
      maxBytes === undefined ? current.maxBytes : problems.check(() => parseByteSize('maxBytes', maxBytes)),
  };
}

function finite(bounds: Bounds): Bounds {
  if (bounds.maxItems !== Infinity || bounds.maxBytes !== Infinity) return bounds;
  throw badOption('maxItems', 'finite where maxBytes is not', Infinity);
}

function parseItems(maxItems: number): number {
  if (maxItems === Infinity || (Number.isSafeInteger(maxItems) && maxItems > 0)) return maxItems;
  throw badOption('maxItems', 'a positive whole number', maxItems);
}
