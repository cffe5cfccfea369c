import assert from 'node:assert/strict';
import type { BusMessage, Invalidation } from 'nuthatch/engine';
import { about, keysIn } from '../bus-harness.js';
import { nastyNames } from '../sample-rows.js';
import type { Clause } from './clause.js';

/** What a bus promises of messages. */
export const receiving: readonly Clause[] = [
  {
    promise: 'hands every message to everybody else, once, in the order in which they were published',
    check: async (harness) => {
      const [sender, ...others] = [await harness.join(), await harness.join(), await harness.join()];
      const keys = Array.from({ length: 300 }, (_, n) => `bird ${n}`);
      for (let n = 0; n < 100; n += 1) await sender.bus.publish([about(keys[n] ?? '')]);
      for (let n = 100; n < 300; n += 20)
        await sender.bus.publish(keys.slice(n, n + 20).map((key) => about(key)));
      for (const other of others) {
        await harness.arrival(other, 'bird 299');
        assert.deepEqual(keysIn(other.received), keys);
        assert.deepEqual([other.missed, other.failures], [[], []]);
      }
    },
  },
  {
    promise: 'keeps the order of what is published without waiting',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      const keys = Array.from({ length: 200 }, (_, n) => `bird ${n}`);
      await Promise.all(keys.map((key) => sender.bus.publish([about(key)])));
      await harness.arrival(other, 'bird 199');
      assert.deepEqual(keysIn(other.received), keys);
    },
  },
  {
    promise: 'hands nobody what he has published himself',
    check: async (harness) => {
      const [one, other] = [await harness.join(), await harness.join()];
      await one.bus.publish([about('owl'), about('wren')]);
      await harness.arrival(other, 'wren');
      await other.bus.publish([about('jay')]);
      await harness.arrival(one, 'jay');
      assert.deepEqual(keysIn(one.received), ['jay']);
      assert.deepEqual(keysIn(other.received), ['owl', 'wren']);
    },
  },
  {
    promise: 'hands over what many publish at once, that of each in its order',
    check: async (harness) => {
      const members = await Promise.all(Array.from({ length: 5 }, () => harness.join()));
      const rounds = Array.from({ length: 40 }, (_, round) => round);
      await Promise.all(
        members.map(async ({ bus }, n) => {
          for (const round of rounds) await bus.publish([about(`${n} ${round}`)]);
        }),
      );
      for (const [n, { received }] of members.entries()) {
        await harness.time.until('all have come', () => received.length >= 160);
        const keys = keysIn(received);
        assert.equal(new Set(keys).size, 160);
        for (const other of members.keys()) {
          const sent = other === n ? [] : rounds.map((round) => `${other} ${round}`);
          assert.deepEqual(
            keys.filter((key) => key.startsWith(`${other} `)),
            sent,
          );
        }
      }
    },
  },
  {
    promise: 'hands over all that messages of every kind say, be they joined or divided',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      const messages = samples();
      await sender.bus.publish(messages);
      await harness.arrival(other, 'the last');
      assert.deepEqual(saidBy(other.received), saidBy(messages));
    },
  },
  {
    promise: 'takes no messages at all',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      await sender.bus.publish([]);
      await sender.bus.publish([about('owl')]);
      await harness.arrival(other, 'owl');
      assert.deepEqual(keysIn(other.received), ['owl']);
    },
  },
  {
    promise: 'hands over long messages, or says that they were missed',
    check: async (harness) => {
      const [sender, other] = [await harness.join(), await harness.join()];
      const keys = Array.from({ length: 10_000 }, (_, n) => `${'x'.repeat(100)} ${n}`);
      await sender.bus.publish([about(...keys)]);
      await harness.time.until(
        'they have come, or were missed',
        () => other.missed.length > 0 || keysIn(other.received).length >= keys.length,
      );
      if (other.missed.length === 0) assert.deepEqual(keysIn(other.received), keys);
    },
  },
  {
    promise: 'keeps namespaces apart, whatever they are called',
    check: async (harness) => {
      const names = ['birds', 'birds:', 'bird?', 'b*', '{birds}', 'BIRDS', 'bird', ...nastyNames.slice(0, 8)];
      const senders = await Promise.all(names.map((name) => harness.join(name)));
      const others = await Promise.all(names.map((name) => harness.join(name)));
      for (const [n, { bus }] of senders.entries()) await bus.publish([about(`of ${n}`)]);
      for (const [n, { bus }] of senders.entries()) await bus.publish([about(`last of ${n}`)]);
      for (const [n, other] of others.entries()) {
        await harness.arrival(other, `last of ${n}`);
        assert.deepEqual(keysIn(other.received), [`of ${n}`, `last of ${n}`]);
      }
    },
  },
];

/** One line for each thing that is said, in the order in which it is. */
function saidBy(messages: readonly BusMessage[]): string[] {
  return messages.flatMap((message) => {
    const { kind } = message;
    if (kind === 'published') return [JSON.stringify([kind, message.event, message.params])];
    const said: readonly unknown[] = kind === 'invalidated' ? message.invalidations.map(named) : message.keys;
    return Array.from(said, (each) => JSON.stringify([kind, each]));
  });
}

function named({ scope, name, version }: Invalidation): readonly unknown[] {
  return [scope, name, version];
}

function samples(): readonly BusMessage[] {
  const version = 1_790_000_000_000 * 1024 + 1;
  const params = { id: 7, text: 'ü 🦉 \0', none: null, list: [1, 'a', { deep: true }], half: 0.5 };
  return [
    { kind: 'changed', keys: nastyNames.map((name, n) => [name, version + n] as const) },
    {
      kind: 'invalidated',
      invalidations: nastyNames.flatMap((name) => [
        { scope: 'tag', name, version },
        { scope: 'prefix', name, version },
        { scope: 'pattern', name, version },
      ]),
    },
    { kind: 'published', event: 'bird.moved', params },
    { kind: 'published', event: 'ü 🦉 \0', params: {} },
    { kind: 'released', keys: nastyNames },
    { kind: 'changed', keys: [] },
    about('the last'),
  ];
}
