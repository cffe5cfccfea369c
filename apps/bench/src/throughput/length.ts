import type { Operation } from './operations.js';
import type { Length } from './stage.js';

/** What the length of a lap depends on. */
export interface Pace {
  readonly size: number;
  /** How long a lap is, in milliseconds. */
  readonly lapMs: number;
}

/** By then code is optimised. */
const WARM_UP_REQUESTS = 150_000;
/** A cache that is so slow that it does not get through within so many times its time need not. */
const PATIENCE = 20;
/** How many requests stand for a millisecond where a lap runs by count. */
const REQUESTS_PER_MS = 2500;

export function warmUpOf({ lapMs }: Pace): Length {
  return { atLeastMs: lapMs, requests: WARM_UP_REQUESTS, atMostMs: PATIENCE * lapMs };
}

/**
 * An operation that evicts runs by count, the same for everyone: a `Map` from which keys are deleted copies itself once in a while, at
 * a cost that grows with its size, and everyone must be measured over as many of those.
 */
export function lengthOf({ evicts, turns }: Operation, { size, lapMs }: Pace): Length {
  if (!evicts) return { atLeastMs: lapMs, requests: 0, atMostMs: lapMs };
  const requests = Math.max(REQUESTS_PER_MS * lapMs, turns * size);
  return { atLeastMs: 0, requests, atMostMs: PATIENCE * lapMs };
}
