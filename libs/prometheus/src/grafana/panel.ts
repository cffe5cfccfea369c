/** What a panel shows: a query in PromQL, and what its lines are called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** A panel before it has its place. */
export interface Panel {
  readonly type: 'timeseries' | 'stat';
  readonly title: string;
  /** What to look for; shown where the mouse rests on the title. */
  readonly description: string;
  /** As Grafana names units. */
  readonly unit: 'short' | 'ops' | 's' | 'bytes' | 'percentunit';
  readonly queries: readonly Query[];
  /** From which value on it is drawn in orange, and in red; the other way round where `isBadBelow`. */
  readonly thresholds?: { readonly orange: number; readonly red: number; readonly isBadBelow?: boolean };
}

/** Panels under one heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const SIZES = { stat: { w: 4, h: 4 }, timeseries: { w: 8, h: 8 } };

/** One number, of now. */
export function stat(
  title: string,
  description: string,
  { expr, ...rest }: Pick<Panel, 'unit' | 'thresholds'> & Pick<Query, 'expr'>,
): Panel {
  return { type: 'stat', title, description, queries: [{ expr, legend: '' }], ...rest };
}

/** Lines over time. */
export function series(title: string, description: string, rest: Pick<Panel, 'unit' | 'queries'>): Panel {
  return { type: 'timeseries', title, description, ...rest };
}

/** Sections as Grafana has them: each panel with a number and a place, from left to right and downwards. */
export function placed(sections: readonly Section[]): object[] {
  const grid = new Grid();
  return sections.flatMap(({ title, panels }) => {
    const heading = { type: 'row', title, collapsed: false, panels: [], ...grid.place({ w: COLUMNS, h: 1 }) };
    return [heading, ...panels.map((panel) => ({ ...drawn(panel), ...grid.place(SIZES[panel.type]) }))];
  });
}

class Grid {
  #id = 0;
  #x = 0;
  #y = 0;
  #height = 0;

  place({ w, h }: { w: number; h: number }): object {
    if (this.#x + w > COLUMNS) this.#newLine();
    const gridPos = { x: this.#x, y: this.#y, w, h };
    this.#x += w;
    this.#height = Math.max(this.#height, h);
    return { id: ++this.#id, gridPos };
  }

  #newLine(): void {
    this.#x = 0;
    this.#y += this.#height;
    this.#height = 0;
  }
}

function drawn({ type, title, description, unit, queries, thresholds }: Panel): object {
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      editorMode: 'code',
      expr,
      legendFormat: legend,
      range: true,
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(unit === 'percentunit' && { max: 1 }),
        color: { mode: type === 'stat' ? 'thresholds' : 'palette-classic' },
        thresholds: { mode: 'absolute', steps: steps(thresholds) },
        custom:
          type === 'stat' ? {} : { lineWidth: 1, fillOpacity: 10, showPoints: 'never', spanNulls: false },
      },
      overrides: [],
    },
    options: type === 'stat' ? STAT : TIMESERIES,
  };
}

/** The first step has no value: it begins where numbers do. */
function steps(thresholds: Panel['thresholds']): object[] {
  if (thresholds === undefined) return [{ color: 'green', value: null }];
  const { orange, red, isBadBelow = false } = thresholds;
  if (!isBadBelow)
    return [
      { color: 'green', value: null },
      { color: 'orange', value: orange },
      { color: 'red', value: red },
    ];
  return [
    { color: 'red', value: null },
    { color: 'orange', value: red },
    { color: 'green', value: orange },
  ];
}

const STAT = {
  reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  colorMode: 'value',
  graphMode: 'area',
  justifyMode: 'auto',
  orientation: 'auto',
  textMode: 'auto',
};

const TIMESERIES = {
  legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'], showLegend: true },
  tooltip: { mode: 'multi', sort: 'desc' },
};
