import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const docs = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
const pages = ['README.md', ...docs.map((file) => join('docs', file))];

/** Every TypeScript example of a page, as a module that stands beside it. */
function examplesOf(page: string): Map<string, string> {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms);
  return new Map(
    Array.from(blocks, ([, code = ''], index) => [
      join(root, 'test', `${page.replaceAll(/\W/g, '-')}-${index + 1}.ts`),
      `${code}\nexport {};`,
    ]),
  );
}

/** What the compiler says of examples, each with the number of the example. */
function complaints(examples: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (file) => examples.get(file) ?? readFile.call(host, file);
  host.fileExists = (file) => examples.has(file) || fileExists.call(host, file);
  host.getSourceFile = (file, target, ...rest) => {
    const example = examples.get(file);
    return example === undefined
      ? getSourceFile.call(host, file, target, ...rest)
      : ts.createSourceFile(file, example, target);
  };
  const program = ts.createProgram(
    [...examples.keys(), join(root, 'scripts', 'devalue.d.ts')],
    options,
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName.split('/').at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the examples', () => {
  it.each(pages)('of %s compile', (page) => {
    const examples = examplesOf(page);
    expect(examples.size === 0 ? [] : complaints(examples)).toEqual([]);
  });

  it('are really compiled: a wrong one is noticed', () => {
    const wrong = new Map([
      [
        join(root, 'test', 'wrong-1.ts'),
        "import { createCache } from 'nuthatch/engine';\nawait createCache({ maxItem: 1 });",
      ],
    ]);
    expect(complaints(wrong).join()).toContain('maxItem');
  });
});
