import { parseCount } from '../kernel/count.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import type { Partially, Problems } from '../kernel/problems.js';
import { type EarlyExpiration, parseEarlyExpiration } from './early-expiration.js';
import type { LoadRules } from './loader.js';
import { parseRefreshAhead, type RefreshStep } from './refresh-ahead.js';

/** How a cache loads; each may be left out, and all but the last two be said otherwise by a single load. */
export interface LoadDefaults extends LoadRules {
  /** How many loaders may run at the same time, bulk loaders not counted; 1,000 by default. Those beyond wait. */
  readonly maxLoads?: number | undefined;
  /** How many loads may wait for others to end, 0 for none; 10,000 by default. Those beyond are refused as `too_many_loads`. */
  readonly maxQueuedLoads?: number | undefined;
}

/** The names of all rules. The compiler sees to it that none is missing. */
export const LOAD_RULES: Readonly<Record<keyof LoadRules, true>> = {
  negativeTtl: true,
  errorTtl: true,
  refreshAhead: true,
  earlyExpiration: true,
  softTimeout: true,
  hardTimeout: true,
  shouldServe: true,
  lease: true,
};

/** {@link LoadRules}, checked and filled in. */
export interface Rules {
  readonly negativeTtlMs: number | undefined;
  readonly errorTtlMs: number | undefined;
  readonly refreshAhead: readonly RefreshStep[] | undefined;
  readonly earlyExpiration: EarlyExpiration | undefined;
  /** `Infinity` where nobody is to be let go early. */
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly shouldServe: (error: unknown) => boolean;
  /** 0 where no lease is asked for. */
  readonly leaseMs: number;
  /** For how long after its time a value is served while it is loaded anew. */
  readonly staleMs: number;
}

/** {@link LoadDefaults}, checked and filled in. */
export interface CacheLoadRules extends Rules {
  readonly maxLoads: number;
  readonly maxQueuedLoads: number;
}

const HARD_TIMEOUT_MS = 30_000;
const LEASE_MS = 2000;

const NOTHING_SAID: Omit<Rules, 'staleMs'> = {
  negativeTtlMs: undefined,
  errorTtlMs: undefined,
  refreshAhead: undefined,
  earlyExpiration: undefined,
  softTimeoutMs: Infinity,
  hardTimeoutMs: HARD_TIMEOUT_MS,
  shouldServe: () => true,
  leaseMs: LEASE_MS,
};

/** The rules of a cache; what is wrong is left to `problems`. */
export function resolveLoadRules(
  options: LoadDefaults & { readonly staleWhileRevalidate?: Duration | undefined },
  problems: Problems,
): Partially<CacheLoadRules> {
  // A wrong duration for which staleness is served is told where lives are resolved.
  const { staleWhileRevalidate: _, ...others } = options;
  const rules = problems.check(() => rulesOf(others, { ...NOTHING_SAID, staleMs: 0 }));
  return {
    ...NOTHING_SAID,
    ...rules,
    staleMs: 0,
    maxLoads: problems.check(() => parseCount('maxLoads', options.maxLoads ?? 1000)),
    maxQueuedLoads: problems.check(() => parseQueue(options.maxQueuedLoads ?? 10_000)),
  };
}

/** The rules of one call: what it says itself, else the defaults. @throws CacheError `bad_option`. */
export function rulesOf(
  options: LoadRules & { readonly staleWhileRevalidate?: Duration | undefined },
  defaults: Rules,
): Rules {
  if (typeof options !== 'object') throw badOption('options', "an object such as { ttl: '5m' }", options);
  const duration = <Otherwise extends number | undefined>(name: SpanName, otherwise: Otherwise) => {
    const span = options[name];
    return span === undefined || span === false ? otherwise : parseDuration(name, span);
  };
  // Each load makes one of these: spreads would cost it a microsecond.
  const rules: Rules = {
    negativeTtlMs: duration('negativeTtl', defaults.negativeTtlMs),
    errorTtlMs: duration('errorTtl', defaults.errorTtlMs),
    refreshAhead: refreshAheadOf(options, defaults),
    earlyExpiration: earlyExpirationOf(options, defaults),
    softTimeoutMs: duration('softTimeout', defaults.softTimeoutMs),
    hardTimeoutMs: duration('hardTimeout', defaults.hardTimeoutMs),
    shouldServe: parseShouldServe(options.shouldServe) ?? defaults.shouldServe,
    leaseMs: options.lease === false ? 0 : duration('lease', defaults.leaseMs),
    staleMs: duration('staleWhileRevalidate', defaults.staleMs),
  };
  const { softTimeoutMs, hardTimeoutMs } = rules;
  if (softTimeoutMs === Infinity || softTimeoutMs <= hardTimeoutMs) return rules;
  // A call that waits less than usual is let go then.
  if (options.softTimeout === undefined) return { ...rules, softTimeoutMs: Infinity };
  throw badOption(
    'softTimeout',
    `at most the hardTimeout, which is ${hardTimeoutMs} ms`,
    options.softTimeout,
  );
}

function parseQueue(count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw badOption('maxQueuedLoads', 'a whole number, 0 or more', count);
}

type SpanName = 'negativeTtl' | 'errorTtl' | 'softTimeout' | 'hardTimeout' | 'lease' | 'staleWhileRevalidate';

/** `false` switches off what the defaults say. */
function refreshAheadOf({ refreshAhead }: LoadRules, defaults: Rules): Rules['refreshAhead'] {
  return refreshAhead === undefined ? defaults.refreshAhead : parseRefreshAhead(refreshAhead);
}

function earlyExpirationOf({ earlyExpiration }: LoadRules, defaults: Rules): Rules['earlyExpiration'] {
  return earlyExpiration === undefined ? defaults.earlyExpiration : parseEarlyExpiration(earlyExpiration);
}

function parseShouldServe(shouldServe: LoadRules['shouldServe']): LoadRules['shouldServe'] {
  if (shouldServe === undefined || typeof shouldServe === 'function') return shouldServe;
  throw badOption('shouldServe', 'a function that is told the error', shouldServe);
}
