import assert from 'node:assert/strict';
import type { Row, SharedTier } from 'nuthatch/engine';
import { keysOf, nastyNames, plain, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a shared tier promises of caches that it serves side by side, and of all entries of one. */
export const sharing: readonly Clause[] = [
  {
    promise: 'keeps namespaces apart, whatever they are called',
    check: async (harness) => {
      const tiers = await Promise.all(nastyNames.map((namespace) => harness.tier(namespace)));
      const version = await harness.version(await harness.tier());
      for (const [n, tier] of tiers.entries()) await tier.put([row('owl', { value: `${n}`, version })]);
      for (const [n, tier] of tiers.entries()) assert.equal((await tier.get('owl')).row?.value, `${n}`);
      for (const [n, tier] of tiers.entries()) {
        await tier.delete([{ key: 'owl', version: version + 1 }]);
        const left = await Promise.all(tiers.map((each) => each.get('owl')));
        assert.equal(left.filter((each) => each.row !== undefined).length, tiers.length - n - 1);
      }
    },
  },
  {
    promise: 'goes through every entry of its namespace, and no other',
    check: async (harness) => {
      const [tier, other] = [await harness.tier(), await harness.tier('birds:')];
      const version = await harness.version(tier);
      const rows = manyRows(version);
      await tier.put([...rows, row('gone', { version })]);
      await other.put([row('fish', { version })]);
      await tier.delete([{ key: 'gone', version: version + 1 }]);
      const found = await scanned(tier);
      assert.deepEqual([...found.keys()].sort(), keysOf(rows));
      for (const each of rows) assert.deepEqual(plain(found.get(each.key)), plain(each));
      assert.deepEqual([...(await scanned(other)).keys()], ['fish']);
    },
  },
  {
    promise: 'can be gone through where there is nothing, twice at once, and left in the middle',
    check: async (harness) => {
      const tier = await harness.tier();
      assert.equal((await scanned(tier)).size, 0);
      const rows = manyRows(await harness.version(tier));
      await tier.put(rows);
      for await (const page of tier.scan()) {
        if (page.length === 0) continue;
        assert.equal((await scanned(tier)).size, rows.length);
        break;
      }
      assert.equal((await scanned(tier)).size, rows.length);
    },
  },
  {
    promise: 'frees the room of its entries when they are cleared, and of no other namespace',
    check: async (harness) => {
      const [tier, other] = [await harness.tier('a*'), await harness.tier('ab')];
      const version = await harness.version(tier, 9000);
      await tier.put(manyRows(version));
      await other.put([row('owl', { version })]);
      await tier.clear();
      await harness.time.until('most entries are gone', async () => (await scanned(tier)).size < 30);
      assert.equal((await other.get('owl')).row?.key, 'owl');
      const fresh = await harness.row(tier, 'bird 1', { value: 'fresh' });
      assert.deepEqual([...(await tier.put([fresh]))], [fresh.version]);
      assert.equal((await tier.get('bird 1')).row?.value, 'fresh');
    },
  },
  {
    promise: 'has a clock that goes forward, if it has one',
    check: async (harness) => {
      const [tier, other] = [await harness.tier(), await harness.tier('fish')];
      const first = await tier.time();
      if (first === undefined) return;
      await harness.time.pass(50);
      const second = (await other.time()) ?? 0;
      assert.ok(second >= first + 25, `${second} after ${first}`);
      assert.ok(Math.abs(second - harness.time.clock.wallNow()) < 86_400_000);
    },
  },
  {
    promise: 'can be closed while calls are under way, and leaves what it has to others',
    check: async (harness) => {
      const [tier, other] = [await harness.tier(), await harness.tier()];
      await tier.put([await harness.row(tier, 'owl')]);
      const calls = Array.from({ length: 50 }, () => tier.get('owl'));
      for (const call of calls) call.catch(() => undefined);
      await harness.close(tier);
      assert.equal((await other.get('owl')).row?.key, 'owl');
      const later = await harness.tier();
      assert.equal((await later.get('owl')).row?.key, 'owl');
    },
  },
  {
    promise: 'complains of nothing where nothing goes wrong',
    check: async (harness) => {
      const tier = await harness.tier();
      await tier.put([await harness.row(tier, 'owl')]);
      await scanned(tier);
      await tier.clear();
      await harness.time.pass(300);
      assert.deepEqual(harness.complaints, []);
    },
  },
];

function manyRows(version: number): Row[] {
  return Array.from({ length: 700 }, (_, n) =>
    row(`bird ${n}`, {
      version,
      tags: n % 10 === 7 ? ['seventh'] : [],
      value: n % 2 === 0 ? `${n}` : new Uint8Array([n % 256]),
    }),
  );
}

async function scanned(tier: SharedTier): Promise<Map<string, Row>> {
  const found = new Map<string, Row>();
  for await (const page of tier.scan()) for (const each of page) found.set(each.key, each);
  return found;
}
