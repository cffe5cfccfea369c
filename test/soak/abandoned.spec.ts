import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LOADER = '@swc-node/register/esm-register';
const SCENES = 7;

it('no rejection is left without a handler, whatever fails and whoever has gone', () => {
  const script = fileURLToPath(new URL('./abandoned.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--unhandled-rejections=strict', '--import', LOADER, script],
    // Spelt out, since jest has an environment of its own.
    { env: process.env, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toHaveLength(SCENES);
}, 120_000);
