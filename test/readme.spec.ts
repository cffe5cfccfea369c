import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const docs = readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md'));
const pages = ['README.md', ...docs.map((file) => join('docs', file))];

/** Every TypeScript example of a page, each as a module of its own. */
function examplesOf(page: string): [file: string, code: string][] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms);
  return Array.from(blocks, ([, code = ''], index) => [moduleOf(`${page} example ${index + 1}`), code]);
}

function moduleOf(name: string): string {
  return join(root, 'test', `${name.replaceAll('/', ' ')}.ts`);
}

/** What the compiler says of examples, each complaint with the name of its example. */
function complaintsOf(examples: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const ambient = join(root, 'scripts', 'devalue.d.ts');
  const program = ts.createProgram([...examples.keys(), ambient], options, hostOf(examples, options));
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

/** The compiler's view of the disk, with the examples on it. */
function hostOf(examples: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const disk = ts.createCompilerHost(options);
  const moduleText = (file: string): string | undefined => {
    const code = examples.get(file);
    return code === undefined ? undefined : `${code}\nexport {};`;
  };
  return {
    ...disk,
    readFile: (file) => moduleText(file) ?? disk.readFile(file),
    fileExists: (file) => examples.has(file) || disk.fileExists(file),
    getSourceFile: (file, target) => {
      const text = moduleText(file);
      return text === undefined ? disk.getSourceFile(file, target) : ts.createSourceFile(file, text, target);
    },
  };
}

describe('the examples of the documentation', () => {
  const wrong = moduleOf('a wrong one');

  it('compile, and a wrong one would be noticed', () => {
    const code = "import { createCache } from 'nuthatch/engine';\nawait createCache({ maxItem: 1 });";
    const complaints = complaintsOf(new Map([...pages.flatMap(examplesOf), [wrong, code]]));
    expect(complaints).toEqual([expect.stringMatching(/^a wrong one\.ts: .*maxItem/s)]);
  });
});
