import assert from 'node:assert/strict';
import { keysOf, nastyNames, plain, put, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a store answers. */
export const reading: readonly Clause[] = [
  {
    promise: 'answers undefined for a key that it has not',
    check: async (harness) => assert.equal(await (await harness.store()).get('owl'), undefined),
  },
  {
    promise: 'answers a row with everything that was written',
    check: async (harness) => {
      const store = await harness.store();
      const owl = row('owl', {
        expiresAt: 1_800_000_000_000,
        version: 2 ** 53 - 1,
        tags: ['night', 'large'],
        freshUntil: 1_700_000_000_000,
      });
      const stale = row('wren', { freshUntil: 1_700_000_000_000 });
      await put(store, owl, stale);
      assert.deepEqual(plain(await store.get('owl')), plain(owl));
      assert.deepEqual(plain(await store.get('wren')), plain(stale));
    },
  },
  {
    promise: 'keeps text as text and bytes as bytes',
    check: async (harness) => {
      const store = await harness.store();
      await put(
        store,
        row('text', { value: 'é\0\u{1f989}' }),
        row('bytes', { value: new Uint8Array([0, 128, 255]) }),
        row('none', { value: '' }),
      );
      assert.equal((await store.get('text'))?.value, 'é\0\u{1f989}');
      assert.deepEqual(plain(await store.get('bytes'))?.value, [0, 128, 255]);
      assert.equal((await store.get('none'))?.value, '');
    },
  },
  {
    promise: 'tells all keys apart',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, ...nastyNames.map((key) => row(key, { value: `value of ${key}` })));
      for (const key of nastyNames) assert.equal((await store.get(key))?.value, `value of ${key}`);
    },
  },
  {
    promise: 'answers the rows that there are of many keys',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, row('owl'), row('wren'), row('jay'));
      assert.deepEqual(keysOf(await store.getMany(['owl', 'emu', 'jay'])), ['jay', 'owl']);
      assert.deepEqual(keysOf(await store.getMany([])), []);
    },
  },
  {
    promise: 'lists every row of its namespace and none of another',
    check: async (harness) => {
      const stores = await Promise.all(nastyNames.map((namespace) => harness.store(namespace)));
      for (const [index, store] of stores.entries()) await put(store, row('owl', { value: String(index) }));
      for (const [index, store] of stores.entries())
        assert.deepEqual(
          Array.from(await store.rows(), ({ value }) => value),
          [String(index)],
        );
    },
  },
];
