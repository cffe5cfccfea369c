import assert from 'node:assert/strict';
import type { Change, RecordStore } from 'nuthatch/engine';
import { nastyNames } from './sample-rows.js';

/** Where the records of a test come from; `key` by default is any text. */
export interface RecordSamples<V> {
  value(key: string, revision: number): V;
  readonly refused: ((key: string) => V) | undefined;
  key?(index: number): string;
}

/** A record store in a test, with records by index and revision. Each change is newer than the one that was made before it. */
export class RecordBench<V> {
  readonly #samples: RecordSamples<V>;
  #version = 0;

  private constructor(
    readonly store: RecordStore<V>,
    samples: RecordSamples<V>,
  ) {
    this.#samples = samples;
  }

  /** Runs a check, and closes the store. */
  static async with<V>(
    store: RecordStore<V>,
    test: { readonly samples: RecordSamples<V>; readonly check: (bench: RecordBench<V>) => Promise<void> },
  ): Promise<void> {
    try {
      await test.check(new RecordBench(store, test.samples));
    } finally {
      await store.close?.();
    }
  }

  key(index: number): string {
    return this.#samples.key?.(index) ?? nastyNames[index] ?? `key ${index}`;
  }

  value(index: number, revision = 1): V {
    return this.#samples.value(this.key(index), revision);
  }

  change(index: number, revision = 1): Change<V> {
    return this.#set(index, this.value(index, revision));
  }

  deletion(index: number): Change<V> {
    return { type: 'delete', key: this.key(index), version: ++this.#version };
  }

  /** A change that the store does not take. */
  refused(index: number): Change<V> {
    const { refused } = this.#samples;
    assert.ok(refused, 'a record that is refused is needed here');
    return this.#set(index, refused(this.key(index)));
  }

  async set(index: number, revision = 1): Promise<void> {
    await this.store.write([this.change(index, revision)]);
  }

  async delete(index: number): Promise<void> {
    await this.store.write([this.deletion(index)]);
  }

  async expect(index: number, revision = 1): Promise<void> {
    const found = await this.store.load(this.key(index));
    assert.deepEqual(comparable(found), comparable(this.value(index, revision)));
  }

  async expectNone(index: number): Promise<void> {
    assert.equal(await this.store.load(this.key(index)), undefined);
  }

  /** Every record that the store lists, by key. */
  async listed(): Promise<readonly (readonly [key: string, value: unknown])[]> {
    const listed: (readonly [string, unknown])[] = [];
    for await (const records of this.store.scan?.() ?? [])
      for (const [key, value] of records) listed.push([key, comparable(value)]);
    return byKey(listed);
  }

  #set(index: number, value: V): Change<V> {
    return { type: 'set', key: this.key(index), value, version: ++this.#version };
  }
}

/** Pairs in the order of their keys. */
export function byKey<T>(
  pairs: readonly (readonly [key: string, value: T])[],
): readonly (readonly [string, T])[] {
  return [...pairs].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A record that can be compared: a database may answer an instance where plain data was written. */
export function comparable(record: unknown): unknown {
  const isObject = Object.prototype.toString.call(record) === '[object Object]';
  return isObject ? { ...(record as object) } : record;
}
