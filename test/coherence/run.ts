import { parseArgs } from 'node:util';
import { coherenceTest, type Outcome } from './coherence-test.js';
import { type Plant, PLANTS } from './protocol.js';
import type { Mode } from './world.js';

const USAGE = `npm run coherence-test -- [--seconds N] [--seed N] [--mode single|cluster|both] [--plant drop|fence|tag] [--only "part of the name of a fault"]
  four processes share a cache over a Redis of their own while it fails, and each read is compared with what was acknowledged`;
const MODES: Readonly<Record<string, readonly Mode[]>> = {
  single: ['single'],
  cluster: ['cluster'],
  both: ['single', 'cluster'],
};

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    mode: { type: 'string', default: 'both' },
    plant: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const modes = MODES[values.mode];
const plant = PLANTS.find((one) => one === values.plant);
if (values.help || modes === undefined || (values.plant !== undefined && plant === undefined)) {
  console.log(USAGE);
  if (!values.help) process.exitCode = 2;
} else await run(modes, plant);

async function run(chosen: readonly Mode[], planted: Plant | undefined): Promise<void> {
  const [seconds, seed] = [Number(values.seconds) / chosen.length, Number(values.seed)];
  console.log(`seed ${seed}`);
  const lines: string[] = [];
  for (const mode of chosen) {
    const tell = (line: string): void => console.log(`${mode}: ${line}`);
    const outcome = await coherenceTest({ mode, seconds, seed, plant: planted, tell, only: values.only });
    for (const violation of outcome.told) console.error(violation);
    lines.push(`${mode}: ${lineOf(outcome)}`);
    if (outcome.violations > 0) process.exitCode = 1;
  }
  console.log(lines.join('\n'));
}

function lineOf({ figures, faults, changes, diverged, violations }: Outcome): string {
  const { operations, reads, stale, late, failed } = figures;
  const stalest = `oldest read ${figures.stalestMs.toFixed(0)} ms behind, ${figures.stalestUnlinkedMs.toFixed(0)} ms while unlinked`;
  const wait = `longest wait ${figures.longestWaitMs.toFixed(0)} ms (${figures.longestWaitOf})`;
  return `${faults} faults, ${operations} operations, ${changes} changes, ${reads} values read, ${stale} stale, ${late} late, ${failed} failed, ${diverged} diverged, ${violations} violations; ${stalest}; ${wait}`;
}
