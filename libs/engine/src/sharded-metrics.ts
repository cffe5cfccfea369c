import type { CacheMetrics } from './metrics/cache-metrics.js';
import type { CacheHealth, CacheProblem } from './metrics/health.js';
import type { Latency } from './metrics/latency.js';

/**
 * What all shards have counted and measured. Counts and gauges are sums; `oldest_pending_ms`, and the percentiles and `max` of latencies, are those of
 * the worst shard, since percentiles cannot be added up.
 */
export interface ShardedMetrics extends CacheMetrics {
  /** Each shard by itself, by its name. */
  readonly shards: Readonly<Record<string, CacheMetrics>>;
}

/** Something that is wrong with a shard. */
export interface ShardProblem extends CacheProblem {
  readonly shard: string;
}

/** How a sharded cache is. */
export interface ShardedHealth {
  /** That of the worst shard. */
  readonly status: CacheHealth['status'];
  /** Entries in the memory of all shards. */
  readonly items: number;
  /** Writes that are not in their stores yet. */
  readonly dirtyWritesPending: number;
  /** The first problem of a shard in one sentence, with the name of the shard; `undefined` when all is well. May name a key. */
  readonly problem: string | undefined;
  /** Everything that is wrong, shard by shard. */
  readonly problems: readonly ShardProblem[];
  /** The share of reads that found a value, of all shards; `undefined` before the first read. */
  readonly hitRatio: number | undefined;
  /** Each shard by itself, by its name. */
  readonly shards: Readonly<Record<string, CacheHealth>>;
}

const STATUSES: readonly CacheHealth['status'][] = ['up', 'degraded', 'down'];

/** @param metrics of at least one shard. */
export function addUpMetrics(metrics: Readonly<Record<string, CacheMetrics>>): ShardedMetrics {
  const [first, ...others] = Object.values(metrics);
  if (first === undefined) throw new TypeError('a sharded cache has a shard');
  return { ...others.reduce(together, first), shards: metrics };
}

/** @param counted what all shards have counted. */
export function worstHealth(
  healths: Readonly<Record<string, CacheHealth>>,
  counted: Pick<CacheMetrics, 'hits' | 'misses'>,
): ShardedHealth {
  const all = Object.entries(healths);
  const [named, found] = all.find(([, { problem }]) => problem !== undefined) ?? [];
  const reads = counted.hits + counted.misses;
  return {
    status: STATUSES[Math.max(...all.map(([, { status }]) => STATUSES.indexOf(status)))] ?? 'down',
    items: sum(all.map(([, { items }]) => items)),
    dirtyWritesPending: sum(all.map(([, health]) => health.dirtyWritesPending)),
    problem: found?.problem === undefined ? undefined : `the shard ${named}: ${found.problem}`,
    problems: all.flatMap(([shard, { problems }]) => problems.map((problem) => ({ shard, ...problem }))),
    hitRatio: reads === 0 ? undefined : counted.hits / reads,
    shards: healths,
  };
}

function together(one: CacheMetrics, other: CacheMetrics): CacheMetrics {
  const { latencies, custom } = one;
  return {
    ...one,
    ...addedUp(numbersOf(one), numbersOf(other)),
    oldest_pending_ms: Math.max(one.oldest_pending_ms, other.oldest_pending_ms),
    latencies: {
      load: worst(latencies.load, other.latencies.load),
      store: worst(latencies.store, other.latencies.store),
      flush: worst(latencies.flush, other.latencies.flush),
    },
    custom: addedUp(custom, other.custom),
  };
}

/** The counts and the gauges. */
function numbersOf(metrics: CacheMetrics): Record<string, number> {
  const numbers = Object.entries(metrics).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return Object.fromEntries(numbers);
}

function addedUp(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(Array.from(names, (name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

function worst(one: Latency, other: Latency): Latency {
  return {
    count: one.count + other.count,
    p50: Math.max(one.p50, other.p50),
    p95: Math.max(one.p95, other.p95),
    p99: Math.max(one.p99, other.p99),
    max: Math.max(one.max, other.max),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
