// Builds dist/esm and dist/cjs from libs/. A file of either imports its siblings as `nuthatch/<lib>`, which Node
// resolves in the nearest package.json: the root's for ESM, the one written here for CommonJS.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build as bundle } from 'esbuild';

const root = join(import.meta.dirname, '..');
const cjs = join(root, 'dist/cjs');
const require = createRequire(import.meta.url);
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

await rm(join(root, 'dist'), { recursive: true, force: true });
const compiled = await Promise.all(['tsconfig.build.json', 'tsconfig.build.cjs.json'].map(compile));
if (compiled.includes(false)) process.exit(1);
await Promise.all(Object.entries(manifest.imports).map(vendor));
await writeFile(join(cjs, 'package.json'), `${JSON.stringify(cjsManifest(), null, 2)}\n`);

/** Answers whether the project compiled; what tsc had to say is printed. */
async function compile(project) {
  const tsc = require.resolve('typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, '--project', join(root, project)]);
    return true;
  } catch (error) {
    console.error(`${project}\n${error.stdout || error.message}`);
    return false;
  }
}

/** An ESM-only dependency becomes one CommonJS file: jest's default mode cannot require ESM. */
async function vendor([alias, dependency]) {
  const outfile = join(cjs, vendored(alias));
  const entry = require.resolve(dependency);
  await mkdir(dirname(outfile), { recursive: true });
  await bundle({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
  });
  await copyFile(join(dirname(entry), 'LICENSE'), outfile.replace(/cjs$/, 'LICENSE'));
}

function vendored(alias) {
  return `./vendor/${alias.slice(1)}.cjs`;
}

function cjsManifest() {
  const { name, version, license, sideEffects, exports, imports } = manifest;
  const subpaths = Object.entries(exports).filter(([, target]) => target.require);
  return {
    name,
    version,
    license,
    type: 'commonjs',
    sideEffects,
    exports: Object.fromEntries(subpaths.map(([subpath, { require }]) => [subpath, inCjs(require)])),
    imports: Object.fromEntries(Object.keys(imports).map((alias) => [alias, vendored(alias)])),
  };
}

/** The same targets, as seen from dist/cjs. */
function inCjs(target) {
  return Object.fromEntries(
    Object.entries(target).map(([kind, path]) => [kind, path.replace('./dist/cjs/', './')]),
  );
}
