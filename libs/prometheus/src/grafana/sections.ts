import { journal, store, writes } from './behind.js';
import { type Panel, type Section, series, stat } from './panel.js';
import type { PromQl } from './promql.js';
import { loads, memory, reads } from './serving.js';

/** What is worth seeing of caches, the most important first. */
export function sectionsOf(ql: PromQl): readonly Section[] {
  return [overview(ql), reads(ql), memory(ql), loads(ql), store(ql), writes(ql), journal(ql), rest(ql)];
}

function overview(ql: PromQl): Section {
  const hits = ql.total('hits_total');
  const ratio = `${hits} / (${hits} + ${ql.total('misses_total')})`;
  return {
    title: 'Overview',
    panels: [
      stat('Hit ratio', 'Reads that found a value, of all reads.', {
        unit: 'percentunit',
        expr: ratio,
        thresholds: { orange: 0.8, red: 0.5, isBadBelow: true },
      }),
      stat('Reads', 'Hits and misses in a second.', {
        unit: 'ops',
        expr: `${hits} + ${ql.total('misses_total')}`,
      }),
      ...troubles(ql),
    ],
  };
}

function troubles(ql: PromQl): Panel[] {
  return [
    stat(
      'Degraded caches',
      'Serve, though their store or their flushes fail, or dead letters wait: see cache.health().',
      {
        unit: 'short',
        expr: `sum(${ql.metric('degraded')})`,
        thresholds: { orange: 1, red: 5 },
      },
    ),
    stat(
      'Stores left alone',
      'Their circuit breaker is open; memory serves, and they are tried again by themselves.',
      {
        unit: 'short',
        expr: `sum(1 - ${ql.metric('tier_up')})`,
        thresholds: { orange: 1, red: 1 },
      },
    ),
    stat(
      'Oldest write not stored',
      'Beyond a few flush intervals the store is slower than the writers, or down.',
      {
        unit: 's',
        expr: `max(${ql.metric('oldest_pending_seconds')})`,
        thresholds: { orange: 10, red: 60 },
      },
    ),
    stat('Dead letters', 'Writes that the store refuses for good: look at cache.deadLetters.list().', {
      unit: 'short',
      expr: `sum(${ql.metric('dead_letters_waiting')})`,
      thresholds: { orange: 1, red: 1 },
    }),
  ];
}

function rest(ql: PromQl): Section {
  return {
    title: 'Everything else',
    panels: [
      series(
        'Troubles nobody was told of',
        'Observers and hooks that threw, invalidations that failed, troubles of the journal, in a second.',
        {
          unit: 'ops',
          queries: ql.rates({
            'hook failed': 'hook_failures_total',
            'invalidation failed': 'invalidation_failures_total',
            journal: 'journal_errors_total',
          }),
        },
      ),
      series('Counters of the application', 'Those that it has added by addCounter, in a second.', {
        unit: 'ops',
        queries: [{ expr: ql.rate('custom_total', 'cache, counter'), legend: '{{counter}} {{cache}}' }],
      }),
      series(
        'What caches are made of',
        'The strategy and the policies of each; a line that ends was a swap.',
        {
          unit: 'short',
          queries: [
            {
              expr: `count by (cache, eviction, in_charge, write_policy) (${ql.metric('info')})`,
              legend: '{{cache}}: {{eviction}} {{in_charge}} {{write_policy}}',
            },
          ],
        },
      ),
    ],
  };
}
