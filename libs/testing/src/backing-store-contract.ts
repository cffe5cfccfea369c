import assert from 'node:assert/strict';
import type { BackingStoreFactory } from 'nuthatch/engine';
import { keysOf, nastyNames, plain, put, row } from './sample-rows.js';
import { StoreHarness } from './store-harness.js';

/** Where tests are declared: the functions that jest, vitest, mocha and `node:test` have in common. */
export interface TestRunner {
  describe(name: string, declare: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}

/** What is tested, and by whom. */
export interface BackingStoreContractOptions {
  /** The name of the store, for the report. */
  readonly name: string;
  /** Makes a factory whose stores find no rows yet; called once per test. */
  open(): Promise<BackingStoreFactory>;
  /** Whether rows are gone when the last store is closed, as in memory; not so by default. */
  readonly forgetsWhenClosed?: boolean;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

/** A promise that every backing store makes. */
interface Clause {
  readonly promise: string;
  check(harness: StoreHarness): Promise<void>;
}

/**
 * Declares one test per promise of {@link BackingStore}, for a store of one's own:
 *
 * ```ts
 * backingStoreContract({ name: 'my store', open: async () => myStore({ table: await emptyTable() }) });
 * ```
 */
export function backingStoreContract(options: BackingStoreContractOptions): void {
  // The globals of a test runner, where one is running; its own types are not asked for.
  const { describe, it } = options.runner ?? (globalThis as unknown as TestRunner);
  const clauses = [
    ...reading,
    ...writing,
    ...replacing,
    ...(options.forgetsWhenClosed === true ? [] : lasting),
  ];
  describe(`${options.name} as a backing store`, () => {
    for (const { promise, check } of clauses)
      it(promise, async () => StoreHarness.with(await options.open(), check));
  });
}

const reading: readonly Clause[] = [
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
      });
      await put(store, owl);
      assert.deepEqual(plain(await store.get('owl')), plain(owl));
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

const writing: readonly Clause[] = [
  {
    promise: 'replaces a row with all that belongs to it',
    check: async (harness) => {
      const store = await harness.store();
      await put(store, row('owl', { expiresAt: 1_800_000_000_000, tags: ['night'] }));
      await put(store, row('owl', { value: 'new', version: 2, tags: ['day'] }));
      await store.deleteTagged(['night']);
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
        { type: 'delete', key: 'owl' },
        { type: 'set', row: row('owl', { value: 'second' }) },
        { type: 'set', row: row('wren') },
        { type: 'delete', key: 'wren' },
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
      await store.apply([{ type: 'delete', key: 'owl' }]);
      assert.deepEqual(keysOf(await store.rows()), []);
    },
  },
  {
    promise: 'deletes what carries one of the tags, in its own namespace alone',
    check: async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      await put(
        store,
        row('owl', { tags: ['night', 'a_b'] }),
        row('bat', { tags: ['aXb'] }),
        row('wren', { tags: ['%'] }),
        row('jay'),
      );
      await put(other, row('owl', { tags: ['night'] }));
      await store.deleteTagged(['a_b', '%', 'unheard of']);
      assert.deepEqual(keysOf(await store.rows()), ['bat', 'jay']);
      await store.deleteTagged([]);
      assert.deepEqual(keysOf(await store.rows()), ['bat', 'jay']);
      assert.deepEqual(keysOf(await other.rows()), ['owl']);
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

const replacing: readonly Clause[] = [
  {
    promise: 'replaces all rows of its namespace, if it says that it can',
    check: async (harness) => {
      const [store, other] = [await harness.store(), await harness.store('other')];
      if (!store.capabilities.replaceAll) return;
      await put(store, row('owl', { tags: ['night'] }), row('wren'));
      await put(other, row('owl'));
      await store.replaceAll([row('jay'), row('wren', { value: 'new', tags: ['night'] })]);
      assert.deepEqual(keysOf(await store.rows()), ['jay', 'wren']);
      await store.deleteTagged(['night']);
      assert.deepEqual(keysOf(await store.rows()), ['jay']);
      assert.deepEqual(keysOf(await other.rows()), ['owl']);
    },
  },
];

const lasting: readonly Clause[] = [
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
