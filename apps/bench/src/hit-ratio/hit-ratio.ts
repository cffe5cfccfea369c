import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { simulate, type SimulationRow, type Trace } from 'nuthatch/simulator';
import { casesOfFolder } from './folder.js';
import { generatedCases } from './generated.js';
import { type Columns, OPTIMUM } from './reference.js';
import { caseReport, summaryReport } from './report.js';
import type { CaseResult, HitRow } from './summary.js';
import type { TraceCase } from './trace-case.js';

export const HIT_RATIO_USAGE = `hit-ratio [--json] [--summary] [--quick] [--traces FOLDER]
  --json     prints the rows { trace, size, strategy, requests, hits, hitRatio }, ratios from 0 to 1, and nothing else
  --traces   replays all *.txt.gz of a folder, at the sizes of its reference.tsv, where it has one
             (otherwise: a trace of a shop that is kept in the repository, and workloads made from a seed)
  --summary  prints no table of all cases, only what follows from it
  --quick    one size of each trace`;

const OWN_TRACES = fileURLToPath(new URL('../../traces', import.meta.url));

/** Replays traces through every strategy of the register. */
export async function hitRatio(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      summary: { type: 'boolean', default: false },
      traces: { type: 'string' },
    },
  });
  const traces = await casesOfFolder(values.traces ?? OWN_TRACES);
  const cases = values.traces === undefined ? [...traces, ...generatedCases] : traces;
  const results: CaseResult[] = [];
  for (const one of cases) results.push(...(await replay(one, values.quick)));
  if (values.json)
    console.log(
      JSON.stringify(
        results.flatMap(({ rows }) => rows),
        undefined,
        2,
      ),
    );
  else
    console.log(
      values.summary ? summaryReport(results) : `${caseReport(results)}\n\n${summaryReport(results)}`,
    );
}

async function replay(one: TraceCase, isQuick: boolean): Promise<readonly CaseResult[]> {
  const trace = await one.load();
  const sizes = one.sizesOf(trace);
  const chosen = isQuick ? sizes.slice(sizes.length >> 1).slice(0, 1) : sizes;
  return chosen.map((size) => ({
    rows: rowsOf(trace, size),
    reference: one.referenceAt(size) ?? optimumOf(trace, size),
  }));
}

function optimumOf(trace: Trace, size: number): Columns {
  const [{ hitRatio: ratio } = { hitRatio: NaN }] = simulate(trace, { sizes: [size], strategies: ['opt'] });
  return new Map([[OPTIMUM, 100 * ratio]]);
}

function rowsOf(trace: Trace, size: number): readonly HitRow[] {
  return simulate(trace, { sizes: [size] }).map(hitRowOf);
}

function hitRowOf({ trace, size, strategy, requests, hits, hitRatio: ratio }: SimulationRow): HitRow {
  return { trace, size, strategy, requests, hits, hitRatio: ratio };
}
