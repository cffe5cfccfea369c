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

describe('nuthatch/testing', () => {
  const { Test } = require('@nestjs/testing');
  const { Cache, CacheManager, CacheModule, InjectCache } = require('nuthatch');
  const { cacheMatchers, CacheTestingModule, FakeClock } = require('nuthatch/testing');
  expect.extend(cacheMatchers);

  test('opens the caches of a module on its clock, by the tokens of the one nuthatch', async () => {
    class Birds {
      constructor(cache) {
        this.cache = cache;
      }
    }
    InjectCache('birds')(Birds, undefined, 0);
    const imports = [CacheModule.forFeature({ name: 'birds', ttl: '1h' })];
    const birds = { module: class BirdsModule {}, imports, providers: [Birds] };
    const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot(), birds] }).compile();
    const { cache } = app.get(Birds);
    expect(cache).toBeInstanceOf(Cache);
    expect(app.get(CacheManager).get('birds')).toBe(cache);
    await cache.getOrLoad('owl', () => 'a loaded owl');
    expect(cache).toHaveLoadedOnce('owl');
    await expect(cache).toHaveCached('owl', 'a loaded owl');
    app.get(FakeClock).advance('20m');
    await expect(cache).toBeCachedFor('owl', '40m');
    await app.close();
  });

  test('opens no store of an application', async () => {
    const { sqlite } = require('nuthatch/sqlite');
    const root = CacheModule.forRoot({ store: sqlite({ file: '/nowhere/to/be/found.db' }) });
    const imports = [root, CacheTestingModule.forApplication()];
    const app = await Test.createTestingModule({ imports }).compile();
    expect(app.get(Cache).info().store).toBeUndefined();
    await app.close();
  });
});
