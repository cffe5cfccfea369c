import type { CacheMetrics, Counts } from 'nuthatch/engine';

/** What is told of a metric. */
export interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/** A count of a cache, and what it is told apart by where several make one metric. */
export interface CountInstrument extends Instrument {
  readonly count: keyof Counts;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A measurement of a cache. */
export interface GaugeInstrument extends Instrument {
  readonly read: (metrics: CacheMetrics) => number;
}

const READS: Instrument = {
  name: 'nuthatch.reads',
  unit: '{read}',
  description: 'Reads, by whether they found a value',
};

/** Counts: what is counted, and the name, unit and description of the metric. */
const COUNTS: readonly (readonly [keyof Counts, name: string, unit: string, description: string])[] = [
  ['store_hits', 'nuthatch.store.hits', '{read}', 'Hits that were found in the store'],
  ['shared_hits', 'nuthatch.shared.hits', '{read}', 'Hits that were found in the shared tier'],
  ['sets', 'nuthatch.sets', '{entry}', 'Values written by callers'],
  ['deletes', 'nuthatch.deletes', '{key}', 'Keys deleted by callers'],
  ['evictions', 'nuthatch.evictions', '{entry}', 'Entries that left memory to make room'],
  ['expirations', 'nuthatch.expirations', '{entry}', 'Entries that left memory because their life was over'],
  ['invalidations', 'nuthatch.invalidations', '{invalidation}', 'Invalidations'],
  [
    'invalidation_failures',
    'nuthatch.invalidations.failed',
    '{invalidation}',
    'Invalidations that failed untold',
  ],
  ['loads', 'nuthatch.loads', '{load}', 'Loaders that were run'],
  ['load_failures', 'nuthatch.loads.failed', '{load}', 'Loaders that threw'],
  ['load_timeouts', 'nuthatch.loads.timed_out', '{load}', 'Loads that took longer than their hard time-out'],
  [
    'loads_refused',
    'nuthatch.loads.refused',
    '{load}',
    'Loads refused, since too many were running and waiting',
  ],
  [
    'loads_fenced',
    'nuthatch.loads.fenced',
    '{load}',
    'Results not kept, since the key was changed meanwhile',
  ],
  ['refreshes', 'nuthatch.refreshes', '{load}', 'Loads of values that were still there'],
  ['stale_served', 'nuthatch.stale_served', '{read}', 'Stale values that were served'],
  ['flushed_writes', 'nuthatch.writes.flushed', '{write}', 'Writes that a write-back policy has stored'],
  ['flush_errors', 'nuthatch.flushes.failed', '{flush}', 'Flushes that failed'],
  ['write_retries', 'nuthatch.writes.retries', '{call}', 'Calls with something that the store had refused'],
  ['dead_letters', 'nuthatch.dead_letters', '{write}', 'Changes that were given up'],
  ['journal_errors', 'nuthatch.journal.errors', '{error}', 'Troubles of the journal'],
  [
    'store_failures',
    'nuthatch.store.failures',
    '{failure}',
    'Failures of the store that no caller was told of',
  ],
  ['store_timeouts', 'nuthatch.store.timeouts', '{call}', 'Calls on the store that took too long'],
  ['store_rejections', 'nuthatch.store.rejections', '{call}', 'Calls refused, since the store is down'],
  ['hook_failures', 'nuthatch.hook_failures', '{failure}', 'Observers and hooks that threw'],
];

/** What only grows. */
export const COUNTERS: readonly CountInstrument[] = [
  { ...READS, count: 'hits', attributes: { 'nuthatch.result': 'hit' } },
  { ...READS, count: 'misses', attributes: { 'nuthatch.result': 'miss' } },
  ...COUNTS.map(([count, name, unit, description]) => ({ count, name, unit, description })),
];

type Measurement = readonly [name: string, unit: string, description: string, read: GaugeInstrument['read']];

const SUMS: readonly Measurement[] = [
  ['nuthatch.entries', '{entry}', 'Entries in memory', (metrics) => metrics.current_items],
  ['nuthatch.memory', 'By', 'Weight of the entries in memory', (metrics) => metrics.total_bytes],
  [
    'nuthatch.writes.pending',
    '{write}',
    'Writes that are not stored yet',
    (metrics) => metrics.dirty_writes_pending,
  ],
  [
    'nuthatch.store.repairs',
    '{change}',
    'Changes that the store has missed',
    (metrics) => metrics.store_repairs_pending,
  ],
  ['nuthatch.journal.depth', '{change}', 'Changes in the journal', (metrics) => metrics.journal_depth],
  ['nuthatch.journal.size', 'By', 'What the journal takes on disk', (metrics) => metrics.journal_bytes],
];

const LATEST: readonly Measurement[] = [
  [
    'nuthatch.writes.pending.age',
    's',
    'Age of the oldest pending write',
    (metrics) => metrics.oldest_pending_ms / 1000,
  ],
];

/** What grows and shrinks, and can be added up over caches. */
export const GAUGES: readonly GaugeInstrument[] = SUMS.map(instrumentOf);

/** What cannot be added up. */
export const AGES: readonly GaugeInstrument[] = LATEST.map(instrumentOf);

/** The edges of the buckets of durations, in seconds: from memory-like stores to what hangs. */
export const DURATION_BUCKETS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

function instrumentOf([name, unit, description, read]: Measurement): GaugeInstrument {
  return { name, unit, description, read };
}
