import assert from 'node:assert/strict';
import { forgets, invalidateTag, shownBy, takesInvalidations } from '../sample-invalidations.js';
import { keysOf, pagesOf, plain, put, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a store makes of rows that come in pages. Nothing is asked of those that cannot replace all rows. */
export const replacing: readonly Clause[] = [
  {
    promise: 'replaces all rows of its namespace, if it says that it can',
    check: async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      if (!store.capabilities.replaceAll) return;
      await put(store, row('owl', { tags: ['night'] }), row('wren'));
      await put(other, row('owl'));
      await store.replaceAll(pagesOf([row('jay')], [], [row('wren', { value: 'new', tags: ['night'] })]));
      assert.deepEqual(keysOf(await store.rows()), ['jay', 'wren']);
      assert.equal((await store.get('wren'))?.value, 'new');
      assert.deepEqual(keysOf(await other.rows()), ['owl']);
      if (await invalidateTag(store, 'night')) assert.deepEqual(keysOf(await shownBy(store)), ['jay']);
    },
  },
  {
    promise: 'keeps the last of rows that come under one key',
    check: async (harness) => {
      const store = await harness.store();
      if (!store.capabilities.replaceAll) return;
      const [first, second] = [
        row('owl', { value: 'first', tags: ['night'] }),
        row('owl', { value: 'second' }),
      ];
      await store.replaceAll(pagesOf([first, row('wren')], [second]));
      await invalidateTag(store, 'night');
      assert.deepEqual(plain(await store.get('owl')), plain(second));
      assert.deepEqual(keysOf(await store.rows()), ['owl', 'wren']);
    },
  },
  {
    promise: 'replaces all rows by none',
    check: async (harness) => {
      const store = await harness.store();
      if (!store.capabilities.replaceAll) return;
      await put(store, row('owl'));
      await store.replaceAll(pagesOf());
      assert.deepEqual(keysOf(await store.rows()), []);
      await put(store, row('wren'));
      assert.deepEqual(keysOf(await store.rows()), ['wren']);
    },
  },
  {
    promise: 'changes nothing where the rows end in an error, and answers that error',
    check: async (harness) => {
      const store = await harness.store();
      if (!store.capabilities.replaceAll) return;
      await put(store, row('owl', { tags: ['night'] }));
      async function* broken() {
        yield [row('jay'), row('owl', { value: 'new' })];
        throw new Error('the rows are away');
      }
      await assert.rejects(store.replaceAll(broken()), /the rows are away/);
      assert.deepEqual(plain(await store.get('owl')), plain(row('owl', { tags: ['night'] })));
      assert.deepEqual(keysOf(await store.rows()), ['owl']);
      if (await invalidateTag(store, 'night')) assert.deepEqual(keysOf(await shownBy(store)), []);
    },
  },
  {
    promise:
      'forgets invalidations with the rows that it replaces, and keeps them where it cannot replace them',
    check: async (harness) => {
      const store = await harness.store();
      if (!store.capabilities.replaceAll || !takesInvalidations(store)) return;
      async function* broken() {
        yield [row('owl', { tags: ['night'] })];
        throw new Error('the rows are away');
      }
      await invalidateTag(store, 'night');
      await assert.rejects(store.replaceAll(broken()), /the rows are away/);
      assert.equal((await store.invalidations()).length, 1);
      await forgets(store, () => store.replaceAll(pagesOf([row('owl', { tags: ['night'] })])));
      assert.deepEqual(keysOf(await store.rows()), ['owl']);
    },
  },
  {
    promise: 'takes the place of its rows by thousands, and answers calls while they come',
    check: async (harness) => {
      const store = await harness.store();
      if (!store.capabilities.replaceAll) return;
      await put(store, row('owl'));
      const seen: (string | Uint8Array | undefined)[] = [];
      async function* pages() {
        for (let page = 0; page < 4; page += 1) {
          seen.push((await store.get('owl'))?.value);
          yield Array.from({ length: 600 }, (_, n) => row(`bird ${page} ${n}`, { tags: ['new'] }));
        }
      }
      await store.replaceAll(pages());
      assert.deepEqual(seen, Array(4).fill('"owl"'));
      assert.equal((await store.rows()).length, 2400);
      assert.equal(await store.get('owl'), undefined);
      if (await invalidateTag(store, 'new')) assert.deepEqual(keysOf(await shownBy(store)), []);
    },
  },
];
