import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** bentocache and @nestjs/cache-manager with a store that is frozen: an unhandled rejection, or no answer at all. */
it('a store that hangs and then fails leaves no caller without an answer and no rejection unhandled', () => {
  const program = join(import.meta.dirname, 'hung-store.program.ts');
  const options = ['--unhandled-rejections=strict', '--import', '@swc-node/register/esm-register', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, options, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(['answered', 'store_down', 'store_failed', 'store_timeout']);
});
