import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CacheError, createCache, type CacheOptions } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What somebody may send who wants to be elsewhere than in a key. */
const SEEDS = [
  "'; DROP TABLE entries; --",
  '"; DELETE FROM entries; --',
  "' OR '1'='1",
  "\\' OR 1=1 --",
  '%',
  '_',
  'a_b',
  'a%b',
  '*',
  '?',
  '[a-z]',
  '..',
  '../',
  '../../etc/passwd',
  '..:..:..:x',
  '..\\..\\x',
  '/etc/passwd',
  'C:\\x',
  'file:x?mode=rwc',
  '\0',
  'a\0b',
  '\r\nSET x 1\r\n',
  '*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\n1\r\n',
  'X-Injected: yes\r\n\r\n',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '$(rm -rf x)',
  '`rm -rf x`',
  '| rm -rf x',
  '\u202e',
  '\ufeff',
  'ﷺ',
  'é',
  'e\u0301',
  '💣',
  ' ',
  '\t',
  'nuthatch: import CacheModule.forFeature(...) in this module, for the cache default',
  'sqlite_master',
  'CON',
  '-rf',
  '0x41',
  '1e309',
  '9007199254740993',
  'a'.repeat(600),
];
const PREFIXES = ['', 'user:', "'", '"', '../', '%', 'x\0', '{a}', '/', ':'];
const CORPUS = PREFIXES.flatMap((prefix) => SEEDS.map((seed) => prefix + seed));

function schemaOf(file: string): unknown {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
  } finally {
    database.close();
  }
}

describe('names of every kind', () => {
  it('number five hundred', () => {
    expect(new Set(CORPUS).size).toBe(500);
  });

  it('come back as keys and tags, and change nothing but their own entries', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'cache.db');
    const open = (options: CacheOptions<number> = {}) =>
      createCache<number>({ maxItems: 10, store: sqlite({ file }), ...options });
    const cache = await open();
    await cache.set('bystander', -1, { tags: ['bystander'] });
    const before = schemaOf(file);

    for (const [index, name] of CORPUS.entries()) await cache.set(name, index, { tags: [name] });
    const found = await cache.getMany(CORPUS);
    expect(CORPUS.filter((name, index) => found.get(name) !== index)).toEqual([]);

    for (const name of CORPUS.slice(0, 250)) await cache.invalidateTags(name);
    await cache.deleteMany(CORPUS.slice(250, 400));
    const left = await cache.getMany(CORPUS);
    expect([...left.keys()].toSorted()).toEqual(CORPUS.slice(400).toSorted());
    expect(await cache.get('bystander')).toBe(-1);
    await cache.close();
    expect([schemaOf(file), readdirSync(folder).filter((name) => !name.startsWith('cache.db'))]).toEqual([
      before,
      [],
    ]);
  }, 60_000);

  it('keep caches apart as namespaces of one file, or are refused', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'cache.db');
    const names = ['a_b', 'aXb', 'a%b', 'a*b', ...SEEDS];
    const values: (string | undefined)[] = [];
    const refusals: unknown[] = [];
    for (const name of names) {
      const opening = createCache<string>({ name, store: sqlite({ file }) });
      const cache = await opening.catch((error: unknown) => void refusals.push(error));
      if (cache === undefined) continue;
      await cache.set('key', name);
      await cache.close();
    }
    expect(refusals.every((error) => error instanceof CacheError)).toBe(true);
    for (const name of ['a_b', '%', "' OR '1'='1"]) {
      const cache = await createCache<string>({ name, store: sqlite({ file }) });
      await cache.clear();
      await cache.close();
    }
    for (const name of ['aXb', 'a%b', 'a*b', 'a_b', '%']) {
      const cache = await createCache<string>({ name, store: sqlite({ file }) });
      values.push(await cache.get('key'));
      await cache.close();
    }
    expect(values).toEqual(['aXb', 'a%b', 'a*b', undefined, undefined]);
  }, 60_000);

  it('as patterns select in memory and in SQLite what they select by themselves', async () => {
    const folder = await temporaryFolder();
    for (const pattern of ['a_b', 'a%b', '%', '_', 'user:*', "'*", '*\0*', 'a?b', '[a-z]', '\\*']) {
      const inMemory = await createCache<number>({ maxItems: 10_000 });
      const inSqlite = await createCache<number>({
        maxItems: 1,
        store: sqlite({ file: join(folder, 'p.db') }),
      });
      const keys = [...CORPUS, 'aXb', 'ab'];
      for (const cache of [inMemory, inSqlite]) {
        await cache.setMany(keys.map((key, index) => [key, index]));
        await cache.invalidateMatching(pattern);
      }
      const left = await Promise.all([inMemory, inSqlite].map((cache) => cache.getMany(keys)));
      const expected = keys.filter((key) => !matches(pattern, key)).toSorted();
      expect(left.map((values) => [...values.keys()].toSorted())).toEqual([expected, expected]);
      await Promise.all([inMemory.close(), inSqlite.close()]);
    }
  }, 60_000);
});

/** By the book: `*` is any number of characters, `?` is one, a backslash takes the next as it is. */
function matches(pattern: string, key: string): boolean {
  const source = pattern.replace(/\\.|[*?]|[^\w\s]/gs, (token) => {
    if (token === '*') return '[^]*';
    return token === '?' ? '[^]' : `\\${token.at(-1)}`;
  });
  return new RegExp(`^${source}$`).test(key);
}
