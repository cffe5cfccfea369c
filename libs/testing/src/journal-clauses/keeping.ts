import assert from 'node:assert/strict';
import { changesOf, comparable, deleting, keysIn, sequencesOf, setting } from '../sample-operations.js';
import { nastyNames } from '../sample-rows.js';
import type { JournalClause } from './clause.js';

/** What a journal keeps, and in which order. */
export const keeping: readonly JournalClause[] = [
  {
    promise: 'begins with nothing',
    check: async (harness) => {
      const { journal, found } = await harness.open();
      assert.deepEqual(found, []);
      assert.equal(journal.depth, 0);
    },
  },
  {
    promise: 'keeps every change with everything that belongs to it',
    check: async (harness) => {
      const operations = [
        setting('owl', { expiresAt: 1_800_000_000_000, version: 2 ** 53 - 1, tags: ['night', '', 'é'] }),
        setting('wren', { expiresAt: 1_800_000_000_000, freshUntil: 1_700_000_000_000 }),
        setting('jay', { freshUntil: 1_700_000_000_000, value: new Uint8Array([1]) }),
        setting('text', { value: 'é\0\u{1f989}' }),
        setting('half', { value: '"\ud800"' }),
        setting('bytes', { value: new Uint8Array([0, 128, 255]) }),
        setting('empty', { value: '' }),
        setting('no bytes', { value: new Uint8Array(0) }),
        setting('large', { value: 'x'.repeat(100_000) }),
        deleting('wren', 2 ** 53 - 1),
        ...nastyNames.map((key) => setting(key, { value: key, tags: [key] })),
        ...nastyNames.map((key) => deleting(key)),
      ];
      const { journal } = await harness.open();
      await journal.append(operations);
      const { found } = await harness.reopen(journal);
      assert.deepEqual(changesOf(found), operations.map(comparable));
    },
  },
  {
    promise: 'does not notice what becomes of bytes after the call',
    check: async (harness) => {
      const { journal } = await harness.open();
      const value = new Uint8Array([1, 2, 3]);
      const appended = journal.append([setting('owl', { value })]);
      value.fill(0);
      await appended;
      const { found } = await harness.reopen(journal);
      assert.deepEqual(changesOf(found), [comparable(setting('owl', { value: new Uint8Array([1, 2, 3]) }))]);
    },
  },
  {
    promise: 'gives each change a sequence, in the order of the calls',
    check: async (harness) => {
      const { journal } = await harness.open();
      const firsts = await Promise.all([
        journal.append([setting('owl'), setting('wren')]),
        journal.append([setting('jay')]),
        journal.append([deleting('owl'), deleting('wren'), deleting('jay')]),
      ]);
      const later = await journal.append([setting('emu')]);
      const [first = 0] = firsts;
      assert.deepEqual(firsts, [first, first + 2, first + 3]);
      assert.ok(later >= first + 6, `${later} after ${first + 5}`);
    },
  },
  {
    promise: 'answers what it found in the order in which it came',
    check: async (harness) => {
      const keys = Array.from({ length: 300 }, (_, at) => `k${at}`);
      const { journal } = await harness.open();
      await Promise.all(keys.map((key) => journal.append([setting(key)])));
      const { found } = await harness.reopen(journal);
      assert.deepEqual(keysIn(found), keys);
      const sequences = sequencesOf(found);
      assert.deepEqual(sequences, sequences.toSorted((one, other) => one - other)); // prettier-ignore
      assert.equal(new Set(sequences).size, keys.length);
    },
  },
  {
    promise: 'keeps the order over a restart: what was found comes before what is new',
    check: async (harness) => {
      const { journal } = await harness.open();
      await journal.append([setting('owl'), setting('wren')]);
      const { journal: second, found } = await harness.reopen(journal);
      const first = await second.append([setting('jay')]);
      assert.ok(first > Math.max(...sequencesOf(found)));
      assert.deepEqual(keysIn((await harness.reopen(second)).found), ['owl', 'wren', 'jay']);
    },
  },
  {
    promise: 'takes no changes at all, and nothing comes of it',
    check: async (harness) => {
      const { journal } = await harness.open();
      await journal.append([]);
      assert.equal(journal.depth, 0);
      assert.deepEqual((await harness.reopen(journal)).found, []);
    },
  },
  {
    promise: 'keeps the changes of one cache from another',
    check: async (harness) => {
      const open = await Promise.all(nastyNames.map((namespace) => harness.open({ namespace })));
      for (const [index, { journal }] of open.entries()) await journal.append([setting(`key ${index}`)]);
      for (const [index, { journal }] of open.entries()) {
        const { found } = await harness.reopen(journal, { namespace: nastyNames[index] ?? '' });
        assert.deepEqual(keysIn(found), [`key ${index}`]);
      }
    },
  },
];
