import type { EntryState } from './entry.js';

type Aged = Pick<EntryState<unknown>, 'freshness'>;

/** Whether the time of an entry is over, while it is still kept. */
export function isStale({ freshness }: Aged, now: number): boolean {
  return freshness !== undefined && freshness.until <= now;
}

/** For how long an entry has been stale; negative where it is fresh. */
export function staleFor({ freshness }: Aged, now: number): number {
  return freshness === undefined ? -Infinity : now - freshness.until;
}
