import assert from 'node:assert/strict';
import { invalidateTag } from '../sample-invalidations.js';
import { keysOf, nastyNames, plain, put, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a store makes of changes. */
export const writing: readonly Clause[] = [
  {
    promise: 'replaces a row with all that belongs to it',
    check: async (harness) => {
      const store = await harness.store();
      const ends = { expiresAt: 1_800_000_000_000, freshUntil: 1_700_000_000_000 };
      await put(store, row('owl', { ...ends, tags: ['night'] }));
      await put(store, row('owl', { value: 'new', version: 2, tags: ['day'] }));
      await invalidateTag(store, 'night');
      assert.deepEqual(
        plain(await store.get('owl')),
        plain(row('owl', { value: 'new', version: 2, tags: ['day'] })),
      );
    },
  },
  {
    promise: 'applies operations in their order',
    check: async (harness) => {
      const store = await harness.store();
      await store.apply([
        { type: 'set', row: row('owl', { value: 'first' }) },
        { type: 'delete', key: 'owl', version: 2 },
        { type: 'set', row: row('owl', { value: 'second' }) },
        { type: 'set', row: row('wren') },
        { type: 'delete', key: 'wren', version: 2 },
      ]);
      assert.deepEqual(
        Array.from(await store.rows(), ({ value }) => value),
        ['second'],
      );
    },
  },
  {
    promise: 'takes no operations, and the deletion of what is not there',
    check: async (harness) => {
      const store = await harness.store();
      await store.apply([]);
      await store.apply([{ type: 'delete', key: 'owl', version: 2 }]);
      assert.deepEqual(keysOf(await store.rows()), []);
    },
  },
  {
    promise: 'clears its own namespace alone',
    check: async (harness) => {
      const stores = await Promise.all(nastyNames.map((namespace) => harness.store(namespace)));
      for (const store of stores) await put(store, row('owl'));
      for (const [index, store] of stores.entries()) {
        await store.clear();
        const left = await Promise.all(stores.map((each) => each.rows()));
        assert.deepEqual(
          left.map(({ length }) => length),
          stores.map((_, each) => (each > index ? 1 : 0)),
        );
      }
    },
  },
];
