import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SimulatedStrategy } from 'nuthatch/simulator';
import { replayAll } from './replay.js';
import { caseReport, summaryReport } from './report.js';

export const HIT_RATIO_USAGE = `hit-ratio [--json] [--summary] [--quick] [--strategies a,b] [--traces FOLDER]
  --json     prints the rows { trace, size, strategy, requests, hits, hitRatio }, ratios from 0 to 1, and nothing else
  --traces   replays all *.txt.gz of a folder, at the sizes of its reference.tsv, where it has one
             (otherwise: a trace of a shop that is kept in the repository, and workloads made from a seed)
  --strategies  only these
  --summary  prints no table of all cases, only what follows from it
  --quick    one size of each trace`;

/** What is kept in the repository. */
export const OWN_TRACES = fileURLToPath(new URL('../../traces', import.meta.url));

/** Replays traces through the strategies of the register. */
export async function hitRatio(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      strategies: { type: 'string' },
      summary: { type: 'boolean', default: false },
      traces: { type: 'string' },
    },
  });
  const results = await replayAll(OWN_TRACES, {
    folder: values.traces,
    isQuick: values.quick,
    // A name that the register does not know is refused by the simulator.
    strategies: values.strategies?.split(',') as readonly SimulatedStrategy[] | undefined,
  });
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
