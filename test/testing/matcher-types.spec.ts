import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/testing.md'), 'utf8');

/** The block of the page that has this in it. */
function blockWith(text: string): string {
  const blocks = Array.from(page.matchAll(/^```\w*\n(.*?)^```$/gms), ([, code = '']) => code);
  const found = blocks.filter((block) => block.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} blocks of docs/testing.md have ${text}`);
  return found.join();
}

/** Of the disk, each read once. */
const sources = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of a module, and of that alone: the line, and what is wrong. @param globals the packages whose types are everywhere. */
function complaintsOf(code: string, globals: readonly string[]): string[] {
  const file = join(root, 'test/a-test-of-the-user.ts');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const told = { ...options, types: [...globals] };
  const disk = ts.createCompilerHost(told);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => path === file || disk.fileExists(path),
    getSourceFile: (path, target) => {
      if (path === file) return ts.createSourceFile(path, code, target);
      if (!sources.has(path)) sources.set(path, disk.getSourceFile(path, target));
      return sources.get(path);
    },
  };
  const program = ts.createProgram([file], told, host);
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ start = 0, messageText }) => {
      const [last = ''] = code.slice(start).split('\n');
      const [first = ''] = code.slice(0, start).split('\n').slice(-1);
      return `${first.trim()}${last} // ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    },
  );
}

const uses = `
export async function uses(cache: object, loader: () => string): Promise<void> {
  expect(cache).toHaveLoadedOnce();
  expect(loader).toHaveLoadedOnce('user:1');
  expect(cache).not.toHaveLoadedTimes(2, 'user:1');
  await expect(cache).toHaveCached('user:1', { name: 'Ann' });
  await expect(cache).not.toBeCachedFor('user:1', '5m');
  expect(1).toBe(1);
}
`;

const wrongUses = `
export async function wrong(cache: object): Promise<void> {
  expect(cache).toHaveLoadedTimes('once');
  await expect(cache).toBeCachedFor('user:1');
  await expect(cache).toHaveCashed('user:1');
}
`;

/** The lines alone, without the test around them. */
const forJestGlobals = `
import { expect } from '@jest/globals';
import type { CacheMatchers } from 'nuthatch/testing';
${/^declare module 'expect' \{.*?^\}$/ms.exec(blockWith("declare module 'expect'"))?.[0]}
`;

const forTypesOfJest = `
import type { CacheMatchers } from 'nuthatch/testing';
${blockWith('namespace jest')}
`;

describe.each([
  ['@jest/globals', forJestGlobals, ['node']],
  ['the globals of @types/jest', forTypesOfJest, ['node', 'jest']],
])('the lines of docs/testing.md for %s', (_runner, lines, globals) => {
  it('teach its expect the matchers, and the compiler refuses what they do not take', () => {
    expect(complaintsOf(`${lines}${uses}${wrongUses}`, globals)).toEqual([
      expect.stringMatching(/^expect\(cache\)\.toHaveLoadedTimes\('once'\).*'string'.*'number'/),
      expect.stringMatching(/^await expect\(cache\)\.toBeCachedFor\('user:1'\).*Expected 2 arguments/),
      expect.stringMatching(/^await expect\(cache\)\.toHaveCashed/),
    ]);
  }, 120_000);
});
