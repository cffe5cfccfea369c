import { LATENCY_BOUNDS_MS } from 'nuthatch/engine';
import { badOption, badRegistry, describe } from './errors.js';
import type { MetricRegistry } from './registry.js';

/** What `collectCaches` is told. */
export interface CollectOptions {
  /** Where the metrics go: a registry of prom-client 15. */
  readonly registry: MetricRegistry;
  /** What every name begins with; `'nuthatch_'` by default. */
  readonly prefix?: string | undefined;
  /** Labels on every line beside `cache`, such as `{ service: 'shop' }`; none by default. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * The bounds of the histograms in seconds, rising: any of 1, 2.5 and 5 times a power of ten between a microsecond and 1,000 seconds; from 0.1
   * milliseconds to 50 seconds by default. Each costs three lines per cache.
   */
  readonly buckets?: readonly number[] | undefined;
}

/** As {@link CollectOptions}, checked and filled in. */
export interface ResolvedCollectOptions {
  readonly registry: MetricRegistry;
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In milliseconds, as the engine has them, by the bound in seconds. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** What names begin with unless told otherwise. */
export const DEFAULT_PREFIX = 'nuthatch_';

/** What Prometheus takes as the beginning of a name, and as a label. */
const PREFIX = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** The labels that lines have of themselves. */
const OWN_LABELS = new Set([
  'cache',
  'counter',
  'le',
  'tier',
  'eviction',
  'in_charge',
  'write_policy',
  'store',
  'durability',
]);

const DEFAULT_FROM_MS = 0.1;
const DEFAULT_TO_MS = 50_000;
/** Every bound of the engine, by what it is in seconds. */
const BOUNDS = new Map(LATENCY_BOUNDS_MS.map((boundMs) => [inSeconds(boundMs), boundMs]));

/** @throws CacheError `bad_option` naming what is wrong. */
export function resolveOptions(options: CollectOptions): ResolvedCollectOptions {
  // Who is told by no compiler may give nothing.
  const { registry, prefix = DEFAULT_PREFIX, labels = {}, buckets }: Partial<CollectOptions> = { ...options };
  if (!isRegistry(registry)) throw badRegistry(registry);
  assertPrefix(prefix);
  for (const label of Object.keys(labels)) assertLabel(label);
  return { registry, prefix, labels, buckets: resolveBuckets(buckets) };
}

/** @throws CacheError `bad_option` for what Prometheus would not take as the beginning of a name. */
export function assertPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return;
  throw badOption('prefix', 'letters, digits, _ and :, and begin with no digit', describe(prefix));
}

/** Rounded to the decimal that is meant: 2.5 ms are 0.0025 seconds. */
function inSeconds(boundMs: number): number {
  return Number((boundMs / 1000).toPrecision(6));
}

function isRegistry(found: unknown): found is MetricRegistry {
  if (typeof found !== 'object' || found === null) return false;
  const methods = ['registerMetric', 'getSingleMetric', 'removeSingleMetric'];
  return methods.every((method) => typeof Reflect.get(found, method) === 'function');
}

function assertLabel(label: string): void {
  if (!LABEL.test(label)) throw badOption('labels', 'names of letters, digits and _', JSON.stringify(label));
  if (OWN_LABELS.has(label))
    throw badOption('labels', `names other than ${[...OWN_LABELS].join(', ')}`, JSON.stringify(label));
}

function resolveBuckets(asked: readonly number[] | undefined): ReadonlyMap<number, number> {
  if (asked === undefined)
    return new Map([...BOUNDS].filter(([, ms]) => ms >= DEFAULT_FROM_MS && ms <= DEFAULT_TO_MS));
  if (!Array.isArray(asked)) throw badOption('buckets', 'an array of seconds', describe(asked));
  const chosen = asked.map((seconds, index) => {
    const boundMs = BOUNDS.get(seconds);
    const isRising = index === 0 || seconds > (asked[index - 1] ?? -Infinity);
    if (boundMs !== undefined && isRising) return [seconds, boundMs] as const;
    throw badOption('buckets', `rising, and each of ${[...BOUNDS.keys()].join(', ')}`, String(seconds));
  });
  return new Map(chosen);
}
