import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nuthatch } from '../simulator/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const IMPORT = "import { CacheModule } from '@nestjs/cache-manager';\nCacheModule.register({ ttl: 5 });\n";

async function open(): Promise<string> {
  const file = join(await temporaryFolder(), 'app.ts');
  writeFileSync(file, IMPORT);
  return file;
}

describe('nuthatch migrate', () => {
  it('shows what it would change, and changes nothing', async () => {
    const file = await open();
    const { code, stdout, stderr } = await nuthatch('migrate', file);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain("+import { CacheModule } from 'nuthatch/compat';");
    expect(stdout).toMatch(/app\.ts:2 {2}ttl in CacheModule\.register: 5 is 5 ms/);
    expect(readFileSync(file, 'utf8')).toBe(IMPORT);
  });

  it('changes files with --write, and times to live with --ttl-in-seconds', async () => {
    const file = await open();
    const { code, stdout } = await nuthatch('migrate', '--write', '--ttl-in-seconds', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Changed 1 file\.\n$/);
    expect(readFileSync(file, 'utf8')).toBe(
      "import { CacheModule } from 'nuthatch/compat';\nCacheModule.register({ ttl: 5000 });\n",
    );
  });

  it('names a path that is not there, and fails', async () => {
    const { code, stdout, stderr } = await nuthatch('migrate', '/nowhere/at/all');
    expect([code, stdout, stderr]).toEqual([1, '', 'error: there is no /nowhere/at/all\n']);
  });
});
