import { throughput } from './throughput.js';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { throughput };

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
if (bench === undefined) {
  console.error(`bench must be one of ${Object.keys(benches).join(', ')}, got ${JSON.stringify(name)}`);
  process.exitCode = 1;
} else {
  await bench(args);
}
