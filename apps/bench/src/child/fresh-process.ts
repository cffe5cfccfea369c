import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import type { LanePlan } from '../throughput/lane.js';
import type { Task } from './child.js';
import { type KeptLane, keepLane } from './kept-process.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url));

const SETTINGS: BuildOptions = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  tsconfig: join(ROOT, 'tsconfig.json'),
  logLevel: 'warning',
};
/** Leaves our own libraries where they were compiled to, beside the script. */
const ownLibraries: Plugin = {
  name: 'own-libraries',
  setup({ onResolve }) {
    onResolve({ filter: /^nuthatch\// }, ({ path }) => ({
      path: path.replace(/^nuthatch\/(.+)$/, './libs/$1/src/index.js'),
      external: true,
    }));
  },
};

/** The resident size tells nothing unless the collector is done when it says so, and young space stays small. */
const FLAGS: Readonly<Record<Task['kind'], readonly string[]>> = {
  footprint: ['--single-threaded-gc', '--max-semi-space-size=1'],
  soak: [],
};
/** Whoever takes longer hangs. */
const PATIENCE_MS = 15 * 60_000;

/** Asks a process that has never run anything else. */
export type Ask = <Answer>(task: Task) => Promise<Answer>;

/** Has a process of its own fill a cache, and stay. */
export type Keep = (plan: LanePlan) => Promise<KeptLane>;

interface FreshProcesses {
  readonly ask: Ask;
  readonly keep: Keep;
}

/**
 * Compiles what is measured once, so that a process starts at once and an edit in the middle of a run changes nothing, and hands
 * `use` the means to start fresh processes. The libraries are not bundled, neither ours nor the rivals': modules run as they are published.
 */
export async function withFreshProcesses(use: (processes: FreshProcesses) => Promise<void>): Promise<void> {
  // Beneath node_modules, since that is where packages are looked for.
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.nuthatch-bench-'));
  const script = join(folder, 'child.mjs');
  try {
    await compileEngine(folder);
    await build({
      ...SETTINGS,
      entryPoints: [ENTRY],
      outfile: script,
      bundle: true,
      plugins: [ownLibraries],
    });
    await use({ ask: (task) => run(script, task), keep: (plan) => keepLane(script, plan) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Module by module, into `libs` of the folder. The engine is all that is measured. */
async function compileEngine(folder: string): Promise<void> {
  const { imports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { imports: unknown };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', imports }));
  const engine = join(ROOT, 'libs', 'engine');
  const names = await readdir(engine, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  const entryPoints = sources.map((name) => join(engine, name));
  const outbase = join(ROOT, 'libs');
  await build({ ...SETTINGS, entryPoints, outbase, outdir: join(folder, 'libs'), bundle: false });
}

async function run<Answer>(script: string, task: Task): Promise<Answer> {
  const args = ['--expose-gc', ...FLAGS[task.kind], script, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: PATIENCE_MS });
  // The process is child.ts, which prints what the task is typed to answer.
  return JSON.parse(stdout) as Answer;
}
