import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { compiled } from '../support/programs.js';

const root = join(import.meta.dirname, '../..');
const MAIN = 'libs/simulator/src/command/main.ts';
/** Which MAIN starts as a program of its own. */
const MIGRATE = 'libs/compat/src/migrate/main.ts';
let main: string;

beforeAll(async () => {
  main = (await compiled(MAIN, MIGRATE))[MAIN];
});

/** What a run of the command answered. */
export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `nuthatch`, in a process of its own. */
export async function nuthatch(...args: readonly string[]): Promise<Answer> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], { cwd: root, env });
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
