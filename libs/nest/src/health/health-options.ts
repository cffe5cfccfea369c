import { CacheError, type Duration, parseDuration } from 'nuthatch/engine';
import { describe } from '../errors.js';

/** What `CacheHealthIndicator.check` looks at, and from when on a cache counts as degraded. All may be left out. */
export interface CacheHealthOptions {
  /** The names of the caches to look at; every cache of the application by default. */
  readonly caches?: readonly string[] | undefined;
  /** Degraded where less of the reads of late find a value, between 0 and 1; no such limit by default. */
  readonly minHitRatio?: number | undefined;
  /** How many reads a hit ratio is taken of, at least; 100 by default. Until there have been as many, `minHitRatio` is not applied. */
  readonly minReads?: number | undefined;
  /** Degraded where more writes are not in the store yet; no such limit by default. */
  readonly maxDirtyWrites?: number | undefined;
  /** Degraded where a write has been waiting longer to be stored; no such limit by default. */
  readonly maxPendingAge?: Duration | undefined;
  /** Degraded where a larger share of memory is used, between 0 and 1; no such limit by default, since a full cache is a good cache. */
  readonly maxMemoryUsed?: number | undefined;
  /**
   * What a degraded cache is to Terminus: `'up'`, the default, with `state: 'degraded'`, since the cache serves; `'degraded'`, which Terminus knows
   * from version 12 on and answers with 200; or `'down'`, which it answers with 503.
   */
  readonly degradedAs?: 'up' | 'degraded' | 'down' | undefined;
  /** Whether messages of what the store threw are shown; false by default, since they may name keys, hosts and users. */
  readonly showErrors?: boolean | undefined;
}

/** As {@link CacheHealthOptions}, checked and filled in. */
export interface ResolvedHealthOptions {
  readonly caches: readonly string[] | undefined;
  readonly minHitRatio: number;
  readonly minReads: number;
  readonly maxDirtyWrites: number;
  readonly maxPendingMs: number;
  readonly maxMemoryUsed: number;
  readonly degradedAs: 'up' | 'degraded' | 'down';
  readonly showErrors: boolean;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheHealthOptions, true>> = {
  caches: true,
  minHitRatio: true,
  minReads: true,
  maxDirtyWrites: true,
  maxPendingAge: true,
  maxMemoryUsed: true,
  degradedAs: true,
  showErrors: true,
};
const DEGRADED_AS = ['up', 'degraded', 'down'];

/** @throws CacheError `bad_option` naming the option. */
export function resolveHealthOptions(options: CacheHealthOptions): ResolvedHealthOptions {
  assertKnown(Object.keys(options));
  const { caches, minHitRatio = 0, minReads = 100, maxDirtyWrites = Infinity } = options;
  const { maxPendingAge = Infinity, maxMemoryUsed = 1, degradedAs = 'up', showErrors = false } = options;
  assertShare('minHitRatio', minHitRatio);
  assertShare('maxMemoryUsed', maxMemoryUsed);
  assertCount('minReads', minReads, 1);
  assertCount('maxDirtyWrites', maxDirtyWrites, 0);
  assertDegradedAs(degradedAs);
  const maxPendingMs = parseDuration('maxPendingAge', maxPendingAge);
  return {
    caches,
    minHitRatio,
    minReads,
    maxDirtyWrites,
    maxPendingMs,
    maxMemoryUsed,
    degradedAs,
    showErrors,
  };
}

function assertKnown(names: readonly string[]): void {
  const unknown = names.find((name) => !Object.hasOwn(KNOWN, name));
  if (unknown === undefined) return;
  const known = Object.keys(KNOWN).join(', ');
  throw new CacheError('bad_option', `there is no option ${unknown}; there are ${known}`);
}

function assertDegradedAs(found: unknown): void {
  if (typeof found === 'string' && DEGRADED_AS.includes(found)) return;
  throw badOption('degradedAs', `one of ${DEGRADED_AS.join(', ')}`, found);
}

function assertShare(option: string, share: unknown): void {
  if (typeof share === 'number' && share >= 0 && share <= 1) return;
  throw badOption(option, 'a number between 0 and 1', share);
}

function assertCount(option: string, count: unknown, least: number): void {
  if (typeof count === 'number' && count >= least) return;
  throw badOption(option, `a number of ${least} or more`, count);
}

function badOption(option: string, expected: string, found: unknown): CacheError {
  const what = typeof found === 'number' ? String(found) : describe(found);
  return new CacheError('bad_option', `${option} must be ${expected}, got ${what}`);
}
