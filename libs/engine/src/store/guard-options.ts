import { parseCount } from '../kernel/count.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import type { Partially, Problems } from '../kernel/problems.js';

/** When a store is taken to be down, and how it is tried again. */
export interface BreakerSettings {
  /** Beyond which share of failures among the last calls the store is down, between 0 and 1; 0.5 by default. */
  readonly threshold?: number | undefined;
  /** How many calls count; the last 20 by default. */
  readonly calls?: number | undefined;
  /** How many calls there must be before the share means anything; 5 by default, or `calls` where that is less. */
  readonly minCalls?: number | undefined;
  /** Beyond which time a read counts as a failure, though it is answered; none by default. */
  readonly slowCall?: Duration | undefined;
  /** After which time one call is let through to find out whether the store is back; 5 seconds by default. Doubles with every failure up to a minute, less up to a half of it at random. */
  readonly halfOpenAfter?: Duration | undefined;
}

/** What becomes of writes while the store is down. */
export type WhenDown = 'refuse' | 'memory';

/** What a cache does when its store is slow, hung or down. */
export interface ResilienceOptions {
  /** How long a read of the store may take; 2 seconds by default. Beyond it the caller gets `store_timeout`. */
  readonly timeout?: Duration | undefined;
  /** How long a write may take, a batch of a flush, a page of a listing, or the opening; 30 seconds by default. */
  readonly writeTimeout?: Duration | undefined;
  /** When the store is taken to be down: then it is not asked for a while, and calls fail at once with `store_down`. `false`: never. */
  readonly breaker?: false | BreakerSettings | undefined;
  /**
   * What becomes of writes while a store of the role `'cache'` is down. `'refuse'`, the default: the caller gets the error. `'memory'`: they
   * are acknowledged, kept in memory, and stored when the store is back; a crash loses them. Write-back acknowledges by itself.
   */
  readonly whenDown?: WhenDown | undefined;
  /** How many changes are kept in memory to be made up for when the store is back; 10,000 by default. Where there are more, all rows that are as old are invalidated instead. */
  readonly maxRepairs?: number | undefined;
}

/** As {@link BreakerSettings}, checked and filled in. */
export interface BreakerOptions {
  readonly threshold: number;
  readonly calls: number;
  readonly minCalls: number;
  readonly slowCallMs: number;
  readonly halfOpenAfterMs: number;
  /** How long the pauses may become; a minute where it is left out. */
  readonly longestPauseMs?: number | undefined;
}

/** As {@link ResilienceOptions}, checked and filled in. */
export interface ResolvedResilience {
  readonly timeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly breaker: BreakerOptions | undefined;
  readonly whenDown: WhenDown;
  readonly maxRepairs: number;
  /** Whether what a store of the role `'cache'` plainly refuses is made up for, too: for a tier that others read, and not for a store of the user's, which has changed nothing then. */
  readonly repairsRefusals: boolean;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof ResilienceOptions, true>> = {
  timeout: true,
  writeTimeout: true,
  breaker: true,
  whenDown: true,
  maxRepairs: true,
};
const KNOWN_OF_BREAKER: Readonly<Record<keyof BreakerSettings, true>> = {
  threshold: true,
  calls: true,
  minCalls: true,
  slowCall: true,
  halfOpenAfter: true,
};
const ALL_WHEN_DOWN: readonly WhenDown[] = ['refuse', 'memory'];
const FEWEST_CALLS = 5;

/** The options, checked and filled in; what is wrong with them is collected in `problems`. */
export function resolveResilience(
  options: ResilienceOptions,
  problems: Problems,
): Partially<ResolvedResilience> {
  problems.check(() => assertObject('resilience', options));
  problems.checkNames(options ?? {}, KNOWN, 'resilience.');
  const { timeout = '2s', writeTimeout = '30s', breaker = {}, maxRepairs = 10_000 } = options ?? {};
  const timeoutMs = problems.check(() => parseDuration('resilience.timeout', timeout));
  return {
    timeoutMs,
    writeTimeoutMs: problems.check(() => parseDuration('resilience.writeTimeout', writeTimeout)),
    breaker: breaker === false ? undefined : resolveBreaker(breaker, timeoutMs ?? Infinity, problems),
    whenDown: problems.check(() => parseWhenDown(options ?? {})),
    maxRepairs: problems.check(() => parseCount('resilience.maxRepairs', maxRepairs)),
    repairsRefusals: false,
  };
}

function resolveBreaker(
  settings: BreakerSettings | null,
  timeoutMs: number,
  problems: Problems,
): BreakerOptions {
  const prefix = 'resilience.breaker';
  problems.check(() => assertObject(prefix, settings));
  problems.checkNames(settings ?? {}, KNOWN_OF_BREAKER, `${prefix}.`);
  const { threshold = 0.5, calls = 20, halfOpenAfter = '5s', slowCall = Infinity, minCalls } = settings ?? {};
  const fewest = minCalls ?? Math.min(FEWEST_CALLS, calls);
  const built: Partially<BreakerOptions> = {
    threshold: problems.check(() => parseShare(`${prefix}.threshold`, threshold)),
    calls: problems.check(() => parseCount(`${prefix}.calls`, calls)),
    minCalls: problems.check(() => parseMinCalls(`${prefix}.minCalls`, fewest, calls)),
    slowCallMs: problems.check(() => parseSlowCall(slowCall, timeoutMs)),
    halfOpenAfterMs: problems.check(() => parseDuration(`${prefix}.halfOpenAfter`, halfOpenAfter)),
  };
  // Where a part is missing there was a problem, and nobody gets to see this.
  return built as BreakerOptions;
}

function assertObject(option: string, found: unknown): void {
  if (typeof found !== 'object' || found === null) throw badOption(option, 'an object of options', found);
}

function parseShare(option: string, share: number): number {
  if (typeof share === 'number' && share > 0 && share < 1) return share;
  throw badOption(option, 'a share between 0 and 1', share);
}

function parseMinCalls(option: string, minCalls: number, calls: number): number {
  const parsed = parseCount(option, minCalls);
  if (!(parsed > calls)) return parsed;
  throw badOption(option, `no more than resilience.breaker.calls, ${calls}`, minCalls);
}

function parseSlowCall(slowCall: Duration, timeoutMs: number): number {
  const parsedMs = parseDuration('resilience.breaker.slowCall', slowCall);
  if (parsedMs === Infinity || parsedMs < timeoutMs) return parsedMs;
  const expected = `shorter than resilience.timeout, ${timeoutMs} ms`;
  throw badOption('resilience.breaker.slowCall', expected, slowCall);
}

function parseWhenDown({ whenDown = 'refuse', breaker }: ResilienceOptions): WhenDown {
  if (!ALL_WHEN_DOWN.includes(whenDown))
    throw badOption('resilience.whenDown', `one of ${ALL_WHEN_DOWN.join(', ')}`, whenDown);
  if (whenDown === 'memory' && breaker === false)
    throw badOption('resilience.breaker', "on where resilience.whenDown is 'memory'", breaker);
  return whenDown;
}
