import { type Section, series } from './panel.js';
import type { PromQl } from './promql.js';

/** What callers ask for. */
export function reads(ql: PromQl): Section {
  const hits = ql.rate('hits_total');
  return {
    title: 'Reads',
    panels: [
      series('Hit ratio by cache', 'A ratio that falls while evictions rise: the cache is too small.', {
        unit: 'percentunit',
        queries: [{ expr: `${hits} / (${hits} + ${ql.rate('misses_total')})`, legend: '{{cache}}' }],
      }),
      series('Reads by cache', 'Hits and misses in a second; hits in the store are among the hits.', {
        unit: 'ops',
        queries: ql.rates({
          hit: 'hits_total',
          'hit in store': 'store_hits_total',
          'hit in shared tier': 'shared_hits_total',
          miss: 'misses_total',
        }),
      }),
      series('Writes by cache', 'Values written and keys deleted by callers, in a second.', {
        unit: 'ops',
        queries: ql.rates({
          set: 'sets_total',
          delete: 'deletes_total',
          invalidation: 'invalidations_total',
        }),
      }),
    ],
  };
}

/** What memory holds, and what leaves it. */
export function memory(ql: PromQl): Section {
  return {
    title: 'Memory',
    panels: [
      series('Entries', 'Entries in memory, and how many may be there.', {
        unit: 'short',
        queries: [
          { expr: ql.sum('items'), legend: '{{cache}}' },
          { expr: `${ql.sum('max_items')} < Inf`, legend: 'bound {{cache}}' },
        ],
      }),
      series('Bytes', 'Weight of the entries in memory, and how much may be there.', {
        unit: 'bytes',
        queries: [
          { expr: ql.sum('memory_bytes'), legend: '{{cache}}' },
          { expr: `${ql.sum('max_memory_bytes')} < Inf`, legend: 'bound {{cache}}' },
        ],
      }),
      series(
        'Evictions and expirations',
        'Entries that leave to make room, and those whose life is over, in a second.',
        {
          unit: 'ops',
          queries: ql.rates({ evicted: 'evictions_total', expired: 'expirations_total' }),
        },
      ),
    ],
  };
}

/** What loaders do. */
export function loads(ql: PromQl): Section {
  return {
    title: 'Loads',
    panels: [
      series('How long loads take', 'Percentiles of the loaders, those that threw included.', {
        unit: 's',
        queries: ql.percentiles('load_duration_seconds'),
      }),
      series(
        'Loads',
        'Loaders run in a second, and what became of them. Fenced: the key was changed meanwhile.',
        {
          unit: 'ops',
          queries: ql.rates({
            load: 'loads_total',
            failed: 'load_failures_total',
            'timed out': 'load_timeouts_total',
            refused: 'loads_refused_total',
            fenced: 'loads_fenced_total',
          }),
        },
      ),
      series('Stale values', 'Stale values served, and values loaded anew in the background, in a second.', {
        unit: 'ops',
        queries: ql.rates({ 'served stale': 'stale_served_total', refreshed: 'refreshes_total' }),
      }),
    ],
  };
}
