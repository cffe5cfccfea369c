import type { Clock } from '../kernel/clock.js';
import { reason } from '../kernel/errors.js';
import type { Death } from './journal.js';
import { firstFlushPause } from './pause.js';
import type { PendingChange, Refusals } from './pending-change.js';

/** What is known of a change that the store has refused once more. */
export function refusedAgain(
  { refusals }: PendingChange,
  error: unknown,
  { clock, flushIntervalMs }: { readonly clock: Clock; readonly flushIntervalMs: number },
): Refusals {
  const pause = refusals?.pause.next(undefined) ?? firstFlushPause(flushIntervalMs);
  const lastAt = clock.wallNow();
  return {
    attempts: (refusals?.attempts ?? 0) + 1,
    error,
    firstAt: refusals?.firstAt ?? lastAt,
    lastAt,
    pause,
    nextAt: clock.now() + pause.duration,
  };
}

/** What a dead letter tells of the refusals that made it one. */
export function deathOf({ attempts, error, firstAt, lastAt }: Refusals): Death {
  return { error: reason(error), attempts, firstFailedAt: firstAt, lastFailedAt: lastAt };
}
