import assert from 'node:assert/strict';
import type { Row } from 'nuthatch/engine';
import { nastyNames, plain, row } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a shared tier promises of entries that are written and read. */
export const reading: readonly Clause[] = [
  {
    promise: 'answers no entry, no stamp and the version 0 where there was nothing',
    check: async (harness) => {
      const tier = await harness.tier();
      const nothing = { row: undefined, stamp: '', version: 0 };
      assert.deepEqual({ ...(await tier.get('owl')) }, nothing);
      assert.deepEqual(
        Array.from(await tier.getMany(['owl']), (read) => ({ ...read })),
        [nothing],
      );
      assert.deepEqual(
        { ...(await tier.claim('owl', { seen: '', leaseMs: 0 })) },
        { ...nothing, ...UNLEASED },
      );
    },
  },
  {
    promise: 'gives back an entry with all that belongs to it, be it text or bytes',
    check: async (harness) => {
      const [tier, other] = [await harness.tier(), await harness.tier()];
      const now = await harness.now(tier);
      const rows = samples(now);
      const answers = await tier.put(rows);
      assert.deepEqual(
        [...answers],
        rows.map(({ version }) => version),
      );
      for (const each of rows) {
        const read = await other.get(each.key);
        assert.deepEqual([plain(read.row), read.version], [plain(each), each.version]);
        assert.notEqual(read.stamp, '');
      }
    },
  },
  {
    promise: 'replaces an entry with all that belonged to it',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      const [old] = samples(await harness.now(tier));
      const fresh = row('full', { value: new Uint8Array([1]), version: version + 1 });
      if (old !== undefined) await tier.put([old]);
      await tier.put([fresh]);
      assert.deepEqual(plain((await tier.get('full')).row), plain(fresh));
    },
  },
  {
    promise: 'answers many keys in the order in which they are asked for, twice where they are twice',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      const keys = Array.from({ length: 300 }, (_, n) => `bird ${n}`);
      await tier.put(keys.map((key) => row(key, { version })));
      const asked = [...keys.toReversed(), 'none', 'bird 7', 'bird 7'];
      const reads = await tier.getMany(asked);
      assert.deepEqual(
        Array.from(reads, (read) => read.row?.key),
        asked.map((key) => (key === 'none' ? undefined : key)),
      );
      const alone = await tier.get('bird 7');
      assert.deepEqual([reads.at(-1)?.stamp, reads.at(-1)?.version], [alone.stamp, alone.version]);
      assert.equal((await tier.getMany([])).length, 0);
    },
  },
  {
    promise: 'takes nothing to put and nothing to delete',
    check: async (harness) => {
      const tier = await harness.tier();
      assert.deepEqual([[...(await tier.put([]))], [...(await tier.delete([]))]], [[], []]);
    },
  },
  {
    promise: 'keeps keys apart, whatever is in them',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      const keys = [...nastyNames, 'k'.repeat(10_240), `${'k'.repeat(10_239)}l`, '{', '{}', '}{', 'a{b}c{d}'];
      await tier.put(keys.map((key) => row(key, { version })));
      const reads = await tier.getMany(keys);
      assert.deepEqual(
        Array.from(reads, (read) => read.row?.key),
        keys,
      );
      for (const key of keys) {
        const { token } = await tier.claim(key, { seen: (await tier.get(key)).stamp, leaseMs: 10_000 });
        assert.equal(typeof token, 'string');
      }
      for (const [index, key] of keys.entries()) {
        await tier.delete([{ key, version: version + 1 }]);
        const left = (await tier.getMany(keys)).filter((read) => read.row !== undefined);
        assert.equal(left.length, keys.length - index - 1);
      }
    },
  },
  {
    promise: 'keeps values of 5 MB',
    check: async (harness) => {
      const tier = await harness.tier();
      const version = await harness.version(tier);
      const text = 'ü'.repeat(5 * 2 ** 19);
      const bytes = new Uint8Array(5 * 2 ** 20).fill(200);
      await tier.put([row('text', { value: text, version }), row('bytes', { value: bytes, version })]);
      const [first, second] = await tier.getMany(['text', 'bytes']);
      assert.ok(first?.row?.value === text);
      const found = second?.row?.value;
      assert.ok(found instanceof Uint8Array && Buffer.compare(found, bytes) === 0);
    },
  },
  {
    promise: 'keeps an entry until it expires, and shows none afterwards that does not say so',
    check: async (harness) => {
      const tier = await harness.tier();
      const expiresAt = (await harness.now(tier)) + 5000;
      await tier.put([await harness.row(tier, 'owl', { expiresAt })]);
      assert.equal((await tier.get('owl')).row?.expiresAt, expiresAt);
      await tier.put([await harness.row(tier, 'wren', { expiresAt: expiresAt - 4950 })]);
      await harness.time.pass(100);
      const { row: left } = await tier.get('wren');
      assert.ok(left === undefined || left.expiresAt === expiresAt - 4950);
    },
  },
];

/** What a claim answers beside the state of the key where no lease is held. */
const UNLEASED = { token: undefined, busyMs: 0 };

function samples(now: number): Row[] {
  const version = (now - 5000) * 1024;
  const rest = { version, expiresAt: now + 3_600_000, freshUntil: now + 1_800_000 };
  return [
    row('full', { ...rest, value: '{"a":"\\u0000 ü 🦉"}', tags: ['night', 'ü 🦉 \0 ,;|{}', ''] }),
    row('bytes', { version: version + 1, value: Uint8Array.from({ length: 256 }, (_, n) => n) }),
    row('no bytes', { version, value: new Uint8Array() }),
    row('no text', { version, value: '' }),
    row('odd text', { version, value: '\0\r\n\ufffd\u{1f989}' }),
    row('stale', { version, freshUntil: now - 1000 }),
    row('many tags', { version, tags: Array.from({ length: 100 }, (_, n) => `tag ${n}`) }),
  ];
}
