import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const folder = join(import.meta.dirname, '..', 'examples');

/** The programs that the README shows, each with what it is said to print. */
function shown(): Map<string, string> {
  const blocks = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(
    /^\[([\w-]+\.ts)\].*?^```text\n(.*?)^```$/gms,
  );
  return new Map(Array.from(blocks, ([, file = '', printed = '']) => [file, printed]));
}

async function run(file: string): Promise<string> {
  const args = ['--import', '@swc-node/register/esm-register', join(folder, file)];
  // Spelt out, since jest has an environment of its own.
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: process.env, timeout: 60_000 });
  return stdout;
}

describe('the examples', () => {
  const programs = shown();

  it('are all in the README', () => {
    expect([...programs.keys()].toSorted()).toEqual(
      readdirSync(folder)
        .filter((file) => file.endsWith('.ts'))
        .toSorted(),
    );
  });

  it.each([...programs])('%s prints what the README says, and ends', async (file, printed) => {
    expect(await run(file)).toBe(printed);
  });
});
