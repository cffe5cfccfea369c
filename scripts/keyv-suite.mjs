// Runs Keyv's own conformance suite against the built package: a NuthatchKeyv over memory, and one over SQLite. The suite brings a
// test runner and another SQLite, so it lives in a folder of its own. Run `npm run build` first.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const suite = ['@keyv/test-suite@2.1.2', 'vitest@^3.2.4'];
const borrowed = ['keyv', '@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs', 'better-sqlite3'];

/** Fewer would mean that the suite was not run: it has 42 tests. */
const LEAST_TESTS = 40;

const SPEC = `
import * as vitest from 'vitest';
import Keyv from 'keyv';
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { NuthatchKeyv } from 'nuthatch/compat';
import { createCache } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';

const memory = await createCache({ name: 'memory' });
// One entry fits into memory, so that the others are read from the file.
const file = await createCache({ name: 'sqlite', maxItems: 1, store: sqlite({ file: 'cache.db' }) });

for (const [name, cache] of [['memory', memory], ['SQLite', file]])
  vitest.describe(name, () => {
    const store = () => new NuthatchKeyv(cache);
    keyvTestSuite(vitest, Keyv, store);
    keyvIteratorTests(vitest, Keyv, store);
    vitest.afterAll(() => cache.close());
  });
`;

const workplace = mkdtempSync(join(tmpdir(), 'nuthatch-keyv-'));
try {
  install(pack());
  const passed = report(run());
  process.exitCode = passed ? 0 : 1;
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

function pack() {
  if (!existsSync(join(root, 'dist/esm/compat/src/index.js')))
    throw new Error('there is no built package: run npm run build first');
  const options = ['--json', '--loglevel=error', '--ignore-scripts', '--pack-destination', workplace];
  const packed = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8' }));
  const { filename } = Object.values(packed)[0]; // npm 11 prints an array, npm 12 an object
  return join(workplace, filename);
}

/** Compiling better-sqlite3 takes minutes, so the one that this checkout has built is borrowed. */
function install(tarball) {
  writeFileSync(
    join(workplace, 'package.json'),
    '{ "name": "keyv-suite", "private": true, "type": "module" }\n',
  );
  const packages = [
    tarball,
    ...suite,
    ...borrowed.map((name) => `${name}@${manifest.devDependencies[name]}`),
  ];
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, ...packages], { cwd: workplace, stdio: 'inherit' });
  const sqlite = join(workplace, 'node_modules/better-sqlite3');
  rmSync(sqlite, { recursive: true });
  symlinkSync(join(root, 'node_modules/better-sqlite3'), sqlite);
}

/** What the runner says of each test. */
function run() {
  writeFileSync(join(workplace, 'keyv.test.mjs'), SPEC);
  const args = ['vitest', 'run', '--no-file-parallelism', '--reporter=json', '--outputFile=report.json'];
  const env = { ...process.env, NODE_OPTIONS: '' };
  try {
    execFileSync('npx', args, { cwd: workplace, stdio: ['ignore', 'inherit', 'inherit'], env });
  } catch (error) {
    if (!existsSync(join(workplace, 'report.json'))) throw error; // else the report says what failed
  }
  const { testResults } = JSON.parse(readFileSync(join(workplace, 'report.json'), 'utf8'));
  for (const { message } of testResults) if (message) console.error(message);
  return testResults.flatMap(({ assertionResults }) => assertionResults);
}

/** Prints the counts; answers whether all of them passed. */
function report(tests) {
  const verdicts = ['memory', 'SQLite'].map((name) => {
    const own = tests.filter(({ ancestorTitles }) => ancestorTitles.includes(name));
    const failed = own.filter(({ status }) => status !== 'passed');
    for (const { title, failureMessages } of failed)
      console.error(`${name}: ${title}\n${failureMessages.join('\n')}`);
    console.log(`Keyv suite over ${name}: ${own.length - failed.length} of ${own.length} passed`);
    return failed.length === 0 && own.length >= LEAST_TESTS;
  });
  return verdicts.every(Boolean);
}
