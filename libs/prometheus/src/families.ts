import type { CacheInfo, Measured } from 'nuthatch/engine';
import { COUNTS } from './counts.js';
import type { Reading } from './readings.js';
import type { Aggregator, MetricType } from './registry.js';

/** The lines of one cache in a metric: the value, labels beside `cache`, and what is put after the name. */
export interface Line {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly suffix?: string;
}

/** A metric that caches have, whatever it is called in full. */
export interface Family {
  /** Without prefix. */
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator: Aggregator;
  readonly lines: (reading: Reading) => Iterable<Line>;
}

/** Every metric that caches have; the bounds of histograms are milliseconds by seconds. */
export function familiesOf(buckets: ReadonlyMap<number, number>): readonly Family[] {
  return [...counters(), custom, ...GAUGES, tierUp, info, ...histograms(buckets)];
}

function counters(): Family[] {
  // The keys of the record are those of its type.
  const names = Object.keys(COUNTS) as (keyof typeof COUNTS)[];
  return names.map((name) => ({
    name: `${name}_total`,
    help: COUNTS[name],
    type: 'counter',
    aggregator: 'sum',
    lines: ({ metrics }) => [{ value: metrics[name] }],
  }));
}

const custom: Family = {
  name: 'custom_total',
  help: 'Counters of the application, added by addCounter.',
  type: 'counter',
  aggregator: 'sum',
  lines: ({ metrics }) =>
    Object.entries(metrics.custom).map(([counter, value]) => ({ value, labels: { counter } })),
};

const GAUGES: readonly Family[] = [
  gauge('items', 'Entries in memory.', ({ metrics }) => metrics.current_items),
  gauge(
    'max_items',
    'Entries that memory may hold; +Inf where only bytes are bounded.',
    ({ info }) => info.maxItems,
  ),
  gauge('memory_bytes', 'Weight of the entries in memory.', ({ metrics }) => metrics.total_bytes),
  gauge(
    'max_memory_bytes',
    'Weight that memory may hold; +Inf where only items are bounded.',
    ({ info }) => info.maxBytes,
  ),
  {
    ...gauge(
      'budget_bytes',
      'Weight that the caches of one budget may hold together now; not there without a budget.',
      () => 0,
    ),
    aggregator: 'max',
    lines: ({ info }) => (info.budget === undefined ? [] : [{ value: info.budget.limitBytes }]),
  },
  gauge(
    'dirty_writes',
    'Writes that are not in the store yet.',
    ({ metrics }) => metrics.dirty_writes_pending,
  ),
  gauge(
    'store_repairs_pending',
    'Changes and invalidations that the store has missed while it was down.',
    ({ metrics }) => metrics.store_repairs_pending,
  ),
  gauge(
    'dead_letters_waiting',
    'Dead letters to be retried or discarded.',
    ({ health }) => health.store?.deadLetters ?? 0,
  ),
  gauge(
    'journal_entries',
    'Changes in the journal that are not let go of.',
    ({ metrics }) => metrics.journal_depth,
  ),
  gauge('journal_bytes', 'Size of the journal on disk.', ({ metrics }) => metrics.journal_bytes),
  {
    ...gauge(
      'oldest_pending_seconds',
      'How long the oldest write that is not stored has been waiting.',
      ({ metrics }) => metrics.oldest_pending_ms / 1000,
    ),
    aggregator: 'max',
  },
  {
    ...gauge('up', '1 while the cache is open, 0 once it is closed.', ({ health }) =>
      Number(health.status !== 'down'),
    ),
    aggregator: 'min',
  },
  {
    ...gauge(
      'degraded',
      '1 while the cache serves though its store or its flushes fail, or dead letters wait.',
      ({ health }) => Number(health.status === 'degraded'),
    ),
    aggregator: 'max',
  },
];

const tierUp: Family = {
  name: 'tier_up',
  help: '1 while the tier behind memory is asked, 0 while its circuit breaker leaves it alone.',
  type: 'gauge',
  aggregator: 'min',
  lines: ({ health: { store, problems }, info: { sharedTier } }) => {
    const isSharedDown = problems.some(({ kind }) => kind === 'shared_tier_down');
    return [
      ...(store === undefined ? [] : [{ value: Number(store.state !== 'down'), labels: { tier: 'store' } }]),
      ...(sharedTier === undefined ? [] : [{ value: Number(!isSharedDown), labels: { tier: 'shared' } }]),
    ];
  },
};

const info: Family = {
  name: 'info',
  help: 'What the cache is made of; always 1.',
  type: 'gauge',
  aggregator: 'first',
  lines: (reading) => [{ value: 1, labels: madeOf(reading.info) }],
};

function gauge(name: string, help: string, value: (reading: Reading) => number): Family {
  return { name, help, type: 'gauge', aggregator: 'sum', lines: (reading) => [{ value: value(reading) }] };
}

function madeOf({ eviction, writePolicy, store, durability }: CacheInfo): Record<string, string> {
  return {
    eviction: eviction.strategy,
    ...(eviction.inCharge !== undefined && { in_charge: eviction.inCharge }),
    ...(writePolicy !== undefined && { write_policy: writePolicy }),
    ...(store !== undefined && { store: store.name }),
    ...(durability !== undefined && { durability }),
  };
}

const HISTOGRAMS: Readonly<Record<Measured, readonly [name: string, help: string]>> = {
  load: ['load_duration_seconds', 'How long loaders took, those that threw included.'],
  store: ['store_call_duration_seconds', 'How long calls on the store took that ended well.'],
  flush: ['flush_duration_seconds', 'How long flushes took that ended well.'],
};

function histograms(buckets: ReadonlyMap<number, number>): Family[] {
  // The keys of the record are those of its type.
  const measured = Object.keys(HISTOGRAMS) as Measured[];
  return measured.map((what) => {
    const [name, help] = HISTOGRAMS[what];
    const lines = ({ latencies }: Reading): Line[] => histogram(latencies[what], buckets);
    return { name, help, type: 'histogram', aggregator: 'sum', lines };
  });
}

/** Cumulative, as Prometheus has them: the counts of the bounds that were asked for, and of everything. */
function histogram(
  { buckets: found, count, sumMs }: Reading['latencies'][Measured],
  asked: ReadonlyMap<number, number>,
): Line[] {
  const counts = new Map(found.map((bucket) => [bucket.atMostMs, bucket.count]));
  const bounds = Array.from(asked, ([le, boundMs]) => ({ le, value: counts.get(boundMs) ?? 0 }));
  return [
    ...[...bounds, { le: '+Inf', value: count }].map(({ le, value }) => ({
      value,
      labels: { le },
      suffix: '_bucket',
    })),
    { value: sumMs / 1000, suffix: '_sum' },
    { value: count, suffix: '_count' },
  ];
}
