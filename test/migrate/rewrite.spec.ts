import ts from 'typescript';
import { rewrite } from '../../libs/compat/src/migrate/rewrite.js';
import { withEdits } from '../../libs/compat/src/migrate/text-edits.js';

function migrated(text: string, { file = 'app.ts', isInSeconds = false } = {}) {
  const { edits, notes, keepsCacheManager } = rewrite(ts, { file, text, isInSeconds });
  return {
    text: withEdits(text, edits),
    notes: notes.map((note) => `${note.line} ${note.text}`),
    keepsCacheManager,
  };
}

describe('a place where @nestjs/cache-manager is named', () => {
  it.each([
    ['an import', "import { CacheModule } from '@nestjs/cache-manager';"],
    ['an import of types', "import type { Cache } from '@nestjs/cache-manager'"],
    ['an import of everything', "import * as cache from '@nestjs/cache-manager';"],
    ['an import for what it does', "import '@nestjs/cache-manager';"],
    ['double quotes', 'import { CacheModule } from "@nestjs/cache-manager";'],
    [
      'several lines',
      "import {\n  CacheModule,\n  CACHE_MANAGER, // mine\n} from\n  '@nestjs/cache-manager';\n",
    ],
    ['Windows line ends', "import { Cache } from '@nestjs/cache-manager';\r\nexport class A {}\r\n"],
    ['a byte order mark', "\ufeffimport { Cache } from '@nestjs/cache-manager';"],
    ['an export', "export { CacheModule } from '@nestjs/cache-manager';"],
    ['an export of everything', "export * from '@nestjs/cache-manager';"],
    ['an import type', "let cache: import('@nestjs/cache-manager').Cache;"],
    ['an import by require', "import nest = require('@nestjs/cache-manager');"],
    ['an augmentation', "declare module '@nestjs/cache-manager' {}"],
    ['a dynamic import', "const { CacheModule } = await import('@nestjs/cache-manager');"],
    ['a dynamic import with a template', 'await import(`@nestjs/cache-manager`);'],
    ['a mock', "jest.mock('@nestjs/cache-manager', () => jest.requireActual('@nestjs/cache-manager'));"],
    ['a typed mock', "jest.mock<typeof import('@nestjs/cache-manager')>('@nestjs/cache-manager');"],
    [
      'a mock of vitest',
      "vi.mock('@nestjs/cache-manager', async () => vi.importActual('@nestjs/cache-manager'));",
    ],
  ])('is rewritten in %s, and nothing else', (_what, text) => {
    const expected = text.replaceAll('@nestjs/cache-manager', 'nuthatch/compat');
    expect(migrated(text)).toEqual({ text: expected, notes: [], keepsCacheManager: false });
  });

  it.each(['app.js', 'app.cjs', 'app.mjs', 'app.jsx', 'app.tsx', 'app.mts', 'app.cts'])(
    'is rewritten in %s',
    (file) => {
      const text = "const { CacheModule } = require('@nestjs/cache-manager');";
      expect(migrated(text, { file }).text).toBe("const { CacheModule } = require('nuthatch/compat');");
    },
  );

  it('is rewritten beside JSX', () => {
    const text =
      "import { Cache } from '@nestjs/cache-manager';\nexport const a = <p>it's @nestjs/cache-manager</p>;";
    const expected = text.replace("'@nestjs/cache-manager'", "'nuthatch/compat'");
    expect(migrated(text, { file: 'app.tsx' }).text).toBe(expected);
  });

  it.each([
    [
      'a comment',
      "// import { Cache } from '@nestjs/cache-manager';\n/* require('@nestjs/cache-manager') */",
    ],
    ['a text', "const text = \"import '@nestjs/cache-manager'\"; log('@nestjs/cache-manager');"],
    ['a template', "const text = `require('@nestjs/cache-manager')`;"],
    ['another package', "import { Cache } from '@nestjs/cache-managers';"],
    ['a regular expression', "const r = /require('@nestjs\\/cache-manager')/;"],
    ["somebody else's function", "registry.mock('@nestjs/cache-manager'); load('@nestjs/cache-manager');"],
  ])('stays in %s', (_what, text) => {
    expect(migrated(text)).toEqual({ text, notes: [], keepsCacheManager: false });
  });

  it('is looked at where it is an inner file, or a name is not known', () => {
    const text =
      "import { a } from '@nestjs/cache-manager/dist/a';\nimport { Cache, Mine } from '@nestjs/cache-manager';";
    expect(migrated(text).notes).toEqual([
      '1 @nestjs/cache-manager/dist/a is an inner file of @nestjs/cache-manager; nuthatch/compat has none',
      '2 nuthatch/compat does not export Mine',
    ]);
  });
});

describe('cache-manager', () => {
  it.each(["import { Cache } from 'cache-manager';", "import type { Cache as C } from 'cache-manager';"])(
    'gives up the type of what is injected: %s',
    (text) => {
      const expected = text.replace('cache-manager', 'nuthatch/compat');
      expect(migrated(text)).toEqual({ text: expected, notes: [], keepsCacheManager: false });
    },
  );

  it.each([
    ["import { Cache, caching } from 'cache-manager';", 'Cache, caching of cache-manager'],
    ["import * as manager from 'cache-manager';", 'cache-manager'],
    ["const { createCache } = require('cache-manager');", 'createCache of cache-manager'],
    ["import 'cache-manager';", 'cache-manager'],
    ["jest.mock('cache-manager');", 'cache-manager'],
  ])('stays where a cache is made by hand, and is looked at: %s', (text, what) => {
    expect(migrated(text)).toEqual({
      text,
      notes: [`1 ${what} stays: a cache made by hand is createCache() of nuthatch/engine`],
      keepsCacheManager: true,
    });
  });

  it('has its stores looked at', () => {
    const { text, notes } = migrated("import { redisStore } from 'cache-manager-redis-yet';");
    expect(text).toContain("'cache-manager-redis-yet'");
    expect(notes).toEqual([
      '1 cache-manager-redis-yet is a store of cache-manager: hand it to keyvStore() of nuthatch/compat, or take a Keyv',
    ]);
  });
});

