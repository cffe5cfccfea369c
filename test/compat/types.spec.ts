import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..', '..');
const app = join(import.meta.dirname, 'app');
const programs = readdirSync(app)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(app, file));

/** What the compiler says of the application when `@nestjs/cache-manager` means this. */
function complaintsWith(meaning: string | undefined, extra: Readonly<Record<string, string>> = {}): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const paths = { ...options.paths, ...(meaning !== undefined && { '@nestjs/cache-manager': [meaning] }) };
  const files = new Map(Object.entries(extra).map(([name, text]) => [join(app, name), text]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    readFile: (file) => files.get(file) ?? disk.readFile(file),
    getSourceFile: (file, target) => {
      const text = files.get(file);
      return text === undefined ? disk.getSourceFile(file, target) : ts.createSourceFile(file, text, target);
    },
  };
  const program = ts.createProgram([...programs, ...files.keys()], { ...options, paths }, host);
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file?.fileName.startsWith(app))
    .map(({ file, messageText }) => {
      return `${basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
}

const COMPAT = './libs/compat/src/index.ts';

/** What goes beyond the application, and what must not compile. */
const programsOfOurs = {
  'stores-of-others.ts': `
    import { CacheModule } from '@nestjs/cache-manager';
    import { Cacheable } from 'cacheable';
    declare const store: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<void>; del(key: string): Promise<void> };
    CacheModule.register({ stores: new Cacheable() });
    CacheModule.register({ stores: [store], memory: { maxItems: 10 }, compat: 'strict' });
  `,
  'wrong.ts': `
    import { type Cache, CacheModule } from '@nestjs/cache-manager';
    declare const cache: Cache;
    CacheModule.register({ stores: 'redis://localhost' });
    cache.set(1, 2);
    cache.got('key');
  `,
};

describe('the types', () => {
  it('let compile what compiles with @nestjs/cache-manager', () => {
    expect(complaintsWith(undefined)).toEqual([]);
  }, 120_000);

  it('let compile the same with ours and stores of all kinds, and refuse three mistakes', () => {
    const complaints = complaintsWith(COMPAT, programsOfOurs);
    expect(complaints.map((complaint) => complaint.split(':')[0])).toEqual([
      'wrong.ts',
      'wrong.ts',
      'wrong.ts',
    ]);
  }, 120_000);

  it('name no package of the caches that they stand for', () => {
    const sources = readdirSync(join(root, 'libs/compat/src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.startsWith('migrate'))
      .map((file) => readFileSync(join(root, 'libs/compat/src', file), 'utf8'));
    expect(sources.length).toBeGreaterThan(30);
    const named = sources.flatMap((source) =>
      Array.from(
        source.matchAll(/^(?:import|export) .*from '([^.'][^']*)'|^} from '([^.'][^']*)'/gm),
        (found) => found[1] ?? found[2],
      ),
    );
    const packages = new Set(named.filter((name) => name?.startsWith('node:') === false));
    expect([...packages].sort()).toEqual([
      '@nestjs/common',
      '@nestjs/core',
      'nuthatch',
      'nuthatch/engine',
      'rxjs',
    ]);
  });
});
