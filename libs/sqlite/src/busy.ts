import type { Clock } from 'nuthatch/engine';
import { codeOf } from './client.js';
import { stillLocked } from './errors.js';

/** How long a caller waits for the lock of a file, and by which clock. */
export interface Patience {
  readonly file: string;
  readonly clock: Clock;
  readonly busyTimeoutMs: number;
}

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** When the patience that begins now will be over. */
export function deadlineOf({ clock, busyTimeoutMs }: Patience): number {
  return clock.now() + busyTimeoutMs;
}

/**
 * Does `work`, again and again while another connection has the lock. Between two attempts the process is free to do other
 * things: the driver's own waiting would block it.
 * @throws CacheError `store_failed` when the lock is still taken at the deadline.
 */
export async function untilFree<T>(
  work: () => T,
  patience: Patience,
  deadline = deadlineOf(patience),
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const leftMs = deadline - patience.clock.now();
      if (leftMs <= 0) throw stillLocked(patience.file, patience.busyTimeoutMs, error);
      await pause(patience.clock, Math.min(pauseMs, leftMs));
    }
  }
}

/** `SQLITE_PROTOCOL` is what a race for the write-ahead log's lock ends in. */
function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|PROTOCOL)/.test(codeOf(error));
}

/** Timers of the clock do not keep the process alive; somebody who waits for a write to be stored must. */
function pause(clock: Clock, lengthMs: number): Promise<void> {
  const stayAlive = setInterval(() => undefined, LONGEST_TIMEOUT_MS);
  return new Promise<void>((resolve) => clock.schedule(resolve, lengthMs)).finally(() =>
    clearInterval(stayAlive),
  );
}
