import { DEFAULT_EVICTION, type EvictionChoice, mayReadTimes, resolveEviction } from '../eviction/resolve.js';
import type { EvictionStrategyFactory } from '../eviction/strategy.js';
import { type Clock, systemClock } from '../kernel/clock.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import type { Partially, Problems } from '../kernel/problems.js';
import { type Random, seededRandom } from '../kernel/random.js';
import { type Bounds, type BoundsOptions, parseBounds } from './bounds.js';
import { estimateWeight } from './weight.js';

/** What a memory tier may be told; every option may be left out. */
export interface MemoryOptions<K, V> extends BoundsOptions {
  /**
   * The bytes that an entry counts for: by default, where `maxBytes` is bounded, an estimate of its size in memory. Where only
   * `maxItems` is, a `MemoryCache` weighs nothing; a `Cache` always weighs, for its metrics, unless this is `() => 0`. Fractions are rounded up.
   */
  readonly weigh?: ((value: V, key: K) => number) | undefined;
  /** How long an entry lives; for ever by default. */
  readonly ttl?: Duration | undefined;
  /** Who leaves when the cache is full: a name from the register or a factory; `'adaptive'` by default. */
  readonly eviction?: EvictionChoice | undefined;
  /** How often expired entries that nobody reads are removed; every second by default. */
  readonly sweepIntervalMs?: number | undefined;
  /** How late an expiry may be seen, in milliseconds, since the clock is read at most once in that time; 1 by default, 0 is exact. */
  readonly ttlResolutionMs?: number | undefined;
  /** Where the time comes from; the machine's clocks by default. */
  readonly clock?: Clock | undefined;
  /** Where chance comes from; seeded by chance by default. */
  readonly random?: Random | undefined;
}

/** What a `MemoryCache` may be told; every option may be left out. */
export interface MemoryCacheOptions<K, V> extends MemoryOptions<K, V> {
  /**
   * Whether the reads of each entry are counted, for {@link MemoryCache.swapEviction} to hand them on; true by default. Without, a read
   * is a few nanoseconds faster, and a strategy that is put in charge later knows the order of the entries and not how often they were read.
   */
  readonly countHits?: boolean | undefined;
}

/** Everything that a table is told, resolved. */
export interface TableOptions<K, V> {
  readonly bounds: Bounds;
  /** Left out: nothing is weighed, every entry counts 0 bytes. */
  readonly weigh: ((value: V, key: K) => number) | undefined;
  readonly eviction: EvictionStrategyFactory;
  /** Whether the reads of each entry are counted. */
  readonly countsHits: boolean;
  /** Whether the time of each write is kept. */
  readonly keepsTimes: boolean;
  readonly sweepIntervalMs: number;
  readonly ttlResolutionMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** The options of a table, checked and filled in; what is wrong is left to `problems`. */
export function resolveTable<K, V>(
  options: MemoryCacheOptions<K, V>,
  problems: Problems,
): Partially<TableOptions<K, V>> {
  const bounds = parseBounds(options, problems);
  const eviction = problems.check(() => resolveEviction(options.eviction ?? DEFAULT_EVICTION));
  return {
    bounds,
    weigh: options.weigh ?? (bounds?.maxBytes === Infinity ? undefined : estimateWeight),
    eviction,
    countsHits: options.countHits ?? true,
    keepsTimes: eviction !== undefined && mayReadTimes(eviction),
    sweepIntervalMs: problems.check(() => parseDuration('sweepIntervalMs', options.sweepIntervalMs ?? 1000)),
    ttlResolutionMs: problems.check(() => parseResolution(options.ttlResolutionMs ?? 1)),
    clock: options.clock ?? systemClock,
    random: options.random ?? seededRandom(Math.random() * 2 ** 32),
  };
}

/** The default life in milliseconds. @throws CacheError `bad_option` naming `ttl`. */
export function parseTtl(ttl: Duration | undefined): number {
  return ttl === undefined ? Infinity : parseDuration('ttl', ttl);
}

function parseResolution(resolutionMs: number): number {
  if (resolutionMs >= 0 && Number.isFinite(resolutionMs)) return resolutionMs;
  throw badOption('ttlResolutionMs', 'a number of milliseconds, 0 or more', resolutionMs);
}
