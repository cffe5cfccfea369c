import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compiled } from './support/programs.js';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'examples');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));

/** The programs that the README shows, each with what it is said to print. */
function shown(): Map<string, string> {
  const blocks = readme.matchAll(/^\[([\w-]+\.ts)\].*?^```text\n(.*?)^```$/gms);
  return new Map(Array.from(blocks, ([, file = '', printed = '']) => [file, printed]));
}

/** What Node is told by `npm run example`. */
function flagsOfTheScript(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly example: string };
  };
  return scripts.example.split(' ').slice(1);
}

async function run(...args: readonly string[]): Promise<string> {
  // Spelt out, since jest has an environment of its own.
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: process.env,
    timeout: 60_000,
  });
  return stdout;
}

describe('the examples', () => {
  const programs = shown();
  let places: Readonly<Record<string, string>>;

  beforeAll(async () => {
    places = await compiled(...files.map((file) => `examples/${file}`));
  });

  it('are all in the README', () => {
    expect([...programs.keys()].toSorted()).toEqual(files.toSorted());
  });

  it('run by the command that the README names', async () => {
    const [, file = ''] = /^npm run example examples\/(.+)$/m.exec(readme) ?? [];
    expect(await run(...flagsOfTheScript(), join('examples', file))).toBe(programs.get(file));
  });

  it.each([...programs])('%s prints what the README says, and ends', async (file, printed) => {
    expect(await run(places[`examples/${file}`] ?? '')).toBe(printed);
  });
});
