import { firstPause, LONGEST_PAUSE_MS, type Pause } from '../kernel/pause.js';

/** However often flushes are, a store that refuses is left in peace for so long. */
const SHORTEST_MS = 100;

/** The pause after a first failure of a flush: one interval between flushes, less up to a half of it at random. */
export function firstFlushPause(flushIntervalMs: number): Pause {
  return firstPause(Math.min(Math.max(flushIntervalMs, SHORTEST_MS), LONGEST_PAUSE_MS));
}
