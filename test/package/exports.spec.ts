import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const libs = readdirSync(join(root, 'libs')).sort();

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly typesVersions: { readonly '*': Readonly<Record<string, readonly string[]>> };
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, unknown>>;
}

function subpathOf(lib: string): string {
  return lib === 'nest' ? '.' : `./${lib}`;
}

function targetOf(lib: string): unknown {
  const built = (format: string) => ({
    types: `./dist/${format}/${lib}/src/index.d.ts`,
    default: `./dist/${format}/${lib}/src/index.js`,
  });
  return { import: built('esm'), require: built('cjs') };
}

it('exports every folder of libs, in both formats, and nothing else', () => {
  const expected = Object.fromEntries(libs.map((lib) => [subpathOf(lib), targetOf(lib)]));
  expect(manifest.exports).toEqual({ ...expected, './package.json': './package.json' });
});

it('gives the types of every subpath to resolvers that do not read "exports"', () => {
  const subpaths = libs.filter((lib) => lib !== 'nest');
  const expected = Object.fromEntries(subpaths.map((lib) => [lib, [`./dist/cjs/${lib}/src/index.d.ts`]]));
  expect(manifest.typesVersions['*']).toEqual(expected);
});

it('makes every third-party client an optional peer, and RxJS alone a required one', () => {
  const required = Object.keys(manifest.peerDependencies).filter(
    (name) => !(name in manifest.peerDependenciesMeta),
  );
  expect(required).toEqual(['rxjs']);
});
