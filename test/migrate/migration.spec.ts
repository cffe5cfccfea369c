import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { loadCompiler } from '../../libs/compat/src/migrate/compiler.js';
import { SHARED_NAMES } from '../../libs/compat/src/migrate/known-names.js';
import { planMigration } from '../../libs/compat/src/migrate/migration.js';
import { reportOf } from '../../libs/compat/src/migrate/report.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const IMPORT = "import { CacheModule } from '@nestjs/cache-manager';\n";

/** A project with these files, and what becomes of it. */
async function open(files: Readonly<Record<string, string | Buffer>>) {
  const folder = await temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const plan = (paths = ['.'], ttlInSeconds = false) => planMigration(ts, { folder, paths, ttlInSeconds });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const write = (): void => plan().files.forEach((file) => file.write());
  return { folder, plan, read, write };
}

const namesOf = ({ files }: ReturnType<typeof planMigration>): string[] => files.map(({ file }) => file);

describe('a project', () => {
  it('is changed in its own sources alone', async () => {
    const own = ['src/a.ts', 'src/b.tsx', 'src/c.js', 'src/d.mjs', 'src/e.cjs', 'test/f.mts'];
    const foreign = [
      'node_modules/x/a.js',
      'dist/a.js',
      'src/node_modules/y.js',
      '.cache/a.ts',
      'coverage/a.js',
    ];
    const { plan } = await open(
      Object.fromEntries([...own, ...foreign, 'a.md', 'a.json'].map((file) => [file, IMPORT])),
    );
    expect(namesOf(plan())).toEqual(own);
  });

  it('is not left by a link', async () => {
    const { folder, plan } = await open({ 'src/a.ts': IMPORT });
    const elsewhere = await open({ 'b.ts': IMPORT });
    symlinkSync(elsewhere.folder, join(folder, 'src/link'));
    symlinkSync(join(elsewhere.folder, 'b.ts'), join(folder, 'src/c.ts'));
    expect(namesOf(plan())).toEqual(['src/a.ts']);
  });

  it('is changed where it is told to, a file also under another name, and once', async () => {
    const { plan } = await open({ 'a.ts': IMPORT, 'b/c.ts': IMPORT, 'd.txt': IMPORT });
    expect(namesOf(plan(['b', 'd.txt', 'b/c.ts']))).toEqual(['b/c.ts', 'd.txt']);
  });

  it('is refused where it is not there', async () => {
    const { plan } = await open({});
    expect(() => plan(['nowhere'])).toThrow(/^there is no .*nowhere$/);
  });

  it('is as it was until it is written, and then has nothing left to change', async () => {
    const { plan, read, write } = await open({ 'a.ts': `${IMPORT}\r\nconst a = 1;` });
    plan();
    expect(read('a.ts')).toContain('@nestjs/cache-manager');
    write();
    expect(read('a.ts')).toBe("import { CacheModule } from 'nuthatch/compat';\n\r\nconst a = 1;");
    expect(plan().files).toEqual([]);
  });

  it('keeps what is not UTF-8 as it is, and says so', async () => {
    const latin = Buffer.concat([Buffer.from(IMPORT), Buffer.from([0x2f, 0x2f, 0xe9, 0x0a])]);
    const { folder, plan, write } = await open({ 'a.js': latin });
    expect(plan().files[0]?.notes).toEqual([{ line: 1, text: 'is not in UTF-8 and is left as it is' }]);
    write();
    expect(readFileSync(join(folder, 'a.js')).equals(latin)).toBe(true);
  });
});

describe('seconds', () => {
  const module = `${IMPORT}CacheModule.register({ ttl: 5 });\n`;
  const manifest = (range: string) => JSON.stringify({ dependencies: { 'cache-manager': range } });

  it.each(['4.1.0', '^4.0.0', '~3.6', 'v2'])('are certain with cache-manager %s', async (range) => {
    const { read, write } = await open({ 'package.json': manifest(range), 'src/a.ts': module });
    write();
    expect(read('src/a.ts')).toContain('ttl: 5000');
  });

  it.each(['^5.7.6', '^6', '>=4', 'latest', '*'])('are not with cache-manager %s', async (range) => {
    const { read, write } = await open({ 'package.json': manifest(range), 'src/a.ts': module });
    write();
    expect(read('src/a.ts')).toContain('ttl: 5 }');
  });

  it('are those of the nearest package, or what is asked for', async () => {
    const files = { 'package.json': manifest('^4'), 'b/package.json': manifest('^6'), 'b/c.ts': module };
    const { plan, write, read } = await open(files);
    expect(plan(['.'], true).files[0]?.diff).toContain('+CacheModule.register({ ttl: 5000 });');
    write();
    expect(read('b/c.ts')).toContain('ttl: 5 }');
  });
});