it('looks at what @nestjs/common had once', () => {
  const text = "import { CacheModule, Injectable } from '@nestjs/common';";
  expect(migrated(text)).toEqual({
    text,
    notes: ['1 CacheModule left @nestjs/common with Nest 10: import from nuthatch/compat'],
    keepsCacheManager: false,
  });
});

describe('a time to live', () => {
  const imports =
    "import { CACHE_MANAGER, Cache, CacheModule, CacheTTL as Ttl } from '@nestjs/cache-manager';\n";
  const service = (body: string) =>
    `class S { constructor(@Inject(CACHE_MANAGER) private readonly c) {} f() { ${body} } }`;

  it.each([
    ['CacheModule.register({ ttl: 5 })', 'CacheModule.register({ ttl: 5000 })'],
    [
      'CacheModule.register({ ttl: 60 * 60, max: 5 })',
      'CacheModule.register({ ttl: 60 * 60 * 1000, max: 5 })',
    ],
    ['CacheModule.register({ ttl: (60) })', 'CacheModule.register({ ttl: (60) * 1000 })'],
    ['CacheModule.register({ ttl: 0.25 })', 'CacheModule.register({ ttl: 250 })'],
    [
      'CacheModule.registerAsync({ useFactory: async () => ({ ttl: 5 }) })',
      'CacheModule.registerAsync({ useFactory: async () => ({ ttl: 5000 }) })',
    ],
    ['class A { @Ttl(20) b() {} }', 'class A { @Ttl(20000) b() {} }'],
    [service("this.c.set('a', 1, 10)"), service("this.c.set('a', 1, 10000)")],
    [service("this.c.set('a', 1, { ttl: 10 })"), service("this.c.set('a', 1, 10000)")],
    [service("this.c.wrap('a', f, { ttl: 10 })"), service("this.c.wrap('a', f, { ttl: 10000 })")],
    ['function f(c: Cache) { c.set(1, 2, 3) }', 'function f(c: Cache) { c.set(1, 2, 3000) }'],
  ])('in seconds becomes milliseconds: %s', (text, expected) => {
    const moved = migrated(imports + text, { isInSeconds: true });
    expect(moved.text.split('\n').slice(1).join('\n')).toBe(expected);
    expect(moved.notes).toEqual([]);
  });

  it.each([
    ['for ever', 'CacheModule.register({ ttl: 0 })'],
    ['what is not there', service("this.c.set('a', 1, undefined)")],
    ["another's", "Other.register({ ttl: 5 }); map.set('a', 1, 5); @Old(5) class A {}"],
    ['what a store is given', 'CacheModule.register({ store: redisStore({ ttl: 5 }) })'],
    ['a value', service("this.c.set('a', { ttl: 5 })")],
  ])('stays: %s', (_what, text) => {
    const moved = migrated(imports + text, { isInSeconds: true });
    expect(moved.text.split('\n').slice(1).join('\n')).toBe(text);
    expect(moved.notes).toEqual([]);
  });

  it('that is computed is looked at, where it is in seconds', () => {
    const text = `${imports}CacheModule.register({ ttl: config.ttl });\nclass A { @Ttl(() => 5) b() {} }`;
    expect(migrated(text, { isInSeconds: true }).notes).toEqual([
      '2 ttl in CacheModule.register: config.ttl is now in milliseconds',
      '3 @Ttl: what the function answers is now in milliseconds',
    ]);
  });

  it('is never changed where its unit is not known; a short one is looked at', () => {
    const text = `${imports}CacheModule.register({ ttl: 5 });\nCacheModule.register({ ttl: 5000 });\n${service("this.c.set('a', 1, { ttl: 5000 })")}`;
    const moved = migrated(text);
    expect(moved.text).toBe(text.replace('@nestjs/cache-manager', 'nuthatch/compat'));
    expect(moved.notes).toEqual([
      '2 ttl in CacheModule.register: 5 is 5 ms; run with --ttl-in-seconds if it means seconds',
      '4 set takes the time to live itself, in milliseconds',
    ]);
  });

  it('is multiplied once, however often a source is rewritten', () => {
    const text = `${imports}CacheModule.register({ ttl: 5 });\n${service("this.c.set('a', 1, { ttl: 5 })")}`;
    const once = migrated(text, { isInSeconds: true });
    expect(migrated(once.text, { isInSeconds: true })).toEqual({ ...once, notes: [] });
  });
});

it('looks at members that a cache has no more', () => {
  const text =
    "import { Cache } from 'cache-manager';\nclass S {\n  cache: Cache;\n  a() { return this.cache.reset(); }\n  b() { return this.cache.store.keys(); }\n  c() { return this.other.reset(); }\n}";
  expect(migrated(text).notes).toEqual([
    '4 reset() of a cache is clear() since cache-manager 6',
    '5 store of a cache is stores, a list of Keyvs, since cache-manager 6',
  ]);
});
