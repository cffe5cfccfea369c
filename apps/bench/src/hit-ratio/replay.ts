import { type SimulatedStrategy, simulate, type SimulationRow, type Trace } from 'nuthatch/simulator';
import { casesOfFolder } from './folder.js';
import { generatedCases } from './generated.js';
import { type Columns, OPTIMUM } from './reference.js';
import type { CaseResult, HitRow } from './summary.js';
import type { TraceCase } from './trace-case.js';

export interface ReplayOptions {
  /** A folder of traces; otherwise the one in the repository and those that are generated. */
  readonly folder?: string | undefined;
  /** One size of each trace. */
  readonly isQuick?: boolean;
  /** All of the register where left out. */
  readonly strategies?: readonly SimulatedStrategy[] | undefined;
}

/** Replays all cases through the strategies, one trace after the other. `ownTraces` is the folder of the repository. */
export async function replayAll(ownTraces: string, options: ReplayOptions): Promise<readonly CaseResult[]> {
  const { folder } = options;
  const traces = await casesOfFolder(folder ?? ownTraces);
  const cases = folder === undefined ? [...traces, ...generatedCases] : traces;
  const results: CaseResult[] = [];
  for (const one of cases) results.push(...(await replay(one, options)));
  return results;
}

async function replay(one: TraceCase, options: ReplayOptions): Promise<readonly CaseResult[]> {
  const trace = await one.load();
  const sizes = one.sizesOf(trace);
  const chosen = options.isQuick === true ? sizes.slice(sizes.length >> 1).slice(0, 1) : sizes;
  return chosen.map((size) => ({
    rows: rowsOf(trace, size, options.strategies),
    reference: one.referenceAt(size) ?? optimumOf(trace, size),
  }));
}

function optimumOf(trace: Trace, size: number): Columns {
  const [{ hitRatio: ratio } = { hitRatio: NaN }] = simulate(trace, { sizes: [size], strategies: ['opt'] });
  return new Map([[OPTIMUM, 100 * ratio]]);
}

function rowsOf(trace: Trace, size: number, strategies: ReplayOptions['strategies']): readonly HitRow[] {
  const rows = simulate(trace, { sizes: [size], ...(strategies === undefined ? {} : { strategies }) });
  return rows.map(hitRowOf);
}

function hitRowOf({ trace, size, strategy, requests, hits, hitRatio: ratio }: SimulationRow): HitRow {
  return { trace, size, strategy, requests, hits, hitRatio: ratio };
}
