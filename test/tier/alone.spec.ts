import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHILD = fileURLToPath(new URL('alone.ts', import.meta.url));

it('opens, loads and closes without Redis, also where nothing else keeps the process alive', async () => {
  const args = ['--import', '@swc-node/register/esm-register', CHILD];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: process.env });
  expect(stdout).toBe('owl, and closed\n');
}, 60_000);
