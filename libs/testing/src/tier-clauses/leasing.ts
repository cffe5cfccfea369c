import assert from 'node:assert/strict';
import type { Claim, SharedTier } from 'nuthatch/engine';
import type { TierHarness } from '../tier-harness.js';
import type { Clause } from './clause.js';

/** Longer than any test. */
const LONG_MS = 60_000;

/** What a shared tier promises of the right to load a key. */
export const leasing: readonly Clause[] = [
  {
    promise: 'grants a lease to one of 100 who ask at once, and tells the others how long it lasts at most',
    check: async (harness) => {
      const tiers = [await harness.tier(), await harness.tier()] as const;
      const claims = await Promise.all(
        Array.from({ length: 100 }, (_, n) => want(tiers[n % 2 === 0 ? 0 : 1])),
      );
      const [granted, ...others] = claims.toSorted((one, other) => one.busyMs - other.busyMs);
      assert.deepEqual([typeof granted?.token, granted?.busyMs], ['string', 0]);
      for (const { token, busyMs } of others)
        assert.ok(token === undefined && busyMs > 0 && busyMs <= LONG_MS, `${token}, ${busyMs}`);
    },
  },
  {
    promise: 'grants none where none is asked for, and tells of that of somebody else all the same',
    check: async (harness) => {
      const tier = await harness.tier();
      const asked = await tier.claim('owl', { seen: '', leaseMs: 0 });
      assert.deepEqual([asked.token, asked.busyMs], [undefined, 0]);
      await want(tier);
      const { token, busyMs } = await tier.claim('owl', { seen: '', leaseMs: 0 });
      assert.ok(token === undefined && busyMs > 0 && busyMs <= LONG_MS);
    },
  },
  {
    promise: 'keeps the leases of keys and of namespaces apart',
    check: async (harness) => {
      const tiers = [await harness.tier(), await harness.tier('fish')] as const;
      const claims = [await want(tiers[0]), await want(tiers[0], 'wren'), await want(tiers[1])];
      assert.equal(new Set(claims.map(({ token }) => token)).size, 3);
      assert.ok(claims.every(({ token }) => token !== undefined));
    },
  },
  {
    promise: 'answers an entry that the caller has not seen in the place of a lease',
    check: async (harness) => {
      const tier = await harness.tier();
      await tier.put([await harness.row(tier, 'owl')]);
      const { stamp, version } = await tier.get('owl');
      const news = await want(tier);
      assert.deepEqual(
        [news.token, news.busyMs, news.row?.key, news.stamp, news.version],
        [undefined, 0, 'owl', stamp, version],
      );
      const granted = await tier.claim('owl', { seen: stamp, leaseMs: LONG_MS });
      assert.equal(typeof granted.token, 'string');
      assert.deepEqual([granted.stamp, granted.version], [stamp, version]);
    },
  },
  {
    promise: 'grants a lease where the entry that was seen has gone',
    check: async (harness) => {
      const tier = await harness.tier();
      await tier.put([await harness.row(tier, 'owl')]);
      const { stamp, version } = await tier.get('owl');
      await tier.delete([{ key: 'owl', version: version + 1 }]);
      const { token, row, ...gone } = await tier.claim('owl', { seen: stamp, leaseMs: LONG_MS });
      assert.deepEqual([typeof token, row, gone.version], ['string', undefined, version + 1]);
      assert.notEqual(gone.stamp, stamp);
    },
  },
  {
    promise: 'lets a lease expire, and another be granted, which the first holder cannot give back',
    check: async (harness) => {
      const tier = await harness.tier();
      const first = await tier.claim('owl', { seen: '', leaseMs: 40 });
      await harness.time.pass(150);
      const second = await want(tier);
      assert.ok(second.token !== undefined && second.token !== first.token);
      assert.equal(await tier.release('owl', first.token ?? ''), false);
      assert.ok((await want(tier)).busyMs > 0);
    },
  },
  {
    promise:
      'takes a result whose lease has expired, where nothing has changed, and fences that of the next holder',
    check: async (harness) => {
      const tier = await harness.tier();
      const first = await tier.claim('owl', { seen: '', leaseMs: 40 });
      await harness.time.pass(150);
      const second = await want(tier);
      assert.notEqual(await fill(harness, tier, first), 'fenced');
      assert.equal(await fill(harness, tier, second), 'fenced');
    },
  },
  {
    promise: 'says that somebody waits, when a result is put there or a lease is given back',
    check: async (harness) => {
      const [tier, other] = [await harness.tier(), await harness.tier()];
      const first = await want(tier);
      assert.equal((await want(other)).token, undefined);
      assert.equal(await fill(harness, tier, first), 'awaited');
      const second = await want(tier, 'wren');
      await want(other, 'wren');
      assert.equal(await tier.release('wren', second.token ?? ''), true);
    },
  },
  {
    promise: 'says that nobody waits where nobody has asked for the lease',
    check: async (harness) => {
      const tier = await harness.tier();
      const first = await want(tier);
      await tier.claim('owl', { seen: '', leaseMs: 0 });
      await tier.get('owl');
      assert.equal(await fill(harness, tier, first), 'filled');
      const second = await want(tier, 'wren');
      assert.equal(await tier.release('wren', second.token ?? ''), false);
    },
  },
  {
    promise: 'forgets who has waited once a lease was given back',
    check: async (harness) => {
      const tier = await harness.tier();
      const first = await want(tier);
      await want(tier);
      assert.equal(await tier.release('owl', first.token ?? ''), true);
      const second = await want(tier);
      assert.equal(typeof second.token, 'string');
      assert.equal(await tier.release('owl', second.token ?? ''), false);
    },
  },
  {
    promise: 'gives back the lease with the result, be it taken or fenced',
    check: async (harness) => {
      const tier = await harness.tier();
      for (const overtaken of [false, true]) {
        const key = `owl ${overtaken}`;
        const claim = await want(tier, key);
        if (overtaken) await tier.delete([{ key, version: await harness.version(tier) }]);
        assert.equal(await fill(harness, tier, { ...claim, key }), overtaken ? 'fenced' : 'filled');
        const { stamp } = await tier.get(key);
        assert.ok((await tier.claim(key, { seen: stamp, leaseMs: LONG_MS })).token !== undefined);
      }
    },
  },
  {
    promise: 'gives back no lease to a token that does not hold it',
    check: async (harness) => {
      const tier = await harness.tier();
      await want(tier);
      const wren = await want(tier, 'wren');
      await want(tier);
      for (const token of ['', '0', 'foreign', wren.token ?? ''])
        assert.equal(await tier.release('owl', token), false);
      assert.ok((await want(tier)).busyMs > 0);
      assert.equal(await tier.release('none', 'foreign'), false);
    },
  },
];

function want(tier: SharedTier, key = 'owl'): Promise<Claim> {
  return tier.claim(key, { seen: '', leaseMs: LONG_MS });
}

async function fill(
  harness: TierHarness,
  tier: SharedTier,
  loaded: Claim & { key?: string },
): Promise<string> {
  return tier.fill(await harness.row(tier, loaded.key ?? 'owl', { value: 'loaded' }), loaded);
}
