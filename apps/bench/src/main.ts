import { hitRatio, HIT_RATIO_USAGE } from './hit-ratio/hit-ratio.js';
import { memory, MEMORY_USAGE } from './memory/memory.js';
import { swap, SWAP_USAGE } from './swap/swap.js';
import { THROUGHPUT_USAGE } from './throughput/options.js';
import { throughput } from './throughput/throughput.js';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  throughput,
  'hit-ratio': hitRatio,
  memory,
  swap,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
if (bench === undefined) {
  console.error(['npm run bench --', THROUGHPUT_USAGE, HIT_RATIO_USAGE, MEMORY_USAGE, SWAP_USAGE].join('\n'));
  process.exitCode = 1;
} else {
  await bench(args);
}
