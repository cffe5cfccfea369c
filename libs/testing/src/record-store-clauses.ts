import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { byKey, comparable, type RecordBench } from './record-bench.js';

/** How many records are many: more than a flush brings at once. */
const MANY = 1000;

/** A promise that a record store makes. */
export interface Clause {
  readonly promise: string;
  check<V>(bench: RecordBench<V>): Promise<void>;
}

const reading: readonly Clause[] = [
  {
    promise: 'answers undefined for a key that it has not',
    check: async (bench) => {
      assert.equal(await bench.store.load(bench.key(0)), undefined);
      await bench.set(0);
      assert.equal(await bench.store.load(bench.key(1)), undefined);
    },
  },
  {
    promise: 'loads what was written, of each key its own',
    check: async (bench) => {
      for (let index = 0; index < 50; index++) await bench.set(index, index);
      for (let index = 0; index < 50; index++) await bench.expect(index, index);
    },
  },
  {
    promise: 'takes many changes at once, and loads many records, where it says that it can',
    check: async (bench) => {
      const indexes = Array.from({ length: MANY }, (_, index) => index);
      await bench.store.write(indexes.map((index) => bench.change(index)));
      await bench.expect(MANY - 1);
      const { store } = bench;
      if (store.loadMany === undefined) return;
      const found = await store.loadMany([...indexes, MANY].map((index) => bench.key(index)));
      assert.equal(found.get(bench.key(MANY)), undefined);
      for (const index of indexes)
        assert.deepEqual(comparable(found.get(bench.key(index))), comparable(bench.value(index)));
      assert.equal((await store.loadMany([])).size, 0);
    },
  },
];

const writing: readonly Clause[] = [
  {
    promise: 'replaces a record as a whole',
    check: async (bench) => {
      await bench.set(0, 1);
      await bench.set(0, 2);
      await bench.expect(0, 2);
    },
  },
  {
    promise: 'deletes a record and no other',
    check: async (bench) => {
      await bench.set(0);
      await bench.set(1);
      await bench.delete(0);
      await bench.expectNone(0);
      await bench.expect(1);
    },
  },
  {
    promise: 'takes the deletion of what is not there',
    check: async (bench) => {
      await bench.delete(0);
      await bench.expectNone(0);
    },
  },
  {
    promise: 'writes again what was deleted',
    check: async (bench) => {
      await bench.set(0, 1);
      await bench.delete(0);
      await bench.set(0, 2);
      await bench.expect(0, 2);
    },
  },
  {
    promise: 'inserts, replaces and deletes in one batch',
    check: async (bench) => {
      await bench.store.write([bench.change(0, 1), bench.change(1, 1), bench.change(2, 1)]);
      await bench.store.write([bench.deletion(0), bench.change(1, 2), bench.change(3, 1), bench.deletion(4)]);
      await bench.expectNone(0);
      await bench.expect(1, 2);
      await bench.expect(2, 1);
      await bench.expect(3, 1);
    },
  },
];

const together: readonly Clause[] = [
  {
    promise: 'takes batches at the same time',
    check: async (bench) => {
      const batches = Array.from({ length: 20 }, (_, batch) => [2 * batch, 2 * batch + 1]);
      await Promise.all(batches.map((batch) => bench.store.write(batch.map((index) => bench.change(index)))));
      for (const index of batches.flat()) await bench.expect(index);
    },
  },
  {
    promise: 'answers whole records while others are written',
    check: async (bench) => {
      await bench.set(0, 1);
      const writing = Promise.all([bench.set(0, 2), bench.set(1)]);
      const seen = comparable(await bench.store.load(bench.key(0)));
      await writing;
      assert.ok([1, 2].some((revision) => isDeepStrictEqual(seen, comparable(bench.value(0, revision)))));
      await bench.expect(0, 2);
    },
  },
];

/** Of a table that refuses something. */
export const refusing: readonly Clause[] = [
  {
    promise: 'makes no change of a batch of which it refuses one',
    check: async (bench) => {
      await bench.set(0, 1);
      await bench.set(1, 1);
      const batch = [bench.change(0, 2), bench.deletion(1), bench.refused(2), bench.change(3)];
      await assert.rejects(bench.store.write(batch));
      await bench.expect(0, 1);
      await bench.expect(1, 1);
      await bench.expectNone(2);
      await bench.expectNone(3);
    },
  },
  {
    promise: 'goes on after a batch that it has refused',
    check: async (bench) => {
      await assert.rejects(bench.store.write([bench.change(0), bench.refused(1)]));
      await bench.set(0, 2);
      await bench.expect(0, 2);
    },
  },
  {
    promise: 'refuses a batch without harm to those of the same time',
    check: async (bench) => {
      const batches = Array.from({ length: 20 }, (_, batch) => {
        const last = batch % 3 === 0 ? bench.refused(2 * batch + 1) : bench.change(2 * batch + 1);
        return bench.store.write([bench.change(2 * batch), last]);
      });
      const outcomes = await Promise.allSettled(batches);
      for (const [batch, { status }] of outcomes.entries()) {
        assert.equal(status, batch % 3 === 0 ? 'rejected' : 'fulfilled');
        for (const index of [2 * batch, 2 * batch + 1])
          await (batch % 3 === 0 ? bench.expectNone(index) : bench.expect(index));
      }
    },
  },
];

const replaying: readonly Clause[] = [
  {
    promise: 'can be told twice: a replay of what it has changes nothing',
    check: async (bench) => {
      const batch = [bench.change(0), bench.deletion(1)];
      await bench.store.write(batch);
      await bench.store.write(batch, { replay: true });
      await bench.expect(0);
      await bench.expectNone(1);
    },
  },
  {
    promise: 'takes from a replay what it has not',
    check: async (bench) => {
      await bench.set(0, 1);
      await bench.set(1);
      await bench.store.write([bench.change(0, 2), bench.deletion(1), bench.change(2)], { replay: true });
      await bench.expect(0, 2);
      await bench.expectNone(1);
      await bench.expect(2);
    },
  },
];

/** Of a table that keeps versions. */
export const versioned: readonly Clause[] = [
  {
    promise: 'skips what is older than what it has, when it is replayed',
    check: async (bench) => {
      const [old, oldDeletion] = [bench.change(0, 1), bench.deletion(1)];
      await bench.set(0, 2);
      await bench.set(1, 2);
      await bench.store.write([old, oldDeletion], { replay: true });
      await bench.expect(0, 2);
      await bench.expect(1, 2);
    },
  },
];

const offered: readonly Clause[] = [
  {
    promise: 'lists every record once, if it can',
    check: async (bench) => {
      if (bench.store.scan === undefined) return;
      assert.deepEqual(await bench.listed(), []);
      for (const index of [0, 1, 2]) await bench.set(index);
      await bench.delete(1);
      const left = [0, 2].map((index) => [bench.key(index), comparable(bench.value(index))] as const);
      assert.deepEqual(await bench.listed(), byKey(left));
    },
  },
  {
    promise: 'deletes every record, if it can, and takes others after',
    check: async (bench) => {
      if (bench.store.clear === undefined) return;
      await bench.set(0);
      await bench.set(1);
      await bench.store.clear();
      await bench.expectNone(0);
      await bench.expectNone(1);
      await bench.set(1, 2);
      await bench.expect(1, 2);
    },
  },
];

/** Of every record store. */
export const always: readonly Clause[] = [...reading, ...writing, ...together, ...replaying, ...offered];
