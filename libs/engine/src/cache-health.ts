import type { Bounds } from './memory/bounds.js';
import type { Counts } from './metrics/cache-metrics.js';
import type { CacheHealth, CacheProblem, HealthRecord, StoreHealth } from './metrics/health.js';
import type { StoreSide } from './store-side.js';

/** What the health of a cache is read from. */
export interface HealthParts {
  readonly memory: {
    readonly table: { readonly size: number; readonly totalWeight: number; readonly bounds: Bounds };
  };
  readonly side: StoreSide | undefined;
  readonly healthRecord: HealthRecord;
  readonly recorder: { readonly counters: { readonly counts: Counts } };
}

/** How a cache is, read from what its parts know; nothing is asked of the store. */
export function readHealth(parts: HealthParts, isClosed: boolean): CacheHealth {
  const { memory, side, healthRecord, recorder } = parts;
  const dirtyWritesPending = side?.policy.pendingCount ?? 0;
  const problems = healthRecord.problems(dirtyWritesPending, side?.deadLetters ?? 0);
  return {
    status: isClosed ? 'down' : problems.length === 0 ? 'up' : 'degraded',
    items: memory.table.size,
    dirtyWritesPending,
    problem: problems[0] && sentence(problems[0]),
    problems,
    hitRatio: hitRatio(recorder.counters.counts),
    memory: memoryOf(memory.table),
    store: side && storeOf(side, healthRecord),
  };
}

/** The share of reads that found a value; `undefined` before the first one. */
export function hitRatio({ hits, misses }: Pick<Counts, 'hits' | 'misses'>): number | undefined {
  const reads = hits + misses;
  return reads === 0 ? undefined : hits / reads;
}

function sentence({ advice, error }: CacheProblem): string {
  return error === undefined ? advice : `${advice}: ${error}`;
}

function memoryOf({ size, totalWeight, bounds }: HealthParts['memory']['table']): CacheHealth['memory'] {
  const { maxItems, maxBytes } = bounds;
  const usedShare = Math.max(size / maxItems, totalWeight / maxBytes);
  return { items: size, maxItems, bytes: totalWeight, maxBytes, usedShare };
}

function storeOf(side: StoreSide, healthRecord: HealthRecord): StoreHealth {
  const { oldest_pending_ms, store_repairs_pending, journal_depth, journal_bytes } = side.gauges;
  return {
    name: side.storeName,
    state: healthRecord.storeState(side.isDown),
    oldestPendingMs: oldest_pending_ms,
    repairsPending: store_repairs_pending,
    deadLetters: side.deadLetters,
    journalDepth: journal_depth,
    journalBytes: journal_bytes,
  };
}
