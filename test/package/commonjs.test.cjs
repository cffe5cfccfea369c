// Run by a plain, default jest (CommonJS, no flags) beside an installed Nest 11: see scripts/check-package.mjs.
require('reflect-metadata');
const { createRequire } = require('node:module');

const subpaths = Object.keys(require('nuthatch/package.json').exports).filter(
  (path) => path !== './package.json',
);
const names = subpaths.map((path) => path.replace('.', 'nuthatch'));

test.each(names)('%s can be required', (name) => {
  expect(Object.keys(require(name))).not.toHaveLength(0);
});

test('the bundled devalue can be required, and keeps its licence beside it', () => {
  const fromInside = createRequire(require.resolve('nuthatch/engine'));
  const { parse, stringify } = fromInside('#devalue');
  expect(parse(stringify(new Map([[1n, new Date(0)]])))).toEqual(new Map([[1n, new Date(0)]]));
  expect(
    require('node:fs').readFileSync(fromInside.resolve('#devalue').replace(/cjs$/, 'LICENSE'), 'utf8'),
  ).toMatch('Permission');
});

test('every subpath sees the one engine', () => {
  const seen = names.map((name) => createRequire(require.resolve(name)).resolve('nuthatch/engine'));
  expect(new Set(seen)).toEqual(new Set([require.resolve('nuthatch/engine')]));
});
