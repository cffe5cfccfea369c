import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const PUBLISH_USAGE = `publish [--only BENCH] [--traces FOLDER]
  runs the benches that docs/benchmarks.md shows, and puts what they print there; those that need a folder of traces only with --traces`;

const PAGE = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** What is between a comment with the arguments of a bench and the closing one was printed by it. */
const BLOCK = /(?<=<!-- bench: (?<args>[^\n]+) -->\n)[^]*?(?=<!-- \/bench -->)/g;
const FOLDER = 'FOLDER';

/** Measures anew what the page about the benches shows. */
export async function publish(args: readonly string[]): Promise<void> {
  const options = { only: { type: 'string', default: '' }, traces: { type: 'string' } } as const;
  const { only, traces } = parseArgs({ args: [...args], options }).values;
  const page = await readFile(PAGE, 'utf8');
  const asked = [...page.matchAll(BLOCK)].map(({ groups }) => groups?.args ?? '');
  const printed = new Map<string, string>();
  for (const line of asked.filter((one) => one.startsWith(only))) {
    if (line.includes(FOLDER) && traces === undefined) continue;
    console.error(line);
    printed.set(line, await run(line.replace(FOLDER, traces ?? '').split(' ')));
  }
  const renewed = page.replace(BLOCK, (old, line: string) => {
    const text = printed.get(line);
    return text === undefined ? old : `\n${text.trim()}\n\n`;
  });
  await writeFile(PAGE, renewed);
}

async function run(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return readText(child.stdout);
}
