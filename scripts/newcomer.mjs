// Does what the README says, literally, as somebody who has an empty folder: installs the packed package, compiles the TypeScript
// blocks, runs them one after the other, and types in the commands; once as ES modules and once as CommonJS.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const page = readFileSync(join(root, 'README.md'), 'utf8');
const PORT = 3000;
const PATIENCE_MS = 60_000;

const workplace = mkdtempSync(join(tmpdir(), 'nuthatch-newcomer-'));
try {
  const tarball = pack();
  for (const type of ['module', 'commonjs']) await follow(type, tarball);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

function pack() {
  const options = ['--json', '--loglevel=error', '--pack-destination', workplace];
  const packed = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8' }));
  return join(workplace, Object.values(packed)[0].filename);
}

async function follow(type, tarball) {
  const folder = join(workplace, type);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'newcomer', private: true, type }));
  const blocks = blocksOf(page);
  const place = { folder, type, tarball, port: await freePort(), servers: [] };
  install(
    place,
    blocks.filter(({ language }) => language === 'sh').flatMap(({ code }) => installed(code)),
  );
  compile(
    place,
    blocks.filter(({ language }) => language === 'ts'),
  );
  try {
    for (const block of blocks) await (block.language === 'ts' ? run(place, block) : typeIn(place, block));
  } finally {
    for (const server of place.servers) await stop(server);
  }
  console.log(`\nthe README works as ${type}`);
}

/** TypeScript and shell, in order; a block of TypeScript is a file of the name that stands in its first line. */
function blocksOf(text) {
  const blocks = [...text.matchAll(/^```(ts|sh)\n(.*?)^```$/gms)];
  return blocks.map(([, language, code], index) => {
    const [, name = `block-${index + 1}.ts`] = /^\/\/ ([\w.-]+\.ts)$/m.exec(code.split('\n')[0]) ?? [];
    return { language, code, name };
  });
}

function installed(code) {
  return [...code.matchAll(/^npm install (.*)$/gm)].flatMap(([, names]) =>
    names.replace(/#.*/, '').trim().split(/\s+/),
  );
}

function install({ folder, tarball }, names) {
  say(folder, `npm install ${names.join(' ')}`);
  const packages = names.map((name) => (name === 'nuthatch' ? tarball : name));
  const compiler = ['typescript', '@types/node'].map((name) => `${name}@${manifest.devDependencies[name]}`);
  const options = ['--ignore-scripts', '--prefer-offline', '--loglevel=error'];
  execute(folder, 'npm', ['install', ...options, ...packages, ...compiler]);
  // Compiling it takes minutes, so the one is borrowed that this checkout has built.
  const borrowed = join(folder, 'node_modules/better-sqlite3');
  rmSync(borrowed, { recursive: true });
  symlinkSync(join(root, 'node_modules/better-sqlite3'), borrowed);
}

function compile({ folder, type }, blocks) {
  for (const { name, code } of blocks)
    writeFileSync(join(folder, name), type === 'module' ? code : wrapped(code));
  const options = '--module node20 --target es2022 --strict --skipLibCheck --types node'.split(' ');
  const decorators = ['--experimentalDecorators', '--emitDecoratorMetadata'];
  execute(folder, 'npx', ['tsc', ...options, ...decorators, ...new Set(blocks.map(({ name }) => name))]);
}

/** CommonJS has no await at the top. */
function wrapped(code) {
  if (!/^(const .*)?(await )/m.test(code)) return code;
  const isImport = (line) => line.startsWith('import ');
  const lines = code.split('\n');
  const rest = lines.filter((line) => !isImport(line)).join('\n');
  return `${lines.filter(isImport).join('\n')}\nasync function main() {\n${rest}\n}\nvoid main();\n`;
}

async function run(place, { name, code }) {
  say(place.folder, name);
  const file = name.replace(/\.ts$/, '.js');
  const isServer = code.includes('.listen(');
  const env = { ...process.env, NODE_OPTIONS: '', PORT: String(place.port) };
  const child = spawn(process.execPath, [file], { cwd: place.folder, stdio: 'inherit', env });
  if (!isServer) return ended(child, name);
  place.servers.push(child);
  await listening(place.port, child);
}

/** Every line that is no installation, at the port where the application listens. */
function typeIn({ folder, port }, { code }) {
  const lines = code
    .split('\n')
    .filter((line) => line !== '' && !/^(npm install|npm ci|npx nuthatch|#)/.test(line));
  for (const line of lines) {
    say(folder, line);
    execute(folder, 'sh', ['-c', line.replaceAll(`localhost:${PORT}`, `localhost:${port}`)]);
  }
}

async function ended(child, name) {
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
}

async function listening(port, child) {
  for (let tries = 0; tries < PATIENCE_MS / 100; tries++) {
    if (child.exitCode !== null) throw new Error(`the application ended with ${child.exitCode}`);
    if (await fetch(`http://localhost:${port}`).catch(() => undefined)) return;
    await sleep(100);
  }
  throw new Error(`nobody listens on ${port}`);
}

/** As an orchestrator does it: the application closes its caches and ends by itself. */
async function stop(server) {
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  const [code, signal] = await exit;
  if (code !== 0 && signal !== 'SIGTERM') throw new Error(`the application ended with ${code ?? signal}`);
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function execute(cwd, command, args) {
  execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } });
}

function say(folder, title) {
  console.log(`\n${folder.split('/').at(-1)} > ${title}`);
}
