import { badOption } from '../kernel/errors.js';
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

/** @throws CacheError `bad_option` for a bound that is not positive, and where nothing is bounded. */
export function parseBounds({ maxItems, maxBytes }: BoundsOptions): Bounds {
  if (maxItems === undefined && maxBytes === undefined) return DEFAULTS;
  return changeBounds({ maxItems: Infinity, maxBytes: Infinity }, { maxItems, maxBytes });
}

/** The bounds after a change; what is left out stays. */
export function changeBounds(current: Bounds, { maxItems, maxBytes }: BoundsOptions): Bounds {
  const bounds = {
    maxItems: maxItems === undefined ? current.maxItems : parseItems(maxItems),
    maxBytes: maxBytes === undefined ? current.maxBytes : parseByteSize('maxBytes', maxBytes),
  };
  if (bounds.maxItems === Infinity && bounds.maxBytes === Infinity)
    throw badOption('maxItems', 'finite where maxBytes is not', Infinity);
  return bounds;
}

function parseItems(maxItems: number): number {
  if (maxItems === Infinity || (Number.isSafeInteger(maxItems) && maxItems > 0)) return maxItems;
  throw badOption('maxItems', 'a positive whole number', maxItems);
}
