import { withFreshProcesses } from '../child/fresh-process.js';
import { markdownTable } from '../report/markdown-table.js';
import type { SoakReport } from './soak.js';

interface SoakRun {
  readonly libraries: readonly string[];
  readonly operations: number;
  readonly entries: number;
}

/** What a cache may lie above what it was earlier, since samples differ. */
const MAX_GROWTH = 0.03;

/** Lets each strategy work for long, and sets the exit code where one has grown. */
export async function runSoak(
  { libraries, operations, entries }: SoakRun,
  { json }: { readonly json: boolean },
): Promise<void> {
  await withFreshProcesses(async ({ ask }) => {
    const rows: (SoakReport & { readonly library: string; readonly operations: number })[] = [];
    for (const library of libraries) {
      const strategy = library.replace('nuthatch/', '');
      const plan = { strategy, operations, entries };
      rows.push({ library, operations, ...(await ask<SoakReport>({ kind: 'soak', plan })) });
    }
    if (json) console.log(JSON.stringify(rows, undefined, 2));
    else {
      const lines = rows.map(({ library, samples, growth }) => [
        library,
        megabytes(samples[samples.length >> 2]),
        megabytes(samples.at(-1)),
        `${(100 * growth).toFixed(2)} %`,
      ]);
      console.log(markdownTable(['library', 'MB after a quarter', 'MB at the end', 'growth'], lines));
    }
    if (rows.some(({ growth }) => !(growth <= MAX_GROWTH))) process.exitCode = 1;
  });
}

function megabytes(bytes = NaN): string {
  return (bytes / 1e6).toFixed(1);
}
