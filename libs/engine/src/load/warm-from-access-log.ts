import { parseCount } from '../kernel/count.js';
import { badOption } from '../kernel/errors.js';
import { Problems } from '../kernel/problems.js';
import { type AccessLogReading, countAccesses } from './access-log.js';
import type { BulkSource } from './bulk-loader.js';
import type { Loader } from './loader.js';
import { resolveLoader } from './loaders.js';
import { type LogFormat, type LogLine, logFormats } from './log-format.js';
import { unlessAborted } from './unless-aborted.js';
import { warm } from './warm.js';
import { resolveWarm, type WarmOptions } from './warm-options.js';
import type { AccessLogReport, WarmReport } from './warm-report.js';
import type { WarmParts } from './warming.js';

/** How a cache is warmed with what an access log says was asked for. */
export interface AccessLogOptions<V> extends WarmOptions<V> {
  /** How many keys are loaded, those requested most often first; 1,000 by default. */
  readonly top?: number | undefined;
  /**
   * How the lines are written: `'combined'` by default, as Apache and nginx do, or `'json'`, an object a line. Only `GET` requests that were answered with a
   * status of 2xx or 3xx count.
   */
  readonly format?: LogFormat | undefined;
  /** Reads a line in the place of `format`: the path, or nothing where the line does not count. A line at which it throws is broken. */
  readonly parse?: ((line: string) => string | undefined) | undefined;
  /** The key of a path, or nothing where it has none; the path as it is logged, its query included, by default. */
  readonly key?: ((path: string) => string | undefined) | undefined;
  /** Of single keys, or `{ many, maxBatch }`; the registered one that fits each key by default. */
  readonly loader?: Loader<V> | BulkSource<V> | undefined;
}

/** How a warming with an access log went. */
export interface AccessLogWarmReport extends WarmReport {
  readonly log: AccessLogReport;
}

const DEFAULT_TOP = 1000;
const MOST_KEYS = 100_000;
const NOTHING_READ: AccessLogReport = {
  lines: 0,
  requests: 0,
  skipped: 0,
  broken: 0,
  keys: 0,
  isExact: true,
};

/**
 * Loads what an access log says was asked for most often, and nobody has.
 * @throws CacheError `bad_trace`, naming the file, where it cannot be read; `bad_option` where the call is wrong.
 */
export async function warmFromAccessLog<V>(
  parts: WarmParts<V>,
  file: string,
  options: AccessLogOptions<V> = {},
): Promise<AccessLogWarmReport> {
  const { top, reading, loader, warmOptions } = resolveAccessLog(file, options);
  const startedAt = parts.clock.now();
  const counted = await unlessAborted(reading.signal, countAccesses(file, reading));
  const keys = Array.from(counted?.hitters.top(top) ?? [], ([key]) => key);
  const report = await warm(parts, { keys, loader, options: warmOptions });
  return { ...report, durationMs: parts.clock.now() - startedAt, log: counted?.report ?? NOTHING_READ };
}

/** What a warming with an access log is told, checked. */
interface ResolvedAccessLog<V> extends Pick<AccessLogOptions<V>, 'loader'> {
  readonly top: number;
  readonly reading: AccessLogReading;
  readonly warmOptions: WarmOptions<V>;
}

/** @throws CacheError `bad_option`, naming every wrong option in one message. */
export function resolveAccessLog<V>(file: string, options: AccessLogOptions<V>): ResolvedAccessLog<V> {
  const { top = DEFAULT_TOP, format = 'combined', parse, key, loader, ...warmOptions } = options;
  const problems = new Problems();
  problems.check(() => assertFile(file));
  problems.check(() => parseCount('top', top));
  problems.check(() => assertFormat(format));
  problems.check(() => assertFunction('parse', parse));
  problems.check(() => assertFunction('key', key));
  problems.check(() => loader && resolveLoader(loader));
  const warming = problems.check(() => resolveWarm(warmOptions, ['top', 'format', 'parse', 'key', 'loader']));
  const { signal } = problems.settle({ signal: warming?.signal });
  const read = parse === undefined ? logFormats[format] : (line: string) => asLine(parse(line));
  // Twice as many as are asked for, so that what is asked for most is not pushed out by what came last.
  const mostKeys = Math.max(MOST_KEYS, 2 * top);
  return { top, loader, warmOptions, reading: { read, keyOf: key ?? ((path) => path), mostKeys, signal } };
}

function assertFile(file: unknown): void {
  if (typeof file !== 'string' || file === '') throw badOption('file', 'the path of an access log', file);
}

function assertFormat(format: string): void {
  if (!Object.hasOwn(logFormats, format))
    throw badOption('format', `one of ${Object.keys(logFormats).join(', ')}`, format);
}

function asLine(path: string | undefined): LogLine {
  return path === undefined ? { kind: 'skipped' } : { kind: 'request', path };
}

function assertFunction(option: string, given: unknown): void {
  if (given !== undefined && typeof given !== 'function') throw badOption(option, 'a function', given);
}
