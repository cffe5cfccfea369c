import type { EChartsOption, LineSeriesOption, XAXisComponentOption, YAXisComponentOption } from 'echarts';
import { plotter } from './plotter.js';
import { percent } from './recommend.js';
import type { SimulationRow } from './row.js';
import { spread } from './spread.js';

/** How large a picture is, in pixels. */
export interface CurveOptions {
  /** 960 by default. */
  readonly width?: number | undefined;
  /** 600 by default. */
  readonly height?: number | undefined;
  /** What sizes count, for the axis; `'entries'` by default. */
  readonly unit?: 'entries' | 'bytes' | undefined;
}

/** Colours that the colour-blind tell apart (M. Okabe and K. Ito, 2008), without yellow, which white swallows. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00'];
const STROKES = ['solid', 'dashed', 'dotted'] as const;
const SYMBOLS = ['circle', 'rect', 'triangle'];
const FONT = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/**
 * Draws how the miss ratio falls with the size of the cache, one line per strategy, as an SVG that stands alone: white ground, its own
 * size, common fonts. Rows are those of one trace. Needs the package `echarts`.
 * @throws CacheError `missing_peer` where that is not installed.
 */
export async function missRatioCurves(
  rows: readonly SimulationRow[],
  { width = 960, height = 600, unit = 'entries' }: CurveOptions = {},
): Promise<string> {
  const { init } = await plotter();
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(pictureOf(rows, unit, height));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Where in the picture the curves are, in pixels from its edges. */
const GRID = { left: 76, right: 130, top: 110, bottom: 64 };
const LABEL_HEIGHT = 13;

interface Curve {
  readonly name: string;
  readonly look: Look;
  /** Sizes and miss ratios, the smallest size first; there is one at least. */
  readonly points: [size: number, missRatio: number][];
}

function pictureOf(rows: readonly SimulationRow[], unit: string, height: number): EChartsOption {
  const curves = curvesOf(rows);
  const range = rangeOf(curves);
  const pixels = (height - GRID.top - GRID.bottom) / (range.max - range.min);
  const shifts = labelShifts(curves, pixels);
  return {
    animation: false,
    backgroundColor: '#fff',
    textStyle: { fontFamily: FONT, color: '#222' },
    title: { text: `Miss ratio of ${rows[0]?.trace ?? 'no trace'}`, left: 'center', top: 12 },
    legend: { top: 44, left: 'center', width: '90%', itemWidth: 34, itemGap: 16 },
    grid: GRID,
    xAxis: sizeAxis([...new Set(rows.map(({ size }) => size))], unit),
    yAxis: ratioAxis(range),
    series: curves.map((curve) => seriesOf(curve, shifts.get(curve) ?? 0)),
  };
}

function curvesOf(rows: readonly SimulationRow[]): Curve[] {
  const names = [...new Set(rows.map(({ strategy }) => strategy))];
  const real = names.filter((name) => name !== 'opt');
  const curves = real.map((name, at) => ({ name, look: lookOf(at), points: pointsOf(rows, name) }));
  if (!names.includes('opt')) return curves;
  return [...curves, { name: 'optimum', look: OPTIMUM, points: pointsOf(rows, 'opt') }];
}

function pointsOf(rows: readonly SimulationRow[], name: string): Curve['points'] {
  const own = rows.filter(({ strategy }) => strategy === name).toSorted((a, b) => a.size - b.size);
  return own.map(({ size, hitRatio }) => [size, 1 - hitRatio]);
}

function rangeOf(curves: readonly Curve[]): { readonly min: number; readonly max: number } {
  const tenths = curves.flatMap(({ points }) => points.map(([, ratio]) => ratio * 10));
  const min = Math.floor(Math.min(...tenths));
  return { min: min / 10, max: Math.max(min + 1, Math.ceil(Math.max(...tenths))) / 10 };
}

/** How many pixels each curve's label moves down, so that none hides another. */
function labelShifts(curves: readonly Curve[], pixels: number): Map<Curve, number> {
  const ends = curves.map((curve) => ({ curve, end: -pixels * (curve.points.at(-1)?.[1] ?? 0) }));
  ends.sort((a, b) => a.end - b.end);
  const anchors = ends.map(({ end }) => end);
  const places = spread(anchors, LABEL_HEIGHT);
  return new Map(ends.map(({ curve, end }, at) => [curve, (places[at] ?? end) - end]));
}

const AXIS_NAME = { nameLocation: 'middle', nameTextStyle: { fontSize: 14, color: '#222' } } as const;

function sizeAxis(sizes: number[], unit: string): XAXisComponentOption {
  const ticks = { customValues: sizes };
  return {
    ...AXIS_NAME,
    type: 'log',
    name: `cache size (${unit}, logarithmic)`,
    nameGap: 34,
    min: Math.min(...sizes),
    max: Math.max(...sizes),
    axisTick: ticks,
    axisLabel: { ...ticks, formatter: (size: number) => size.toLocaleString('en'), hideOverlap: true },
  };
}

function ratioAxis({ min, max }: { readonly min: number; readonly max: number }): YAXisComponentOption {
  const axisLabel = { formatter: (ratio: number) => percent(ratio, 0) };
  return { ...AXIS_NAME, type: 'value', name: 'miss ratio', nameGap: 50, min, max, axisLabel };
}

/** How a curve is told from the others. */
interface Look {
  readonly color: string;
  readonly stroke: 'solid' | 'dashed' | 'dotted';
  readonly symbol: string;
  readonly width: number;
}

const OPTIMUM: Look = { color: '#000', stroke: 'solid', symbol: 'diamond', width: 3 };

function lookOf(at: number): Look {
  const round = Math.floor(at / COLOURS.length) % STROKES.length;
  return {
    color: COLOURS[at % COLOURS.length] ?? OPTIMUM.color,
    stroke: STROKES[round] ?? OPTIMUM.stroke,
    symbol: SYMBOLS[round] ?? OPTIMUM.symbol,
    width: 2,
  };
}

function seriesOf({ name, look, points }: Curve, labelShift: number): LineSeriesOption {
  const { color, stroke, symbol, width } = look;
  return {
    type: 'line',
    name,
    data: points,
    color,
    lineStyle: { width, type: stroke },
    symbol,
    symbolSize: 7,
    showAllSymbol: true,
    endLabel: { show: true, formatter: '{a}', color, fontSize: 12, distance: 10, offset: [0, labelShift] },
  };
}
