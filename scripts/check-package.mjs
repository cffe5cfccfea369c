// Packs the built package, lets publint and attw judge the tarball, then uses it the way its users would: without any
// optional peer, with Nest 12 as ESM, and with Nest 11 as CommonJS, under a default jest and in an application over HTTP.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = join(import.meta.dirname, '..');
const consumers = join(root, 'test/package');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const names = Object.keys(manifest.exports)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => subpath.replace('.', manifest.name));
const withoutPeers = ['engine', 'otel', 'prometheus', 'simulator', 'sqlite', 'testing'].map(
  (lib) => `nuthatch/${lib}`,
);
const clients = ['reflect-metadata', 'rxjs', 'better-sqlite3', 'prom-client', '@opentelemetry/api'].map(
  pinned,
);
const compiler = ['typescript', '@types/node'].map(pinned);
const TSC = 'tsc --module node20 --target es2022 --strict --skipLibCheck false --types node'.split(' ');

const workplace = mkdtempSync(join(tmpdir(), 'nuthatch-package-'));
try {
  const tarball = pack();
  await judge(tarball);
  useWithoutPeers(tarball);
  useWithNest12(tarball);
  useWithNest11(tarball);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

function pack() {
  const options = ['--json', '--loglevel=error', '--pack-destination', workplace];
  const packed = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8' }));
  const { filename } = Object.values(packed)[0]; // npm 11 prints an array, npm 12 an object
  return join(workplace, filename);
}

async function judge(tarball) {
  say('publint, attw');
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  const complaints = messages.filter((message) => !isSelfReference(message));
  for (const complaint of complaints) console.error(formatMessage(complaint, pkg));
  if (complaints.length > 0) throw new Error('publint complains about the package');
  const options = '--profile strict --format table-flipped --no-emoji --no-color'.split(' ');
  run(root, ['npx', 'attw', tarball, ...options]);
}

/**
 * publint says that Node ignores "exports" and "imports" of a nested package.json. For who imports the package, yes;
 * for a file below it that imports `nuthatch/engine` or `#devalue`, Node reads the nearest one: what dist/cjs is for.
 */
function isSelfReference({ code, args }) {
  return code === 'NESTED_PACKAGE_JSON_FIELD_IGNORED' && args.filePath === './dist/cjs/package.json';
}

function useWithoutPeers(tarball) {
  const folder = install('no optional peer', [tarball]);
  const present = Object.keys(manifest.peerDependenciesMeta).filter((peer) =>
    existsSync(join(folder, 'node_modules', peer)),
  );
  if (present.length > 0) throw new Error(`npm installed optional peers: ${present}`);
  loadAll(folder, withoutPeers);
  useCommand(folder);
  compileWithoutPeers(folder);
}

/** The public types name no peer that is not there. */
function compileWithoutPeers(folder) {
  add(folder, compiler);
  const imports = withoutPeers.map((name, index) => `import type * as lib${index} from '${name}';`);
  writeFileSync(join(folder, 'types.ts'), imports.join('\n'));
  run(folder, ['npx', ...TSC, 'types.ts']);
}

/** Records a program, and replays what was recorded. */
function useCommand(folder) {
  const program =
    "require('nuthatch/engine').createCache().then(async (c) => { for (const k of 'aba') await c.get(k) })";
  run(folder, ['npx', 'nuthatch', 'record', '--', 'node', '-e', program]);
  const flags = '--sizes 2 --strategies lru --json'.split(' ');
  const args = ['nuthatch', 'simulate', 'trace.txt.gz', ...flags];
  const [row] = JSON.parse(execFileSync('npx', args, { cwd: folder, encoding: 'utf8' }));
  if (row.requests !== 3 || row.hits !== 1)
    throw new Error(`nuthatch simulate answered ${JSON.stringify(row)}`);
}

function useWithNest12(tarball) {
  const nest = ['common', 'core', 'platform-express', 'platform-fastify'].map((name) =>
    pinned(`@nestjs/${name}`),
  );
  const folder = install('Nest 12, ESM', [
    tarball,
    ...nest,
    ...clients,
    ...compiler,
    pinned('@types/express'),
  ]);
  linkSqlite(folder);
  loadAll(folder, names);
  driveOverHttp(folder, 'module');
}

function useWithNest11(tarball) {
  const nest = ['common', 'core', 'platform-express', 'platform-fastify', 'testing'].map(
    (name) => `@nestjs/${name}@^11`,
  );
  const folder = install('Nest 11, CommonJS', [
    tarball,
    ...nest,
    ...clients,
    ...compiler,
    ...['@types/express', 'jest'].map(pinned),
  ]);
  linkSqlite(folder);
  cpSync(join(consumers, 'commonjs.test.cjs'), join(folder, 'commonjs.test.js'));
  run(folder, ['npx', 'jest']);
  driveOverHttp(folder, 'commonjs');
}

/** Compiles an application as its user would, types of the package included, and runs it on both of Nest's adapters. */
function driveOverHttp(folder, type) {
  const manifestFile = join(folder, 'package.json');
  writeFileSync(manifestFile, JSON.stringify({ ...JSON.parse(readFileSync(manifestFile, 'utf8')), type }));
  cpSync(join(consumers, 'http-app.ts'), join(folder, 'http-app.ts'));
  run(folder, ['npx', ...TSC, '--experimentalDecorators', '--emitDecoratorMetadata', 'http-app.ts']);
  for (const adapter of ['express', 'fastify'])
    run(folder, ['node', 'http-app.js', adapter, join(folder, `${adapter}.db`)]);
}

function install(title, packages) {
  say(title);
  const folder = join(workplace, title.replace(/\W+/g, '-'));
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
  add(folder, packages);
  return folder;
}

function add(folder, packages) {
  run(folder, ['npm', 'install', '--ignore-scripts', '--prefer-offline', '--loglevel=error', ...packages]);
}

/** Compiling better-sqlite3 takes minutes, so a consumer borrows the one that this checkout has built. */
function linkSqlite(folder) {
  const borrowed = join(folder, 'node_modules/better-sqlite3');
  rmSync(borrowed, { recursive: true });
  symlinkSync(join(root, 'node_modules/better-sqlite3'), borrowed);
}

function loadAll(folder, modules) {
  cpSync(join(consumers, 'load-all.mjs'), join(folder, 'load-all.mjs'));
  run(folder, ['node', 'load-all.mjs', ...modules]);
}

function pinned(name) {
  return `${name}@${manifest.devDependencies[name]}`;
}

function run(cwd, [command, ...args]) {
  execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } });
}

function say(title) {
  console.log(`\n== ${title}`);
}
