import type { CacheHealth, CacheProblem, StoreHealth } from 'nuthatch/engine';
import type { ResolvedHealthOptions } from './health-options.js';

/** What a health check tells of one cache; keys and values are not in it. */
export interface CacheReport {
  /** `'degraded'` where it serves, though something is wrong; `'down'` where it is closed, or not open yet. */
  readonly state: CacheHealth['status'];
  /** What is wrong, and what to do; left out where nothing is. */
  readonly problems?: readonly string[];
  /** The share of the reads of late that found a value; left out until there have been enough of them. */
  readonly hitRatio?: number;
  /** Entries in memory, and the share of its bounds that is used. */
  readonly items?: number;
  readonly memoryUsed?: number;
  /** Writes that are not in the store yet. */
  readonly dirtyWrites?: number;
  /** How the store is, and what waits for it; left out where there is none. */
  readonly store?: Omit<StoreHealth, 'name'>;
}

/** What is told of a cache that is not there yet. */
export const NOT_OPEN: CacheReport = { state: 'down', problems: ['the cache is not open yet'] };

/** What there is to tell of a cache, with the limits of the check applied. */
export function reportOf(
  health: CacheHealth,
  hitRatio: number | undefined,
  options: ResolvedHealthOptions,
): CacheReport {
  const found = health.problems.map((problem) => told(problem, options.showErrors));
  const problems = [...found, ...beyondLimits(health, hitRatio, options)];
  if (health.status === 'down') problems.unshift('the cache is closed');
  return {
    state: health.status === 'up' && problems.length > 0 ? 'degraded' : health.status,
    ...(problems.length > 0 && { problems }),
    ...(hitRatio !== undefined && { hitRatio: rounded(hitRatio) }),
    items: health.items,
    memoryUsed: rounded(health.memory.usedShare),
    dirtyWrites: health.dirtyWritesPending,
    ...(health.store !== undefined && { store: shown(health.store) }),
  };
}

function told({ advice, error }: CacheProblem, showErrors: boolean): string {
  return showErrors && error !== undefined ? `${advice}: ${error}` : advice;
}

function beyondLimits(
  { dirtyWritesPending, memory, store }: CacheHealth,
  hitRatio: number | undefined,
  { minHitRatio, maxDirtyWrites, maxPendingMs, maxMemoryUsed }: ResolvedHealthOptions,
): string[] {
  const pendingMs = store?.oldestPendingMs ?? 0;
  const limits: [isBeyond: boolean, problem: string][] = [
    [
      (hitRatio ?? 1) < minHitRatio,
      `${percent(hitRatio ?? 1)} of the reads of late found a value, less than ${percent(minHitRatio)}; see evictions, expirations and invalidations in metrics()`,
    ],
    [
      dirtyWritesPending > maxDirtyWrites,
      `${dirtyWritesPending} writes are not stored yet, more than ${maxDirtyWrites}: the store is slower than the writers, or down`,
    ],
    [
      pendingMs > maxPendingMs,
      `a write has been waiting for ${Math.round(pendingMs)} ms to be stored, longer than ${maxPendingMs} ms`,
    ],
    [
      memory.usedShare > maxMemoryUsed,
      `${percent(memory.usedShare)} of memory is used, more than ${percent(maxMemoryUsed)}; raise maxItems or maxBytes`,
    ],
  ];
  return limits.flatMap(([isBeyond, problem]) => (isBeyond ? [problem] : []));
}

/** Without its name, which may be that of a file or of a host. */
function shown(store: StoreHealth): Omit<StoreHealth, 'name'> {
  const { state, oldestPendingMs, repairsPending, deadLetters, journalDepth, journalBytes } = store;
  return {
    state,
    oldestPendingMs: Math.round(oldestPendingMs),
    repairsPending,
    deadLetters,
    journalDepth,
    journalBytes,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
