import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectCaches, grafanaDashboard } from 'nuthatch/prometheus';
import { Registry } from 'prom-client';
import { openCache } from '../support/caches.js';
import { parseExposition } from './exposition.js';

const file = join(import.meta.dirname, '../../docs/grafana/nuthatch.json');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}

function panelsOf(dashboard: Readonly<Record<string, unknown>>): readonly Panel[] {
  // As it was made a line ago.
  return dashboard.panels as readonly Panel[];
}

function queriesOf(dashboard: Readonly<Record<string, unknown>>): string[] {
  return panelsOf(dashboard).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** Every name of a line that a scrape shows, and the labels that each has. */
async function scrapedNames(prefix: string): Promise<Map<string, Set<string>>> {
  const { cache } = await openCache({ store: 'map', writePolicy: 'writeBack' });
  cache.addCounter('seen');
  const registry = new Registry();
  collectCaches(cache, { registry, prefix });
  const names = new Map<string, Set<string>>();
  for (const { samples } of parseExposition(await registry.metrics()).values())
    for (const { name, labels } of samples)
      names.set(name, new Set([...(names.get(name) ?? []), ...Object.keys(labels)]));
  return names;
}

/** The metrics that a query names. */
function metricsIn(query: string, prefix: string): string[] {
  return Array.from(query.matchAll(new RegExp(`\\b${prefix}\\w+`, 'g')), ([name]) => name);
}

describe('the dashboard', () => {
  it.each(['nuthatch_', 'shop_'])(
    'asks for nothing that is not collected, with the prefix %s',
    async (prefix) => {
      const names = await scrapedNames(prefix);
      const queries = queriesOf(grafanaDashboard({ prefix }));
      const asked = queries.flatMap((query) => metricsIn(query, prefix));
      expect(asked.length).toBeGreaterThan(40);
      expect(asked.filter((name) => !names.has(name))).toEqual([]);
      expect(queries.filter((query) => metricsIn(query, prefix).length === 0)).toEqual([]);
    },
  );

  it('leaves out nothing that is collected, but what is told by others', async () => {
    const names = [...(await scrapedNames('nuthatch_')).keys()];
    const asked = new Set(queriesOf(grafanaDashboard()).flatMap((query) => metricsIn(query, 'nuthatch_')));
    const missing = names.filter((name) => !asked.has(name) && !/_seconds_(sum|count)$/.test(name));
    // By which the caches are chosen.
    expect(missing).toEqual(['nuthatch_up']);
  });

  it('groups by labels, and names its lines by labels, that the metrics have', async () => {
    const names = await scrapedNames('nuthatch_');
    const unknown = panelsOf(grafanaDashboard()).flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr, legendFormat }) => {
        const known = new Set(metricsIn(expr, 'nuthatch_').flatMap((name) => [...(names.get(name) ?? [])]));
        const grouped = Array.from(expr.matchAll(/ by \(([^)]*)\)/g), ([, labels = '']) =>
          labels.split(', '),
        );
        const named = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label = '']) => label);
        return [...grouped.flat(), ...named].filter((label) => !known.has(label));
      }),
    );
    expect(unknown).toEqual([]);
  });

  it('asks only for the job and the caches that are chosen', () => {
    for (const query of queriesOf(grafanaDashboard())) {
      const selectors = Array.from(query.matchAll(/nuthatch_\w+(\{[^}]*\})?/g), ([, selector]) => selector);
      expect(new Set(selectors)).toEqual(new Set(['{job=~"$job", cache=~"$cache"}']));
    }
  });

  it('has queries whose brackets close', () => {
    for (const query of queriesOf(grafanaDashboard())) {
      let left = query.replaceAll(/"[^"]*"/g, '').replaceAll(/[^()[\]{}]/g, '');
      for (let before = ''; before !== left;) [before, left] = [left, left.replace(/\(\)|\[\]|\{\}/, '')];
      expect({ query, left }).toEqual({ query, left: '' });
    }
  });

  it('has panels of different numbers that do not overlap, within 24 columns', () => {
    const panels = panelsOf(grafanaDashboard());
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x < 0 || x + w > 24)).toEqual([]);
    for (const { targets = [] } of panels)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });

  it('is in the documentation as it is made', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(grafanaDashboard());
  });

  it('survives being written as JSON', () => {
    const dashboard = grafanaDashboard({ title: 'Shop', uid: 'shop' });
    expect(JSON.parse(JSON.stringify(dashboard))).toEqual(dashboard);
    expect(dashboard).toMatchObject({ title: 'Shop', uid: 'shop' });
  });

  it('is not made with a prefix that no metric can have', () => {
    expect(() => grafanaDashboard({ prefix: 'my-app_' })).toThrow('prefix must be letters, digits, _ and :');
  });
});

describe('the documentation of the metrics', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/observability.md'), 'utf8');

  it('alerts on nothing that is not collected', async () => {
    const names = await scrapedNames('nuthatch_');
    const alerts = Array.from(page.matchAll(/\bnuthatch_[a-z]\w*/g), ([name]) => name);
    expect(alerts.length).toBeGreaterThan(5);
    expect(alerts.filter((name) => !names.has(name))).toEqual([]);
  });

  it('names every metric that is collected, and no other', async () => {
    const { cache } = await openCache({ store: 'map' });
    const registry = new Registry();
    collectCaches(cache, { registry });
    const collected = [...parseExposition(await registry.metrics()).keys()];
    const table = page.slice(page.indexOf('| name (after'), page.indexOf('Single hits are not timed'));
    const first = table.split('\n').flatMap((row) => row.split('|')[1] ?? []);
    const named = first.flatMap((cell) =>
      Array.from(cell.matchAll(/`(\w+)`/g), ([, name]) => `nuthatch_${name}`),
    );
    expect(named.filter((name) => name !== 'nuthatch_nuthatch_').sort()).toEqual(collected.sort());
  });
});
