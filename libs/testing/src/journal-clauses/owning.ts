import assert from 'node:assert/strict';
import { deleting, keysIn, setting } from '../sample-operations.js';
import type { JournalClause } from './clause.js';

/** Who may have what a journal keeps. */
export const owning: readonly JournalClause[] = [
  {
    promise: 'leaves alone what belongs to somebody who runs',
    check: async (harness) => {
      const one = await harness.open();
      await one.journal.append([setting('owl')]);
      const other = await harness.open();
      assert.deepEqual(other.found, []);
      await other.journal.append([setting('wren')]);
      await one.journal.append([setting('jay')]);
      const again = await harness.reopen(one.journal);
      assert.deepEqual(keysIn(again.found), ['owl', 'jay']);
      assert.equal(other.journal.depth, 1);
    },
  },
  {
    promise: 'takes over, while it runs, what another one leaves behind',
    check: async (harness) => {
      const [one, other] = [await harness.open(), await harness.open()];
      await one.journal.append([setting('owl'), deleting('wren', 7)]);
      await harness.close(one.journal);
      await harness.until(() => other.adopted.length > 0);
      assert.deepEqual(keysIn(other.adopted), ['owl', 'wren']);
      assert.equal(other.journal.depth, 2);
      const [first] = other.adopted;
      other.journal.release([first?.sequence ?? 0]);
      assert.deepEqual(keysIn((await harness.reopen(other.journal)).found), ['wren']);
    },
  },
  {
    promise: 'gives what was left behind to one of many who come for it',
    check: async (harness) => {
      const { journal } = await harness.open();
      await journal.append(['owl', 'wren', 'jay'].map((key) => setting(key)));
      await harness.close(journal);
      const heirs = await Promise.all([harness.open(), harness.open(), harness.open(), harness.open()]);
      const found = heirs.flatMap((heir) => keysIn([...heir.found, ...heir.adopted]));
      assert.deepEqual(found, ['owl', 'wren', 'jay']);
    },
  },
  {
    promise: 'takes nothing when it is closed',
    check: async (harness) => {
      const { journal } = await harness.open();
      await harness.close(journal);
      await assert.rejects(() => journal.append([setting('owl')]), { code: 'closed' });
      journal.release([1]);
      await journal.close();
      assert.deepEqual((await harness.open()).found, []);
    },
  },
  {
    promise: 'writes what is on its way when it is closed',
    check: async (harness) => {
      const { journal } = await harness.open();
      const appended = ['owl', 'wren'].map((key) => journal.append([setting(key)]));
      const { found } = await harness.reopen(journal);
      await Promise.all(appended);
      assert.deepEqual(keysIn(found), ['owl', 'wren']);
    },
  },
  {
    promise: 'keeps its promises also where a power cut is to be survived',
    check: async (harness) => {
      const { journal } = await harness.open({ durability: 'fsync' });
      const first = await journal.append([setting('owl'), setting('wren')]);
      journal.release([first]);
      const { found, problems } = await harness.reopen(journal, { durability: 'fsync' });
      assert.deepEqual(keysIn(found), ['wren']);
      assert.deepEqual(problems, []);
    },
  },
];
