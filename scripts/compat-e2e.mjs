// Runs the e2e suite of nestjs/cache-manager against nuthatch/compat: `node scripts/compat-e2e.mjs --suite <checkout> [--original]`.
// The checkout must have its dependencies installed, and the suite wants a Redis at 127.0.0.1:6379. Run `npm run build` first.
// Nothing of the suite changes but what it imports `lib/` as; this package is packed and installed into the checkout's node_modules.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { suite: { type: 'string' }, original: { type: 'boolean' } } });
if (values.suite === undefined) {
  console.error('usage: node scripts/compat-e2e.mjs --suite <checkout of nestjs/cache-manager> [--original]');
  process.exit(2);
}

const root = join(import.meta.dirname, '..');
const suite = resolve(values.suite);
const scratch = await mkdtemp(join(tmpdir(), 'compat-e2e-'));
process.on('exit', () => process.chdir(root));

try {
  const alias = values.original ? [] : await installed();
  process.exitCode = await run(alias);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Installs this package as it would be published, and says what the suite's imports of its own library become. */
async function installed() {
  const npm = (args, cwd) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [{ filename }] = JSON.parse(
    npm(['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], root),
  );
  npm(
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', join(scratch, filename)],
    suite,
  );
  const provider = join(scratch, 'provider.mjs');
  await writeFile(provider, await providerSource(join(suite, 'node_modules/nuthatch')));
  return [
    { find: /^(\.\.\/)+lib\/index(\.js)?$/, replacement: 'nuthatch/compat' },
    { find: /^(\.\.\/)+lib\/cache\.providers(\.js)?$/, replacement: provider },
  ];
}

/** One spec imports an inner file for the provider of the cache, which Nest keeps in the metadata of the module. */
async function providerSource(home) {
  const { exports } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const compat = join(home, exports['./compat'].import.default);
  return `
    import { CACHE_MANAGER, CacheModule } from ${JSON.stringify(compat)};
    export const createCacheManager = () =>
      Reflect.getMetadata('providers', CacheModule).find(({ provide }) => provide === CACHE_MANAGER);
  `;
}

/** Answers the exit code. */
async function run(alias) {
  const { startVitest } = await import(
    pathToFileURL(createRequire(join(suite, 'package.json')).resolve('vitest/node')).href
  );
  process.chdir(suite);
  const vitest = await startVitest(
    'test',
    [],
    { run: true, watch: false, config: 'vitest.config.ts' },
    { resolve: { alias } },
  );
  const states = vitest.state.getFiles().map((file) => file.result?.state);
  await vitest.close();
  return states.length > 0 && states.every((state) => state === 'pass') ? 0 : 1;
}
