import assert from 'node:assert/strict';
import type { PolicyClause } from './clause.js';
import { deletion, row, set } from './policy-bench.js';

/** What becomes of changes. */
export const writing: readonly PolicyClause[] = [
  {
    promise: 'makes every acknowledged change readable at once',
    check: async (bench) => {
      const { policy } = bench;
      await policy.onSet(row('owl', 'a'));
      assert.equal(bench.seen('owl'), 'a');
      await policy.onSet(row('owl', 'b'));
      assert.equal(bench.seen('owl'), 'b');
      await policy.onDelete('owl', 2);
      assert.equal(bench.seen('owl'), undefined);
    },
  },
  {
    promise: 'applies a batch in order',
    check: async (bench) => {
      await bench.policy.onBatch([set('owl', 'a'), deletion('owl'), set('owl', 'b'), set('wren', 'c')]);
      await bench.policy.onBatch([deletion('wren')]);
      assert.deepEqual([bench.seen('owl'), bench.seen('wren')], ['b', undefined]);
    },
  },
  {
    promise: 'has stored everything after a flush, as it was acknowledged last',
    check: async ({ policy, rows }) => {
      const acknowledged = new Map<string, string>();
      for (let round = 0; round < 50; round++) {
        const [key, gone] = [`bird ${round % 7}`, `bird ${(round + 3) % 7}`];
        await policy.onSet(row(key, String(round)));
        acknowledged.set(key, String(round));
        if (round % 5 !== 0) continue;
        await policy.onDelete(gone, round);
        acknowledged.delete(gone);
      }
      await policy.flush();
      assert.deepEqual(new Map(Array.from(rows, ([key, { value }]) => [key, value])), acknowledged);
      assert.deepEqual([policy.pendingCount, policy.pendingBytes], [0, 0]);
    },
  },
  {
    promise: 'stores a row with all that belongs to it',
    check: async ({ policy, rows }) => {
      const owl = { ...row('owl', 'a', 7), expiresAt: 1_800_000_000_000, tags: ['night'] };
      await policy.onSet(owl);
      await policy.flush();
      assert.deepEqual(rows.get('owl'), owl);
    },
  },
  {
    promise: 'never says that a write is done which it then loses: it throws, or keeps it until it is stored',
    check: async (bench) => {
      const { policy, store, rows } = bench;
      store.failNext('apply');
      const isAcknowledged = await bench.acknowledges(policy.onSet(row('owl', 'a')));
      await bench.acknowledges(policy.flush());
      assert.ok(
        rows.has('owl') || policy.pending('owl') !== undefined || !isAcknowledged,
        'an acknowledged write is neither stored nor pending',
      );
      await policy.flush();
      assert.equal(rows.has('owl'), isAcknowledged);
    },
  },
  {
    promise: 'applies all of a batch that the store refuses once, or nothing of it',
    check: async (bench) => {
      const { policy, store } = bench;
      await policy.onSet(row('owl', 'old'));
      await policy.flush();
      store.failNext('apply');
      const isAcknowledged = await bench.acknowledges(
        policy.onBatch([set('owl', 'new'), set('wren', 'new')]),
      );
      const expected = isAcknowledged ? ['new', 'new'] : ['old', undefined];
      assert.deepEqual([bench.seen('owl'), bench.seen('wren')], expected);
      await bench.acknowledges(policy.flush());
      assert.deepEqual([bench.seen('owl'), bench.seen('wren')], expected);
    },
  },
];
