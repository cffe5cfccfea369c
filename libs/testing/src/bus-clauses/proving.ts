import assert from 'node:assert/strict';
import { about, keysIn } from '../bus-harness.js';
import type { Clause } from './clause.js';

/** What a bus promises of beginning, of ending, and of what it says of itself. */
export const proving: readonly Clause[] = [
  {
    promise: 'misses nothing from the moment on at which it is open',
    check: async (harness) => {
      const sender = await harness.join();
      for (let round = 0; round < 5; round += 1) {
        const late = await harness.join();
        await sender.bus.publish([about(`round ${round}`)]);
        await harness.arrival(late, `round ${round}`);
      }
    },
  },
  {
    promise: 'has sent what was published once it says so, also where the sender leaves at once',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      await sender.bus.publish([about('owl')]);
      await harness.leave(sender);
      await harness.arrival(other, 'owl');
    },
  },
  {
    promise: 'proves again and again that nothing was missed, also where nothing is published',
    check: async (harness) => {
      const [one, other] = [await harness.join(), await harness.join()];
      const { clock } = harness.time;
      for (let round = 0; round < 3; round += 1) {
        const asked = clock.now();
        for (const { proofs } of [one, other])
          await harness.time.until('it is proven', () => (proofs.at(-1)?.at ?? -Infinity) >= asked);
      }
      const before = other.proofs.length;
      await harness.time.pass(3000);
      // Every 250 milliseconds, on a machine that has nothing else to do.
      const least = harness.time.isFake ? 12 : 6;
      if (other.proofs.at(-1)?.at !== Infinity) assert.ok(other.proofs.length - before >= least);
      assert.deepEqual([one.missed, other.missed], [[], []]);
    },
  },
  {
    promise: 'proves nothing that has not come yet, and nothing of the future',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      const { clock } = harness.time;
      const published: { readonly key: string; readonly at: number }[] = [];
      for (let round = 0; round < 40; round += 1) {
        await sender.bus.publish([about(`round ${round}`)]);
        published.push({ key: `round ${round}`, at: clock.now() });
        await harness.time.pass(15);
      }
      const [end, { proofs }] = [clock.now(), other];
      await harness.time.until('it is proven', () => (proofs.at(-1)?.at ?? -Infinity) >= end);
      for (const { key, at } of published)
        assert.ok(proofs.every((proof) => proof.at <= at || proof.keys.has(key) || proof.at === Infinity));
      assert.ok(proofs.every(({ at, saidAt }) => at === Infinity || at <= saidAt));
      assert.equal(keysIn(other.received).length, 40);
    },
  },
  {
    promise: 'is silent to those who have left, and works on for the others',
    check: async (harness) => {
      const [sender, gone, other] = [await harness.join(), await harness.join(), await harness.join()];
      await sender.bus.publish([about('owl')]);
      await harness.arrival(gone, 'owl');
      await harness.leave(gone);
      const proofs = gone.proofs.length;
      await sender.bus.publish([about('wren')]);
      await harness.arrival(other, 'wren');
      await harness.time.pass(600);
      assert.deepEqual([keysIn(gone.received), gone.proofs.length], [['owl'], proofs]);
      assert.deepEqual([gone.missed, other.missed], [[], []]);
    },
  },
  {
    promise: 'lets anybody leave twice, and come back under another connection',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      await harness.leave(other);
      await other.bus.close();
      const again = await harness.join();
      await sender.bus.publish([about('owl')]);
      await harness.arrival(again, 'owl');
    },
  },
];
