import { cacheKey, createCache, mapStore, memoize } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { sqlite } from 'nuthatch/sqlite';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('keys of arguments', () => {
  it('are never the same for 200,000 ids', () => {
    const keys = new Set(Array.from({ length: 200_000 }, (_, id) => cacheKey('profile', id)));
    expect(keys.size).toBe(200_000);
  });

  it('tell apart what looks alike', () => {
    const alike = [
      NaN,
      null,
      0,
      -0,
      '0',
      0n,
      '',
      undefined,
      [],
      {},
      [[]],
      [null],
      'null',
      'NaN',
      true,
      'true',
    ];
    const keys = alike.map((argument) => cacheKey('price', argument));
    expect(new Set(keys).size).toBe(alike.length);
  });

  it('of two functions without a name are never shared', async () => {
    const [price, secret] = [memoize(() => 42), memoize(() => 'secret')];
    expect([await price(), await secret()]).toEqual([42, 'secret']);
  });
});

describe('names of caches', () => {
  it.each([
    ['a_b', 'aXb'],
    ['%', 'owl'],
    ['t', 't:u'],
    ["o'wl", 'owl'],
  ])('that one is cleared leaves the other alone: %s and %s', async (cleared, other) => {
    const file = join(await temporaryFolder(), 'cache.db');
    for (const store of [sqlite({ file }), mapStore()]) {
      const open = (name: string) => createCache({ name, store, clock: new FakeClock(), maxItems: 1 });
      const [first, second] = [await open(cleared), await open(other)];
      await first.set('u:k', 1);
      await second.setMany([
        ['k', 2],
        ['u:k', 3],
      ]);
      await first.clear();
      expect(await first.get('u:k')).toBeUndefined();
      expect([...(await second.getMany(['k', 'u:k'])).values()].sort()).toEqual([2, 3]);
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe('a key that looks like a path', () => {
  it('stays in the file of the store, beside the keys that it begins with', async () => {
    const outer = await temporaryFolder();
    const folder = join(outer, 'inner');
    const cache = await createCache({ store: sqlite({ file: join(folder, 'cache.db') }), maxItems: 1 });
    const keys = ['..:..:..:x', '../../x', 'p', 'p:q', 'p:q:r', 'C:\\x', '/etc/passwd'];
    for (const key of keys) await cache.set(key, key);
    expect([...(await cache.getMany(keys)).values()].sort()).toEqual([...keys].sort());
    await cache.close();
    expect(readdirSync(folder).every((name) => name.startsWith('cache.db'))).toBe(true);
    expect(readdirSync(outer)).toEqual(['inner']);
  });
});
