import { THROUGHPUT_USAGE } from './throughput/options.js';
import { throughput } from './throughput/throughput.js';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { throughput };

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
if (bench === undefined) {
  console.error(`npm run bench -- ${THROUGHPUT_USAGE}`);
  process.exitCode = 1;
} else {
  await bench(args);
}
