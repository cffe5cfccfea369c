import { assertKey } from '../kernel/assert-key.js';
import type { Clock } from '../kernel/clock.js';
import type { Change, Entries } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { batchEnded } from '../kernel/errors.js';
import type { WriteOptions } from '../kernel/life.js';
import type { Batch, BatchBlock } from './batch.js';

/** What is around a batch: the cache, or another batch. */
export interface Surroundings<V> {
  get(key: string): Promise<V | undefined>;
  getMany(keys: readonly string[]): Promise<Map<string, V>>;
  has(key: string): Promise<boolean>;
  /** How many of the keys have an entry. */
  count(keys: readonly string[]): Promise<number>;
}

/** What a batch works with. */
export interface BatchParts<V> {
  readonly around: Surroundings<V>;
  readonly entries: Pick<Entries<V>, 'prepare' | 'handOut'>;
  readonly clock: Clock;
  /** Makes all changes, or none. */
  readonly commit: (changes: readonly Change<V>[]) => Promise<void>;
}

/** Runs a block on a batch, and makes its changes once it has ended; where it throws there are none. */
export async function runBatch<V, T>(parts: BatchParts<V>, block: BatchBlock<V, T>): Promise<T> {
  const batch = new BufferedBatch(parts);
  const answer = await batch.run(block);
  if (batch.changes.length > 0) await parts.commit(batch.changes);
  return answer;
}

/** Changes that wait for the end of their block, the last one of each key. */
class BufferedBatch<V> implements Batch<V>, Surroundings<V> {
  readonly #parts: BatchParts<V>;
  readonly #changes = new Map<string, EntryState<V> | undefined>();
  #hasEnded = false;

  constructor(parts: BatchParts<V>) {
    this.#parts = parts;
  }

  /** In order, each key once. */
  get changes(): readonly Change<V>[] {
    return [...this.#changes];
  }

  async run<T>(block: BatchBlock<V, T>): Promise<T> {
    try {
      return await block(this);
    } finally {
      this.#hasEnded = true;
    }
  }

  async get(key: string): Promise<V | undefined> {
    this.#check(key);
    if (!this.#changes.has(key)) return this.#parts.around.get(key);
    const entry = this.#written(key);
    return entry && this.#parts.entries.handOut(entry.value);
  }

  async getMany(keys: readonly string[]): Promise<Map<string, V>> {
    for (const key of keys) this.#check(key);
    const values = new Map<string, V>();
    const others: string[] = [];
    for (const key of new Set(keys)) {
      const entry = this.#written(key);
      if (entry !== undefined) values.set(key, this.#parts.entries.handOut(entry.value));
      else if (!this.#changes.has(key)) others.push(key);
    }
    if (others.length === 0) return values;
    return new Map([...values, ...(await this.#parts.around.getMany(others))]);
  }

  async has(key: string): Promise<boolean> {
    this.#check(key);
    return this.#changes.has(key) ? this.#written(key) !== undefined : this.#parts.around.has(key);
  }

  async count(keys: readonly string[]): Promise<number> {
    const others = keys.filter((key) => !this.#changes.has(key));
    const written = keys.filter((key) => this.#written(key) !== undefined).length;
    return others.length === 0 ? written : written + (await this.#parts.around.count(others));
  }

  async set(key: string, value: V, options?: WriteOptions): Promise<void> {
    this.#check(key);
    this.#put(key, this.#parts.entries.prepare(value, options));
  }

  async setMany(entries: Iterable<readonly [key: string, value: V]>, options?: WriteOptions): Promise<void> {
    const last = new Map(entries);
    for (const key of last.keys()) this.#check(key);
    const prepared = Array.from(
      last,
      ([key, value]) => [key, this.#parts.entries.prepare(value, options)] as const,
    );
    for (const [key, entry] of prepared) this.#put(key, entry);
  }

  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    for (const key of keys) this.#check(key);
    const distinct = [...new Set(keys)];
    // Counted as of now, deleted from now on, also where nobody waits for the count.
    const counting = this.count(distinct);
    for (const key of distinct) this.#put(key, undefined);
    return counting;
  }

  async batch<T>(block: BatchBlock<V, T>): Promise<T> {
    this.#assertRunning();
    const inner = new BufferedBatch<V>({ ...this.#parts, around: this });
    const answer = await inner.run(block);
    this.#assertRunning();
    for (const [key, entry] of inner.#changes) this.#put(key, entry);
    return answer;
  }

  /** What the block has written under the key, unless its life is over. */
  #written(key: string): EntryState<V> | undefined {
    const entry = this.#changes.get(key);
    return entry !== undefined && entry.expiresAt > this.#parts.clock.now() ? entry : undefined;
  }

  /** The last change of a key also decides its place in the order. */
  #put(key: string, entry: EntryState<V> | undefined): void {
    this.#changes.delete(key);
    this.#changes.set(key, entry);
  }

  #check(key: string): void {
    assertKey(key);
    this.#assertRunning();
  }

  #assertRunning(): void {
    if (this.#hasEnded) throw batchEnded();
  }
}
