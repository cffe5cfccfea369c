import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LOADER = '@swc-node/register/esm-register';

it('a process that has nothing else to do waits for what is to be told at a deadline, and then ends', () => {
  const script = fileURLToPath(new URL('./alone.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', LOADER, script],
    // Spelt out, since jest has an environment of its own.
    { env: process.env, encoding: 'utf8' },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'load_timeout undefined\n', stderr: '' });
}, 60_000);
