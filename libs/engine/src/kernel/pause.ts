import { ExponentialBackoff, halfJitterGenerator } from 'cockatiel';

/** However long something fails, it is tried again at least so often, unless even the first pause is longer. */
export const LONGEST_PAUSE_MS = 60_000;

/** How long to wait after a failure: each next one about twice as long as the last, up to a minute, less up to a half of it at random. */
export interface Pause {
  /** Milliseconds. */
  readonly duration: number;
  next(context: undefined): Pause;
}

/** The pause after a first failure: so long, less up to a half of it at random. @param longestMs of those that follow. */
export function firstPause(initialDelay: number, longestMs = LONGEST_PAUSE_MS): Pause {
  const maxDelay = Math.max(initialDelay, longestMs);
  return new ExponentialBackoff({ generator: halfJitterGenerator, initialDelay, maxDelay }).next();
}
