import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const PUBLISH_USAGE = `publish [--only throughput|hit-ratio|memory] [--traces FOLDER]
  runs the benches that docs/benchmarks.md shows, and puts what they print there; those that need a folder of traces only with --traces`;

const PAGE = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** What is between a comment with the arguments of a bench and the closing one was printed by it. */
const BLOCK = /(?<open><!-- bench: (?<args>[^\n]+) -->\n)(?<old>[^]*?)(?<close>\n<!-- \/bench -->)/g;
const FOLDER = 'FOLDER';

/** Measures anew what the page about the benches shows. */
export async function publish(args: readonly string[]): Promise<void> {
  const options = { only: { type: 'string' }, traces: { type: 'string' } } as const;
  const { only, traces } = parseArgs({ args: [...args], options }).values;
  const page = await readFile(PAGE, 'utf8');
  let published = page;
  for (const { groups = {} } of page.matchAll(BLOCK)) {
    const { open = '', close = '', old = '', args: asked = '' } = groups;
    if (only !== undefined && !asked.startsWith(only)) continue;
    if (asked.includes(FOLDER) && traces === undefined) continue;
    console.error(asked);
    const printed = await run(asked.split(' ').map((word) => (word === FOLDER ? (traces ?? word) : word)));
    published = published.replace(`${open}${old}${close}`, () => `${open}\n${printed.trim()}\n${close}`);
    await writeFile(PAGE, published);
  }
}

async function run(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(child.stdout);
}