describe('the report', () => {
  it('shows changes as git applies them', async () => {
    const lines = Array.from({ length: 30 }, (_, at) => `const line${at} = ${at};\r`);
    lines[0] = "import { Cache } from 'cache-manager';\r";
    lines[3] = "import { CacheModule } from '@nestjs/cache-manager';\r";
    lines[15] = "jest.mock('@nestjs/cache-manager');\r";
    lines[29] = "export * from '@nestjs/cache-manager';";
    const { folder, plan, read, write } = await open({ 'src/a.ts': lines.join('\n'), 'b.js': IMPORT });
    const report = reportOf(plan(), { isWritten: false, isDirty: undefined });
    expect(report.match(/^@@/gm)).toHaveLength(4);
    writeFileSync(join(folder, 'a.diff'), report);
    execFileSync('git', ['apply', 'a.diff'], { cwd: folder });
    const applied = [read('src/a.ts'), read('b.js')];
    writeFileSync(join(folder, 'src/a.ts'), lines.join('\n'));
    writeFileSync(join(folder, 'b.js'), IMPORT);
    write();
    expect([read('src/a.ts'), read('b.js')]).toEqual(applied);
    expect(applied[0]).not.toContain('@nestjs');
  });

  it('names what to look at by file and line, what to install, and what it would do', async () => {
    const dependencies = { '@nestjs/cache-manager': '^3', 'cache-manager': '^7', keyv: '^5' };
    const { plan } = await open({
      'package.json': JSON.stringify({ dependencies }),
      'src/a.ts': `${IMPORT}CacheModule.register({ ttl: 5 });\n`,
    });
    const report = reportOf(plan(), { isWritten: false, isDirty: undefined });
    expect(report).toContain('  src/a.ts:2  ttl in CacheModule.register: 5 is 5 ms;');
    expect(report).toContain(
      '  package.json: npm install nuthatch && npm uninstall @nestjs/cache-manager cache-manager\n',
    );
    expect(report).toMatch(/\nWould change 1 file; --write does it\.\n$/);
  });

  it('keeps cache-manager installed where a source needs it', async () => {
    const { plan } = await open({
      'package.json': JSON.stringify({
        devDependencies: { '@nestjs/cache-manager': '^3', 'cache-manager': '^7' },
      }),
      'src/a.ts': "import { createCache } from 'cache-manager';\n",
    });
    expect(plan().advice).toEqual([
      { file: 'package.json', text: 'npm install nuthatch && npm uninstall @nestjs/cache-manager' },
    ]);
  });

  it('says what was done, and that it is mixed with what was there', async () => {
    const { plan } = await open({ 'a.ts': IMPORT, 'b.ts': IMPORT });
    const report = reportOf(plan(), { isWritten: true, isDirty: true });
    expect(report).toBe(
      'The working tree had changes that are not committed: `git diff` shows both.\nChanged 2 files.\n',
    );
  });

  it('says where there is nothing', async () => {
    const { plan } = await open({ 'package.json': '{ broken', 'a.ts': 'const a = 1;' });
    expect(reportOf(plan(), { isWritten: false, isDirty: false })).toBe('Nothing to change.\n');
  });
});

describe('the compiler', () => {
  it('is the one of the project', () => {
    expect(loadCompiler(process.cwd()).version).toBe(ts.version);
  });

  it('is asked for where there is none', async () => {
    const folder = await temporaryFolder();
    expect(() => loadCompiler(folder)).toThrow(expect.objectContaining({ code: 'missing_peer' }));
    expect(() => loadCompiler(folder)).toThrow(/npm install --save-dev typescript/);
  });

  it('is refused where it cannot be asked', async () => {
    const { folder } = await open({
      'node_modules/typescript/package.json': '{ "name": "typescript", "main": "a.cjs" }',
      'node_modules/typescript/a.cjs': "exports.version = '7.0.0';",
    });
    expect(() => loadCompiler(folder)).toThrow(/TypeScript 5 or 6, not by 7\.0\.0/);
  });
});

describe('the names that are moved', () => {
  const options = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
    types: [],
  };

  /** What a file exports, types included. */
  function exportsOf(file: string): string[] {
    const program = ts.createProgram([file], options);
    const source = program.getSourceFile(file);
    const module = source && program.getTypeChecker().getSymbolAtLocation(source);
    return module === undefined
      ? []
      : program
          .getTypeChecker()
          .getExportsOfModule(module)
          .map(({ name }) => name);
  }

  it('are all that @nestjs/cache-manager exports', () => {
    const found = ts.resolveModuleName('@nestjs/cache-manager', import.meta.filename, options, ts.sys);
    const names = exportsOf(found.resolvedModule?.resolvedFileName ?? '');
    expect(names.sort()).toEqual([...SHARED_NAMES].sort());
  });

  it('are exported by nuthatch/compat', () => {
    const names = exportsOf(join(import.meta.dirname, '../../libs/compat/src/index.ts'));
    expect(names).toEqual(expect.arrayContaining([...SHARED_NAMES]));
  });
});
