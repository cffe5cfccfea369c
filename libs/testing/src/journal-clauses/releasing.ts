import assert from 'node:assert/strict';
import { death, keysIn, sequencesOf, setting } from '../sample-operations.js';
import type { JournalClause } from './clause.js';

/** What a journal lets go of, and what it says of what nobody could store. */
export const releasing: readonly JournalClause[] = [
  {
    promise: 'does not answer again what was released',
    check: async (harness) => {
      const { journal } = await harness.open();
      const first = await journal.append(['owl', 'wren', 'jay', 'emu'].map((key) => setting(key)));
      journal.release([first + 2, first]);
      const { journal: second, found } = await harness.reopen(journal);
      assert.deepEqual(keysIn(found), ['wren', 'emu']);
      second.release(sequencesOf(found));
      assert.deepEqual((await harness.reopen(second)).found, []);
    },
  },
  {
    promise: 'counts what is not released',
    check: async (harness) => {
      const { journal } = await harness.open();
      const first = await journal.append([setting('owl'), setting('wren'), setting('jay')]);
      assert.equal(journal.depth, 3);
      assert.ok(journal.bytes > 0);
      journal.release([first + 1]);
      assert.equal(journal.depth, 2);
      assert.equal((await harness.reopen(journal)).journal.depth, 2);
    },
  },
  {
    promise: 'does not mind a release of what it has not, or has released',
    check: async (harness) => {
      const { journal } = await harness.open();
      const first = await journal.append([setting('owl'), setting('wren')]);
      journal.release([first, first, first + 1000]);
      journal.release([first]);
      journal.release([]);
      assert.equal(journal.depth, 1);
      assert.deepEqual(keysIn((await harness.reopen(journal)).found), ['wren']);
    },
  },
  {
    promise: 'remembers why a change is a dead letter, as it was said last',
    check: async (harness) => {
      const { journal } = await harness.open();
      const first = await journal.append([setting('owl'), setting('wren')]);
      await journal.bury(first, death(3));
      await journal.bury(first, death(4));
      const { journal: second, found } = await harness.reopen(journal);
      assert.deepEqual(keysIn(found), ['owl', 'wren']);
      assert.deepEqual(found.map((record) => record.death), [death(4), undefined]); // prettier-ignore
      const third = await harness.reopen(second);
      assert.deepEqual(third.found[0]?.death, death(4));
      third.journal.release(sequencesOf(third.found));
      assert.deepEqual((await harness.reopen(third.journal)).found, []);
    },
  },
  {
    promise: 'buries nothing that is released',
    check: async (harness) => {
      const { journal } = await harness.open();
      const first = await journal.append([setting('owl'), setting('wren')]);
      journal.release([first]);
      await journal.bury(first, death(1));
      assert.equal(journal.depth, 1);
      assert.deepEqual(keysIn((await harness.reopen(journal)).found), ['wren']);
    },
  },
  {
    promise: 'stays small while everything that comes is released',
    check: async (harness) => {
      const { journal } = await harness.open();
      const value = 'x'.repeat(10_000);
      const kept = await journal.append([setting('kept', { value })]);
      for (let round = 0; round < 30; round++) {
        const operations = Array.from({ length: 100 }, (_, at) => setting(`k${at}`, { value }));
        const first = await journal.append(operations);
        journal.release(operations.map((_, at) => first + at));
      }
      await harness.until(() => journal.bytes < 20 * 2 ** 20);
      journal.release([kept]);
      assert.equal(journal.depth, 0);
      assert.deepEqual((await harness.reopen(journal)).found, []);
    },
  },
];
