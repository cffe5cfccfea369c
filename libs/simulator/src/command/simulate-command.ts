import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { parseByteSize } from 'nuthatch/engine';
import { badOption } from '../errors.js';
import { missRatioCurves } from '../miss-ratio-curves.js';
import { plotter } from '../plotter.js';
import type { Column } from '../read/format.js';
import { type FormatName, formatNames, readTrace } from '../read/read-trace.js';
import type { SimulationRow } from '../row.js';
import { simulate } from '../simulate.js';
import { parseStrategies } from '../simulate-options.js';
import { progressBar } from './progress-bar.js';
import { report } from './report.js';

interface SimulateFlags {
  readonly sizes: string;
  readonly bytes?: true;
  readonly strategies: string;
  readonly format: FormatName | 'auto';
  readonly key?: Column;
  readonly weight?: Column;
  readonly sampled: number;
  readonly json?: true;
  readonly svg?: string;
}

/** `nuthatch simulate`. */
export function simulateCommand(): Command {
  const format = new Option('--format <name>', 'how the trace is written').choices(formatNames);
  return new Command('simulate')
    .description('Replays a trace through caches of several sizes and strategies, and says which to take.')
    .argument('<trace>', 'the file of requests, gzip or not')
    .requiredOption('--sizes <list>', 'sizes to try: 100,1000 entries, or with --bytes 64mb,1gb')
    .option('--strategies <list>', 'strategies to try: all, opt, or names such as lru,lfu', 'all')
    .addOption(format.default('auto'))
    .option('--key <column>', 'CSV: the name of the column of keys, or its number from 1', parseColumn)
    .option('--weight <column>', 'CSV: the same for weights in bytes', parseColumn)
    .option('--bytes', 'sizes are bytes; needs a trace with weights')
    .option(
      '--sampled <share>',
      'the share of the keys that the trace holds, where it is a sample',
      Number,
      1,
    )
    .option('--json', 'print an array of rows and nothing else')
    .option('--svg <file>', 'draw the miss-ratio curves; needs the package echarts')
    .action(run);
}

async function run(file: string, flags: SimulateFlags): Promise<void> {
  const isBytes = flags.bytes === true;
  const sizes = flags.sizes.split(',').map((text) => parseSize(text.trim(), isBytes));
  const strategies = parseStrategies(flags.strategies.split(',').map((name) => name.trim()));
  if (flags.svg !== undefined) await plotter();
  const trace = await readTrace(file, flags);
  const isOptimumShown = !isBytes && (flags.json !== true || flags.svg !== undefined);
  const bar = progressBar(process.stderr);
  const rows = simulate(trace, {
    sizes,
    strategies: isOptimumShown ? [...new Set([...strategies, 'opt' as const])] : strategies,
    unit: isBytes ? 'bytes' : 'items',
    sampleRate: flags.sampled,
    onProgress: bar.show,
  });
  bar.clear();
  if (flags.svg !== undefined)
    await writeFile(flags.svg, await missRatioCurves(rows, { unit: isBytes ? 'bytes' : 'entries' }));
  const wanted = new Set<unknown>(strategies);
  const text = flags.json ? json(rows.filter(({ strategy }) => wanted.has(strategy))) : report(trace, rows);
  process.stdout.write(`${text}\n`);
}

function parseColumn(text: string): Column {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function parseSize(text: string, isBytes: boolean): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (isBytes) return parseByteSize('sizes', text);
  throw badOption('sizes', 'positive whole numbers', text);
}

function json(rows: readonly SimulationRow[]): string {
  const lines = rows.map(({ trace, size, strategy, requests, hits, hitRatio }) =>
    JSON.stringify({ trace, size, strategy, requests, hits, hitRatio }),
  );
  return `[\n${lines.join(',\n')}\n]`;
}
