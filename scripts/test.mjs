// Runs jest with Node's ES modules switched on; arguments go to jest: `npm test -- libs/engine -t evicts`. Without any, the tests that start servers and
// processes of their own come last and one by one: they need the machine for themselves.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const nodeOptions = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
];

const ALONE = ['test/coherence', 'test/crash', 'test/e2e', 'test/journal/small-disk', 'test/soak'];

function run(...args) {
  const { status } = spawnSync(process.execPath, [jest, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: nodeOptions.filter(Boolean).join(' ') },
  });
  return status ?? 1;
}

const args = process.argv.slice(2);
if (args.length > 0) process.exit(run(...args));
const together = run('--testPathIgnorePatterns', '/node_modules/', ...ALONE);
process.exit(Math.max(together, run('--runInBand', ...ALONE)));
