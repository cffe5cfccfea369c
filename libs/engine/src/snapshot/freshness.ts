import type { Freshness } from '../kernel/entry.js';

/** How an entry ages, while no clock is running. */
export interface KeptFreshness {
  /** Milliseconds for which it was still fresh, 0 or less where it was not; `undefined` where it is fresh until its end. */
  readonly freshMs: number | undefined;
  /** For how long it is fresh after a use, in milliseconds; `undefined` where uses do not count. */
  readonly idleMs: number | undefined;
  /** Milliseconds for which it can be fresh, however it is used; `undefined` where that has no end. */
  readonly latestMs: number | undefined;
  /** How long its loader took, in milliseconds. */
  readonly loadMs: number;
}

/** As it is written: where nothing ends, null. */
export type WrittenFreshness = readonly [
  freshMs: number | null,
  idleMs: number | null,
  latestMs: number | null,
  loadMs: number,
];

/** What is kept of the freshness that an entry has at a monotonic time. */
export function kept({ until, idleMs, latest, loadMs }: Freshness, now: number): KeptFreshness {
  return { freshMs: finite(until - now), idleMs: finite(idleMs), latestMs: finite(latest - now), loadMs };
}

/** The freshness of an entry that begins to age again. @param from the monotonic time at which what was kept is so. */
export function resumed(
  { freshMs = Infinity, idleMs = Infinity, latestMs = Infinity, loadMs }: KeptFreshness,
  from: number,
): Freshness {
  return { until: from + freshMs, idleMs, latest: from + latestMs, loadMs };
}

export function written({ freshMs, idleMs, latestMs, loadMs }: KeptFreshness): WrittenFreshness {
  return [freshMs ?? null, idleMs ?? null, latestMs ?? null, loadMs];
}

/** What {@link written} has answered; `undefined` where it is something else. */
export function read(found: unknown): KeptFreshness | undefined {
  if (!isWritten(found)) return undefined;
  const [freshMs, idleMs, latestMs, loadMs] = found;
  return {
    freshMs: freshMs ?? undefined,
    idleMs: idleMs ?? undefined,
    latestMs: latestMs ?? undefined,
    loadMs,
  };
}

function isWritten(found: unknown): found is WrittenFreshness {
  if (!Array.isArray(found) || found.length !== 4) return false;
  const [freshMs, idleMs, latestMs, loadMs]: readonly unknown[] = found;
  return isTime(freshMs) && isLength(idleMs) && isTime(latestMs) && isLength(loadMs) && loadMs !== null;
}

const isTime = (found: unknown): found is number | null => found === null || Number.isFinite(found);
const isLength = (found: unknown): found is number | null => isTime(found) && (found ?? 0) >= 0;

function finite(ms: number): number | undefined {
  return ms === Infinity ? undefined : ms;
}
