import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { SimulatedStrategy } from 'nuthatch/simulator';
import { OWN_TRACES } from '../hit-ratio/hit-ratio.js';
import type { replayAll, ReplayOptions } from '../hit-ratio/replay.js';
import { type Summary, summarize } from '../hit-ratio/summary.js';
import { markdownTable } from '../report/markdown-table.js';
import { readVariant, type Variant, varying } from './variant.js';

export const SEARCH_USAGE = `search VARIANT... [--strategy adaptive] [--quick] [--traces FOLDER]
  replays the traces of hit-ratio with constants of the engine at other values, beside the engine as it is
  VARIANT    FILE.CONSTANT=VALUE, as in chooser.LEAD=0.5; several settings of one variant are joined by ;`;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const ENTRY = fileURLToPath(new URL('../hit-ratio/replay.ts', import.meta.url));

/** Tries constants: this is how those of the strategies were chosen, over all traces at once. */
export async function search(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      strategy: { type: 'string', default: 'adaptive' },
      quick: { type: 'boolean', default: false },
      traces: { type: 'string' },
    },
  });
  // A name that the register does not know is refused by the simulator.
  const strategies = [values.strategy as SimulatedStrategy];
  const options = { folder: values.traces, isQuick: values.quick, strategies };
  const lines: string[][] = [];
  for (const text of ['', ...positionals]) {
    const [summary] = await tryOut(readVariant(text), options);
    lines.push([text === '' ? 'as it is' : text, ...(summary === undefined ? [] : cells(summary))]);
    console.error(`${lines.length} of ${positionals.length + 1}`);
  }
  console.log(markdownTable(['variant', 'mean hit ratio', 'mean regret', 'worst regret'], lines));
}

function cells({ mean, meanRegret, worst }: Summary): readonly string[] {
  return [mean.toFixed(2), meanRegret.toFixed(2), `${worst.points.toFixed(2)} (${worst.at})`];
}

async function tryOut(variant: Variant, options: ReplayOptions): Promise<readonly Summary[]> {
  // Beneath node_modules, since that is where the bundle looks for packages.
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.nuthatch-search-'));
  try {
    const outfile = join(folder, 'replay.mjs');
    await build({
      entryPoints: [ENTRY],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      tsconfig: join(ROOT, 'tsconfig.json'),
      plugins: [varying(variant)],
      logLevel: 'silent',
    });
    const replays = (await import(pathToFileURL(outfile).href)) as { replayAll: typeof replayAll };
    return summarize(await replays.replayAll(OWN_TRACES, options));
  } finally {
    await rm(folder, { recursive: true });
  }
}
