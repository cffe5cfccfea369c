import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/**
 * Compiles programs of ours, given by their paths from the root, so that a process which runs one starts at once; answers where each is,
 * until the tests of the file are done. Decorators find no types of parameters in them.
 */
export async function compiled<File extends string>(
  ...files: readonly File[]
): Promise<Record<File, string>> {
  // Beneath node_modules, since that is where packages are looked for.
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.nuthatch-programs-'));
  folders.push(folder);
  await build({
    entryPoints: files.map((file) => join(ROOT, file)),
    outbase: ROOT,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    tsconfig: join(ROOT, 'tsconfig.json'),
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const places = files.map((file) => [file, join(folder, file.replace(/ts$/, 'mjs'))]);
  // The keys are the files.
  return Object.fromEntries(places) as Record<File, string>;
}
