import type { Clock } from '../kernel/clock.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;

/** For whom something is tried. */
export interface Trying {
  readonly clock: Clock;
  /** Told of the first failure: the others are most likely of the same kind. */
  readonly failed: (error: unknown) => void;
  /** Whether nobody wants it any more. */
  readonly isOver: () => boolean;
}

/** Tries until it works, or is over: after a tenth of a second, and then after twice as long each time, up to half a second. Answers after how many attempts. */
export async function untilDone(
  attempt: () => Promise<void>,
  { clock, failed, isOver }: Trying,
): Promise<number> {
  for (let attempts = 1, pauseMs = FIRST_PAUSE_MS; ; attempts++) {
    if (isOver()) return attempts;
    try {
      await attempt();
      return attempts;
    } catch (error) {
      if (attempts === 1) failed(error);
    }
    await new Promise<void>((resolve) => clock.schedule(resolve, pauseMs));
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
