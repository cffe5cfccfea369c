import assert from 'node:assert/strict';
import { invalidateTag, shownBy } from '../sample-invalidations.js';
import { keysOf, plain, put, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What `onlyNewer` promises: a change that is stored already, or was overtaken, is not applied again. */
export const replaying: readonly Clause[] = [
  {
    promise: 'takes over what is newer, and what it has not, where it is told to take only that',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, row('owl', { version: 4 }), row('wren', { version: 4 }));
      const owl = row('owl', { value: 'new', version: 5, tags: ['night'] });
      await store.apply(
        [
          { type: 'set', row: owl },
          { type: 'delete', key: 'wren', version: 5 },
          { type: 'set', row: row('jay') },
          { type: 'delete', key: 'emu', version: 1 },
        ],
        { onlyNewer: true },
      );
      assert.deepEqual(plain(await store.get('owl')), plain(owl));
      assert.deepEqual(keysOf(await store.rows()), ['jay', 'owl']);
    },
  },
  {
    promise: 'skips what is as old as its row or older, where it is told to take only what is newer',
    check: async (harness) => {
      const store = await harness.store();
      const rows = [
        row('owl', { version: 5, tags: ['night'] }),
        row('wren', { version: 5 }),
        row('jay', { version: 5 }),
      ];
      await put(store, ...rows);
      await store.apply(
        [
          { type: 'set', row: row('owl', { value: 'same', version: 5, expiresAt: 1, tags: ['day'] }) },
          { type: 'set', row: row('wren', { value: 'older', version: 4 }) },
          { type: 'delete', key: 'jay', version: 5 },
          { type: 'delete', key: 'owl', version: 4 },
        ],
        { onlyNewer: true },
      );
      await invalidateTag(store, 'day');
      for (const each of rows) assert.deepEqual(plain(await store.get(each.key)), plain(each));
    },
  },
  {
    promise: 'compares each change with what those before it have left',
    check: async (harness) => {
      const store = await harness.store();
      await store.apply(
        [
          { type: 'set', row: row('owl', { value: 'second', version: 2 }) },
          { type: 'set', row: row('owl', { value: 'first', version: 1 }) },
          { type: 'set', row: row('wren', { version: 3 }) },
          { type: 'delete', key: 'wren', version: 2 },
          { type: 'set', row: row('jay', { version: 3 }) },
          { type: 'delete', key: 'jay', version: 4 },
        ],
        { onlyNewer: true },
      );
      assert.deepEqual(keysOf(await store.rows()), ['owl', 'wren']);
      assert.equal((await store.get('owl'))?.value, 'second');
    },
  },
  {
    promise: 'is the same after a replay that is repeated, with newer changes in between',
    check: async (harness) => {
      const store = await harness.store();
      const replayed = Array.from({ length: 300 }, (_, n) =>
        n % 3 === 0
          ? ({ type: 'delete', key: `bird ${n}`, version: 10 } as const)
          : ({ type: 'set', row: row(`bird ${n}`, { version: 10, tags: ['replayed'] }) } as const),
      );
      await store.apply(replayed, { onlyNewer: true });
      await put(store, row('bird 0', { version: 11 }), row('bird 1', { version: 11 }));
      await store.apply(replayed, { onlyNewer: true });
      assert.equal((await store.rows()).length, 201);
      if (await invalidateTag(store, 'replayed'))
        assert.deepEqual(keysOf(await shownBy(store)), ['bird 0', 'bird 1']);
    },
  },
  {
    promise: 'writes older versions over newer ones where nothing else is asked',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, row('owl', { version: 5 }), row('wren', { version: 5 }));
      await put(store, row('owl', { value: 'restored', version: 4 }));
      await store.apply([{ type: 'delete', key: 'wren', version: 1 }], { onlyNewer: false });
      assert.equal((await store.get('owl'))?.value, 'restored');
      assert.equal(await store.get('wren'), undefined);
    },
  },
];
