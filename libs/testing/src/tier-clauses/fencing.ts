import assert from 'node:assert/strict';
import { type Claim, FENCE_MS, type SharedTier } from 'nuthatch/engine';
import { row } from '../sample-rows.js';
import type { TierHarness } from '../tier-harness.js';
import type { Clause } from './clause.js';

/** What a shared tier promises of results that were overtaken. */
export const fencing: readonly Clause[] = [
  {
    promise: 'takes what was loaded where nothing has changed, with a lease and without one',
    check: async (harness) => {
      const tier = await harness.tier();
      for (const [key, leaseMs] of [
        ['owl', 10_000],
        ['wren', 0],
      ] as const) {
        const claim = await tier.claim(key, { seen: '', leaseMs });
        assert.equal(await fill(harness, tier, { key, claim }), 'filled');
        const { row: found, stamp } = await tier.get(key);
        assert.deepEqual([found?.value, stamp !== claim.stamp], ['loaded', true]);
      }
    },
  },
  {
    promise: 'takes what was loaded in the place of an entry that was seen',
    check: async (harness) => {
      const tier = await harness.tier();
      await tier.put([row('owl', { version: await harness.version(tier, 9000) })]);
      const { stamp } = await tier.get('owl');
      const claim = await tier.claim('owl', { seen: stamp, leaseMs: 10_000 });
      assert.equal(claim.stamp, stamp);
      assert.equal(await fill(harness, tier, { claim }), 'filled');
      assert.equal((await tier.get('owl')).row?.value, 'loaded');
    },
  },
  ...changes().map(([what, change]): Clause => ({
    promise: `fences what was loaded where ${what} meanwhile, and leaves what is there`,
    check: async (harness) => {
      const tier = await harness.tier();
      const other = await harness.tier();
      const claim = await tier.claim('owl', { seen: '', leaseMs: 10_000 });
      await change(other, harness);
      const before = await tier.get('owl');
      assert.equal(await fill(harness, tier, { claim }), 'fenced');
      const after = await tier.get('owl');
      assert.deepEqual([after.row?.value, after.stamp], [before.row?.value, before.stamp]);
    },
  })),
  {
    promise: 'fences what was loaded over an entry that was replaced, or deleted, meanwhile',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier, 9000);
      await tier.put([row('owl', { version }), row('wren', { version })]);
      const claims = await Promise.all(
        ['owl', 'wren'].map(async (key) =>
          tier.claim(key, { seen: (await tier.get(key)).stamp, leaseMs: 10_000 }),
        ),
      );
      await tier.put([row('owl', { value: 'new', version: version + 1 })]);
      await tier.delete([{ key: 'wren', version: version + 1 }]);
      for (const [index, key] of ['owl', 'wren'].entries())
        assert.equal(await fill(harness, tier, { key, claim: claims[index] }), 'fenced');
      assert.equal((await tier.get('owl')).row?.value, 'new');
      assert.equal((await tier.get('wren')).row, undefined);
    },
  },
  {
    promise: 'takes one of many results for the same state of a key',
    check: async (harness) => {
      const tiers = [await harness.tier(), await harness.tier()] as const;
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          tiers[n % 2 === 0 ? 0 : 1].claim('owl', { seen: '', leaseMs: 0 }),
        ),
      );
      const filled = await Promise.all(
        claims.map((claim, n) => fill(harness, tiers[n % 2 === 0 ? 1 : 0], { claim })),
      );
      assert.equal(filled.filter((each) => each !== 'fenced').length, 1);
    },
  },
  {
    promise: 'gives a state that was left and come back to another stamp',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      const stamps = new Set([(await tier.get('owl')).stamp]);
      for (let round = 0; round < 5; round += 1) {
        await tier.put([row('owl', { version: version + 2 * round })]);
        stamps.add((await tier.get('owl')).stamp);
        await tier.delete([{ key: 'owl', version: version + 2 * round + 1 }]);
        stamps.add((await tier.get('owl')).stamp);
      }
      assert.equal(stamps.size, 11);
    },
  },
  {
    promise: 'leaves the stamp as it is where a key is read, claimed, and released',
    check: async (harness) => {
      const tier = await harness.tier();
      await tier.put([await harness.row(tier, 'owl')]);
      const { stamp } = await tier.get('owl');
      const { token = '' } = await tier.claim('owl', { seen: stamp, leaseMs: 10_000 });
      await tier.claim('owl', { seen: stamp, leaseMs: 10_000 });
      await tier.getMany(['owl']);
      await tier.release('owl', token);
      assert.equal((await tier.get('owl')).stamp, stamp);
    },
  },
  {
    promise: 'keeps the stamp of a key that was deleted, or has expired',
    check: async (harness) => {
      const tier = await harness.tier();
      await tier.delete([{ key: 'owl', version: await harness.version(tier) }]);
      const expiresAt = (await harness.now(tier)) + 20;
      await tier.put([await harness.row(tier, 'wren', { expiresAt })]);
      const before = await tier.getMany(['owl', 'wren']);
      await harness.time.pass(harness.time.isFake ? FENCE_MS - 1 : 300);
      const after = await tier.getMany(['owl', 'wren']);
      assert.deepEqual(
        Array.from(after, ({ stamp }) => stamp),
        Array.from(before, ({ stamp }) => stamp),
      );
    },
  },
];

type Change = readonly [what: string, change: (tier: SharedTier, harness: TierHarness) => Promise<unknown>];

/** What may happen to a key that has nothing while it is loaded. */
function changes(): readonly Change[] {
  return [
    ['the key was set', async (tier, harness) => tier.put([await harness.row(tier, 'owl')])],
    [
      'the key was deleted, though there was nothing,',
      async (tier, harness) => tier.delete([{ key: 'owl', version: await harness.version(tier) }]),
    ],
    [
      'the key was set and deleted',
      async (tier, harness) => {
        await tier.put([await harness.row(tier, 'owl')]);
        await tier.delete([{ key: 'owl', version: await harness.version(tier) }]);
      },
    ],
    [
      'the key was set, and has expired,',
      async (tier, harness) => {
        const expiresAt = (await harness.now(tier)) + 30;
        await tier.put([await harness.row(tier, 'owl', { expiresAt })]);
        await harness.time.pass(150);
      },
    ],
    [
      'somebody else has put a result there',
      async (tier, harness) => {
        const claim = await tier.claim('owl', { seen: '', leaseMs: 0 });
        await fill(harness, tier, { claim });
      },
    ],
  ];
}

/** Puts a result there; of the key owl where no other is named. */
async function fill(
  harness: TierHarness,
  tier: SharedTier,
  { key = 'owl', claim }: { readonly key?: string; readonly claim: Claim | undefined },
): Promise<string> {
  assert.ok(claim !== undefined);
  const version = Math.max(await harness.version(tier), claim.version + 1);
  return tier.fill(row(key, { value: 'loaded', version }), claim);
}
