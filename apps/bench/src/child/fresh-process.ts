import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Task } from './child.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url));

/** The resident size tells nothing unless the collector is done when it says so, and young space stays small. */
const FLAGS: Readonly<Record<Task['kind'], readonly string[]>> = {
  lap: [],
  footprint: ['--single-threaded-gc', '--max-semi-space-size=1'],
  soak: [],
};
/** Whoever takes longer hangs. */
const PATIENCE_MS = 15 * 60_000;

/** Asks a process that has never run anything else. */
export type Ask = <Answer>(task: Task) => Promise<Answer>;

/**
 * Bundles what is measured once, so that a process starts at once and an edit in the middle of a run changes nothing, and hands
 * `use` the means to ask fresh processes. Packages are not bundled: rivals run as they are installed.
 */
export async function withFreshProcesses(use: (ask: Ask) => Promise<void>): Promise<void> {
  // Beneath node_modules, since that is where the bundle looks for packages.
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.nuthatch-bench-'));
  const outfile = join(folder, 'child.mjs');
  try {
    await build({
      entryPoints: [ENTRY],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      tsconfig: join(ROOT, 'tsconfig.json'),
      logLevel: 'warning',
    });
    await use((task) => run(outfile, task));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run<Answer>(script: string, task: Task): Promise<Answer> {
  const args = ['--expose-gc', ...FLAGS[task.kind], script, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: PATIENCE_MS });
  // The process is child.ts, which prints what the task is typed to answer.
  return JSON.parse(stdout) as Answer;
}
