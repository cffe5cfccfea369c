// Plants one bug at a time and expects a test to see it: every test/mutants/*.patch is applied to a copy of the working tree, where the
// tests that its header names must fail. `npm run mutants -- lru arc` tries these alone. The checkout itself is never changed.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'test', 'mutants');
const AT_ONCE = Math.min(2, cpus().length);
const LIMIT_MS = 120_000;

/** What a patch says of itself before its first hunk. */
function readPatch(path) {
  const text = readFileSync(path, 'utf8');
  const header = (name) => text.match(new RegExp(`^# ${name}: (.+)$`, 'm'))?.[1] ?? '';
  return {
    name: basename(path, '.patch'),
    path,
    what: header('what'),
    tests: header('tests').split(/\s+/),
    names: header('names') || '.',
  };
}

/** A copy of all that is tracked or new. */
function copyTree() {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter(Boolean)) copyInto(folder, file);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function copyInto(folder, file) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  try {
    copyFileSync(join(ROOT, file), join(folder, file));
  } catch (error) {
    // Deleted in the working tree, and not yet in the index.
    if (error.code !== 'ENOENT') throw error;
  }
}

/** Runs tests in a copy; answers what failed, `undefined` where they did not come to an end. */
function runTests(folder, { tests, names }) {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const args = [
    'scripts/test.mjs',
    '--json',
    `--outputFile=${report}`,
    '--maxWorkers=1',
    `--testNamePattern=${names}`,
    '--runTestsByPath',
    ...tests,
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', detached: true });
    const limit = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), LIMIT_MS);
    child.on('exit', () => {
      clearTimeout(limit);
      resolve(readReport(report));
    });
  });
}

function readReport(report) {
  try {
    const { testResults, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = testResults
      .flatMap((file) => file.assertionResults)
      .filter(({ status }) => status === 'failed');
    return { failed: failed.map(({ fullName }) => fullName), isBroken: numRuntimeErrorTestSuites > 0 };
  } catch {
    return undefined;
  }
}

async function tryMutant(folder, mutant) {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const applied = spawnSync('git', ['apply', mutant.path], { cwd: folder, encoding: 'utf8' });
  if (applied.status !== 0)
    return { ...mutant, verdict: 'DOES NOT APPLY', by: applied.stderr.trim(), seconds: seconds() };
  const result = await runTests(folder, mutant);
  execFileSync('git', ['apply', '--reverse', mutant.path], { cwd: folder });
  return { ...mutant, ...judge(result), seconds: seconds() };
}

function judge(result) {
  if (result === undefined) return { isKilled: true, verdict: 'killed', by: 'it never ends' };
  if (result.isBroken) return { isKilled: false, verdict: 'BROKEN', by: 'a test file does not load' };
  const [first] = result.failed;
  if (first === undefined) return { isKilled: false, verdict: 'SURVIVED', by: '' };
  return { isKilled: true, verdict: 'killed', by: `${first} (${result.failed.length} in all)` };
}

/** Without a bug every test has to pass, or the red of a mutant would say nothing. */
async function checkGreen(folder, mutants) {
  const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
  const names = mutants.map((mutant) => mutant.names).join('|');
  const result = await runTests(folder, { tests, names });
  if (result !== undefined && !result.isBroken && result.failed.length === 0) return;
  throw new Error(`the tests fail without any mutant: ${result?.failed.join('; ') || 'they do not run'}`);
}

async function work(folder, queue, done) {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const result = await tryMutant(folder, mutant);
    console.log(
      `${result.name.padEnd(12)} ${result.verdict.padEnd(14)} ${result.seconds.padStart(6)} s  ${result.what}`,
    );
    console.log(`${''.padEnd(38)}${result.by}`);
    done.push(result);
  }
}

const wanted = process.argv.slice(2);
const patches = readdirSync(FOLDER).filter((file) => file.endsWith('.patch'));
const mutants = patches
  .map((file) => readPatch(join(FOLDER, file)))
  .filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !mutants.some((mutant) => mutant.name === name));
if (unknown.length > 0 || mutants.length === 0) throw new Error(`no such mutants: ${unknown.join(', ')}`);
const folders = Array.from({ length: AT_ONCE }, copyTree);
try {
  await checkGreen(folders[0], mutants);
  const done = [];
  const queue = [...mutants];
  await Promise.all(folders.map((folder) => work(folder, queue, done)));
  const killed = done.filter(({ isKilled }) => isKilled).length;
  console.log(`${killed} of ${mutants.length} mutants killed`);
  process.exitCode = killed === mutants.length && killed > 0 ? 0 : 1;
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
