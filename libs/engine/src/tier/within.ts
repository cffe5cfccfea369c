import type { Clock } from '../kernel/clock.js';
import { tierTimedOut } from './errors.js';

/** What is asked for, if it comes in time. @throws CacheError `store_timeout` where it does not. */
export function within<T>(asked: Promise<T>, deadlineMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(() => reject(tierTimedOut(deadlineMs)), deadlineMs);
    asked.then(resolve, reject).finally(() => timer.cancel());
  });
}
