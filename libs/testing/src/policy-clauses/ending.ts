import assert from 'node:assert/strict';
import { settle } from '../fake-clock.js';
import type { PolicyClause } from './clause.js';
import { row } from './policy-bench.js';

/** What becomes of what is pending when all of it is discarded, and when the policy is closed. */
export const ending: readonly PolicyClause[] = [
  {
    promise: 'counts what is pending, and is empty after discard',
    check: async (bench) => {
      const { policy } = bench;
      await policy.onSet(row('owl', 'a'));
      const isPending = policy.pending('owl') !== undefined;
      assert.deepEqual([policy.pendingCount, policy.pendingBytes > 0], isPending ? [1, true] : [0, false]);
      let hasChanged = false;
      await policy.discard(async () => void (hasChanged = true));
      assert.ok(hasChanged, 'discard has not run the change');
      assert.deepEqual([policy.pendingCount, policy.pendingBytes, policy.pending('owl')], [0, 0, undefined]);
      assert.equal(bench.seen('owl'), isPending ? undefined : 'a');
    },
  },
  {
    promise: 'keeps what is pending where the change of a discard fails',
    check: async (bench) => {
      const { policy, clock, rows } = bench;
      await policy.onSet(row('owl', 'a'));
      await assert.rejects(
        policy.discard(() => Promise.reject(new Error('no'))),
        /no/,
      );
      assert.equal(bench.seen('owl'), 'a');
      await clock.advanceAsync('1m');
      await policy.flush();
      assert.ok(rows.has('owl'), 'it was not stored afterwards');
    },
  },
  {
    promise: 'writes nothing while the change of a discard runs, and nothing of before afterwards',
    check: async ({ policy, clock, store, rows }) => {
      await policy.onSet(row('owl', 'a'));
      const before = store.calls('apply');
      await policy.discard(async () => {
        await clock.advanceAsync('1m');
        rows.clear();
      });
      await clock.advanceAsync('1m');
      assert.deepEqual([store.calls('apply'), rows.size, policy.pendingCount], [before, 0, 0]);
    },
  },
  {
    promise: 'closes with a report of what was and was not stored, and never throws',
    check: async ({ policy, store }) => {
      await policy.onSet(row('owl', 'a'));
      const pending = policy.pendingCount;
      store.failAlways('apply');
      const { flushed, left, error } = await policy.close(1000);
      assert.deepEqual([flushed, left, error === undefined], [0, pending, pending === 0]);
    },
  },
  {
    promise: 'lets nothing fire once it is closed',
    check: async ({ policy, clock, store }) => {
      await policy.onSet(row('owl', 'a'));
      await policy.close(1000);
      const calls = store.calls('apply');
      await clock.advanceAsync('1h');
      await settle();
      assert.deepEqual([store.calls('apply'), clock.timers], [calls, 0]);
    },
  },
  {
    promise: 'tells the observer of flushes that store something, and of those that fail',
    check: async (bench) => {
      const { policy, store } = bench;
      await policy.onSet(row('owl', 'a'));
      if (policy.pendingCount === 0) return;
      store.failNext('apply');
      await bench.acknowledges(policy.flush());
      assert.deepEqual([bench.flushes, bench.failedFlushes], [0, 1]);
      await policy.flush();
      assert.deepEqual([bench.flushes, bench.failedFlushes], [1, 1]);
    },
  },
];
