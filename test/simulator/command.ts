import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** How the sources are run by Node. */
export const SOURCES = ['--import', '@swc-node/register/esm-register'];

/** What a run of the command answered. */
export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `nuthatch` from the sources, in a process of its own. */
export async function nuthatch(...args: readonly string[]): Promise<Answer> {
  const main = join(root, 'libs/simulator/src/command/main.ts');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...SOURCES, main, ...args], { cwd: root, env });
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
