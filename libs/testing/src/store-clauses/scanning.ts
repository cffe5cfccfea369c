import assert from 'node:assert/strict';
import type { BackingStore, Row } from 'nuthatch/engine';
import { keysOf, plain, put, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a store that can be gone through promises. Nothing is asked of those that cannot. */
export const scanning: readonly Clause[] = [
  {
    promise: 'gives every row of its namespace once, in pages',
    check: async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      await put(store, ...manyRows);
      await put(other, row('owl'));
      if (store.scan === undefined) return;
      const found = await rowsIn(store.scan());
      assert.deepEqual(keysOf(found), keysOf(manyRows));
      const owl = found.find(({ key }) => key === 'bird 7');
      assert.deepEqual(plain(owl), plain(manyRows[7]));
    },
  },
  {
    promise: 'gives nothing where there is nothing',
    check: async (harness) => {
      const store = await harness.store();
      if (store.scan !== undefined) assert.deepEqual(await rowsIn(store.scan()), []);
    },
  },
  {
    promise: 'gives rows as they stood at the first page, whatever is written meanwhile',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, ...manyRows);
      const found: Row[] = [];
      for await (const page of store.scan?.() ?? [manyRows]) {
        if (found.length === 0) await rewrite(store);
        found.push(...page);
      }
      const byKey = new Map(found.map((each) => [each.key, plain(each)]));
      assert.deepEqual(byKey, new Map(manyRows.map((each) => [each.key, plain(each)])));
      assert.deepEqual(keysOf(await store.rows()), ['bird 0', 'wren']);
    },
  },
  {
    promise: 'can be gone through twice at once, and left in the middle',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, ...manyRows);
      if (store.scan === undefined) return;
      const { scan } = { scan: () => store.scan?.() ?? [] };
      for await (const page of scan()) {
        assert.ok(page.length > 0);
        assert.equal((await rowsIn(scan())).length, manyRows.length);
        break;
      }
      await store.clear();
      assert.deepEqual(await rowsIn(scan()), []);
    },
  },
];

const manyRows = Array.from({ length: 1300 }, (_, n) =>
  row(`bird ${n}`, {
    version: n + 1,
    tags: n % 100 === 7 ? ['seventh'] : [],
    freshUntil: n % 3 === 0 ? 1_700_000_000_000 + n : undefined,
    value: n % 2 === 0 ? `${n}` : new Uint8Array([n % 256]),
  }),
);

async function rowsIn(pages: AsyncIterable<readonly Row[]> | readonly (readonly Row[])[]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** Deletes every row but one, which is written anew, and adds another. */
async function rewrite(store: BackingStore): Promise<void> {
  await store.apply(manyRows.map(({ key }) => ({ type: 'delete', key, version: 5000 })));
  await put(store, row('bird 0', { value: 'new', version: 5001 }), row('wren', { version: 5002 }));
}
