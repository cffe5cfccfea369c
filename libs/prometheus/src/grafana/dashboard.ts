import { assertPrefix, DEFAULT_PREFIX } from '../options.js';
import { placed } from './panel.js';
import { PromQl } from './promql.js';
import { sectionsOf } from './sections.js';

/** What a dashboard is made with; each may be left out. */
export interface DashboardOptions {
  /** The prefix that `collectCaches` was given; `'nuthatch_'` by default. */
  readonly prefix?: string | undefined;
  /** What it is called; `'Nuthatch'` by default. */
  readonly title?: string | undefined;
  /** What it is known by in addresses and to who provisions it; `'nuthatch'` by default. */
  readonly uid?: string | undefined;
}

/**
 * A dashboard for Grafana 10 and later over what `collectCaches` collects: to be written to a file as JSON, and imported or provisioned. It
 * asks for the data source, the job and the caches by variables, so it fits any installation.
 *
 * @example
 * ```ts
 * await writeFile('nuthatch.json', JSON.stringify(grafanaDashboard(), null, 2));
 * ```
 * @throws CacheError `bad_option` for a prefix that Prometheus would not take.
 */
export function grafanaDashboard(options: DashboardOptions = {}): Readonly<Record<string, unknown>> {
  const { prefix = DEFAULT_PREFIX, title = 'Nuthatch', uid = 'nuthatch' } = options;
  assertPrefix(prefix);
  return {
    uid,
    title,
    description: 'Caches: hits, memory, loads, the store behind them, and what waits to be written.',
    tags: ['nuthatch', 'cache'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    links: [],
    annotations: { list: [] },
    templating: { list: variables(prefix) },
    panels: placed(sectionsOf(new PromQl(prefix))),
  };
}

function variables(prefix: string): object[] {
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      current: {},
      hide: 0,
    },
    labelValues('job', 'Job', `label_values(${prefix}up, job)`),
    labelValues('cache', 'Cache', `label_values(${prefix}up{job=~"$job"}, cache)`),
  ];
}

function labelValues(name: string, label: string, query: string): object {
  return {
    type: 'query',
    name,
    label,
    datasource: { type: 'prometheus', uid: '${datasource}' },
    definition: query,
    query: { query, refId: `variable-${name}` },
    current: { selected: true, text: ['All'], value: ['$__all'] },
    includeAll: true,
    allValue: '.*',
    multi: true,
    refresh: 2,
    sort: 1,
    hide: 0,
  };
}
