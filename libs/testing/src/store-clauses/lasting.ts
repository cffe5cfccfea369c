import assert from 'node:assert/strict';
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
      await next.deleteTagged(['night']);
      assert.deepEqual(keysOf(await next.rows()), []);
    },
  },
];
