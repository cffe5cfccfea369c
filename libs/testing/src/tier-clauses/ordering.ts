import assert from 'node:assert/strict';
import { type SharedTier, TOO_CLOSE_MS } from 'nuthatch/engine';
import { row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** How far versions are apart of which can just not be told which came last. */
const TOO_CLOSE = TOO_CLOSE_MS * 1024;

/** What a shared tier promises of writes that come in the wrong order. */
export const ordering: readonly Clause[] = [
  {
    promise: 'keeps the write with the larger version, in whatever order they come',
    check: async (harness) => {
      const tier = await harness.tier();
      const [older, newer] = [await harness.version(tier, 9000), await harness.version(tier)];
      const [first, last] = [row('owl', { version: older }), row('owl', { value: 'new', version: newer })];
      assert.deepEqual([...(await tier.put([first]))], [older]);
      assert.deepEqual([...(await tier.put([last]))], [newer]);
      assert.deepEqual([...(await tier.put([first]))], [newer]);
      assert.deepEqual(await stateOf(tier), ['new', newer]);
    },
  },
  {
    promise: 'keeps the newest of writes that come at once through several connections',
    check: async (harness) => {
      const tiers = [await harness.tier(), await harness.tier()] as const;
      const newest = await harness.version(tiers[0]);
      const versions = Array.from({ length: 20 }, (_, n) => newest - ((n * 7) % 20) * 3 * TOO_CLOSE);
      await Promise.all(
        versions.map((version, n) =>
          tiers[n % 2 === 0 ? 0 : 1].put([row('owl', { value: `${version}`, version })]),
        ),
      );
      assert.deepEqual(await stateOf(tiers[0]), [`${newest}`, newest]);
    },
  },
  {
    promise: 'takes a write again that it has taken already, and answers the same',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      await tier.put([row('owl', { version })]);
      assert.deepEqual([...(await tier.put([row('owl', { value: 'again', version })]))], [version]);
      assert.deepEqual(await stateOf(tier), ['again', version]);
    },
  },
  {
    promise: 'keeps what is newer by more than TOO_CLOSE_MS, and deletes what is newer by less',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      await tier.put([row('owl', { value: 'there', version })]);
      assert.deepEqual([...(await tier.put([row('owl', { version: version - TOO_CLOSE - 1 })]))], [version]);
      assert.deepEqual(await stateOf(tier), ['there', version]);
      const { stamp } = await tier.get('owl');
      const [gone = 0] = await tier.put([row('owl', { version: version - TOO_CLOSE + 1 })]);
      assert.ok(gone > version);
      assert.deepEqual(await stateOf(tier), [undefined, gone]);
      assert.notEqual((await tier.get('owl')).stamp, stamp);
    },
  },
  {
    promise: 'deletes under the version of the deletion where that is larger',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      await tier.put([row('owl', { version }), row('wren', { version })]);
      const deletions = ['owl', 'none'].map((key, n) => ({ key, version: version + 5 + n }));
      assert.deepEqual([...(await tier.delete(deletions))], [version + 5, version + 6]);
      assert.deepEqual(await stateOf(tier), [undefined, version + 5]);
      assert.deepEqual(await stateOf(tier, 'none'), [undefined, version + 6]);
      assert.deepEqual(await stateOf(tier, 'wren'), ['"wren"', version]);
    },
  },
  {
    promise: 'deletes what is newer as well, under a version that is one more',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      await tier.put([row('owl', { version })]);
      const deletion = { key: 'owl', version: await harness.version(tier, 60_000) };
      assert.deepEqual([...(await tier.delete([deletion]))], [version + 1]);
      assert.deepEqual(await stateOf(tier), [undefined, version + 1]);
    },
  },
  {
    promise: 'takes no write back that is older than the deletion',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      await tier.delete([{ key: 'owl', version }]);
      const far = row('owl', { version: version - TOO_CLOSE - 1 });
      assert.deepEqual([...(await tier.put([far]))], [version]);
      const [close = 0] = await tier.put([row('owl', { version: version - 1 })]);
      assert.ok(close > version);
      assert.deepEqual(await stateOf(tier), [undefined, close]);
      const [taken] = await tier.put([row('owl', { version: close + 1 })]);
      assert.equal(taken, close + 1);
      assert.deepEqual(await stateOf(tier), ['"owl"', close + 1]);
    },
  },
  {
    promise: 'answers each of many writes and deletions in its place',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      const older = version - 9 * TOO_CLOSE;
      const keys = Array.from({ length: 200 }, (_, n) => `bird ${n}`);
      const odd = keys.filter((_, n) => n % 2 === 1);
      await tier.put(odd.map((key) => row(key, { version })));
      const answers = await tier.put(keys.map((key) => row(key, { version: older })));
      assert.deepEqual(
        [...answers],
        keys.map((_, n) => (n % 2 === 1 ? version : older)),
      );
      const gone = await tier.delete(keys.map((key) => ({ key, version: older + 5 })));
      assert.deepEqual(
        [...gone],
        keys.map((_, n) => (n % 2 === 1 ? version + 1 : older + 5)),
      );
    },
  },
];

async function stateOf(tier: SharedTier, key = 'owl'): Promise<[value: unknown, version: number]> {
  const { row: found, version } = await tier.get(key);
  return [found?.value, version];
}
