import { ExponentialBackoff, halfJitterGenerator } from 'cockatiel';

const LONGEST_MS = 60_000;
/** However often flushes are, a store that refuses is left in peace for so long. */
const SHORTEST_MS = 100;

/** How long to wait after a failure: each next one about twice as long as the last, up to a minute, less up to a half of it at random. */
export interface Pause {
  /** Milliseconds. */
  readonly duration: number;
  next(context: undefined): Pause;
}

/** The pause after a first failure: one interval between flushes, less up to a half of it at random. */
export function firstPause(flushIntervalMs: number): Pause {
  const initialDelay = Math.min(Math.max(flushIntervalMs, SHORTEST_MS), LONGEST_MS);
  const backoff = { generator: halfJitterGenerator, initialDelay, maxDelay: LONGEST_MS };
  return new ExponentialBackoff(backoff).next();
}
