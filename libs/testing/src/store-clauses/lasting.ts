import assert from 'node:assert/strict';
import { invalidateTag, named, shownBy, takesInvalidations } from '../sample-invalidations.js';
import { keysOf, plain, put, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What outlives a store that has been closed. */
export const lasting: readonly Clause[] = [
  {
    promise: 'gives its rows to the next store of that namespace',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, row('owl', { tags: ['night'] }));
      await harness.close(store);
      const next = await harness.store();
      assert.deepEqual(plain(await next.get('owl')), plain(row('owl', { tags: ['night'] })));
      if (await invalidateTag(next, 'night')) assert.deepEqual(keysOf(await shownBy(next)), []);
    },
  },
  {
    promise: 'gives its invalidations to the next store of that namespace, and the rows that they spare',
    check: async (harness) => {
      const store = await harness.store();
      if (!takesInvalidations(store)) return;
      const old = ['owl', 'wren', 'jay'].map((key) => row(key, { tags: [key] }));
      await put(store, ...old, row('emu'));
      await store.invalidate(oneOfEach);
      await put(store, ...old.slice(0, 2).map((each) => ({ ...each, version: 5 })));
      await harness.close(store);
      const next = await harness.store();
      assert.deepEqual(named(await next.invalidations()), oneOfEach);
      assert.deepEqual(keysOf(await shownBy(next)), ['emu', 'owl', 'wren']);
      await harness.close(next);
      const last = await harness.store();
      assert.deepEqual(keysOf(await last.getMany(['emu', 'owl', 'wren'])), ['emu', 'owl', 'wren']);
      assert.deepEqual(named(await last.invalidations()), oneOfEach);
    },
  },
];

const oneOfEach = [
  { scope: 'tag', name: 'owl', version: 2 },
  { scope: 'prefix', name: 'wr', version: 3 },
  { scope: 'pattern', name: 'j?*', version: 4 },
] as const;
