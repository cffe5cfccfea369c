import { type Section, series } from './panel.js';
import type { PromQl } from './promql.js';

/** How the store behind memory is. */
export function store(ql: PromQl): Section {
  return {
    title: 'Store',
    panels: [
      series('How long calls on the store take', 'Percentiles of the calls that ended well.', {
        unit: 's',
        queries: ql.percentiles('store_call_duration_seconds'),
      }),
      series('Circuit breaker', '1 while the store is asked, 0 while it is left alone.', {
        unit: 'short',
        queries: [{ expr: `min by (cache, tier) (${ql.metric('tier_up')})`, legend: '{{cache}} {{tier}}' }],
      }),
      series(
        'Troubles of the store',
        'Failures that no caller is told of, calls without an answer in time, and calls not made since it is down.',
        {
          unit: 'ops',
          queries: ql.rates({
            failed: 'store_failures_total',
            'timed out': 'store_timeouts_total',
            'not asked': 'store_rejections_total',
          }),
        },
      ),
    ],
  };
}

/** What waits to be written, and how it gets on. */
export function writes(ql: PromQl): Section {
  return {
    title: 'Writes behind',
    panels: [
      series(
        'Backlog',
        'Writes that are not in the store yet, and changes to be made up for when it is back.',
        {
          unit: 'short',
          queries: [
            { expr: ql.sum('dirty_writes'), legend: 'dirty {{cache}}' },
            { expr: ql.sum('store_repairs_pending'), legend: 'missed {{cache}}' },
            { expr: ql.sum('dead_letters_waiting'), legend: 'dead letters {{cache}}' },
          ],
        },
      ),
      series('Oldest write not stored', 'How far the store is behind.', {
        unit: 's',
        queries: [{ expr: ql.max('oldest_pending_seconds'), legend: '{{cache}}' }],
      }),
      series('How long flushes take', 'Percentiles of the flushes that ended well.', {
        unit: 's',
        queries: ql.percentiles('flush_duration_seconds'),
      }),
      series(
        'Flushes',
        'Writes brought to the store in a second, failed flushes, calls repeated, and changes given up.',
        {
          unit: 'ops',
          queries: ql.rates({
            written: 'flushed_writes_total',
            failed: 'flush_errors_total',
            retried: 'write_retries_total',
            'dead letters': 'dead_letters_total',
          }),
        },
      ),
    ],
  };
}

/** What is kept on disk until it is stored. */
export function journal(ql: PromQl): Section {
  return {
    title: 'Journal',
    panels: [
      series('Journal', 'Changes in the journal that are not let go of.', {
        unit: 'short',
        queries: [{ expr: ql.sum('journal_entries'), legend: '{{cache}}' }],
      }),
      series('Journal on disk', 'What the journal takes on disk.', {
        unit: 'bytes',
        queries: [{ expr: ql.sum('journal_bytes'), legend: '{{cache}}' }],
      }),
    ],
  };
}
