import type { Observable } from 'rxjs';
import type { BatchBlock } from './batch/batch.js';
import { runBatch } from './batch/buffered.js';
import type { Expiring } from './expiring.js';
import type { Command } from './history/command.js';
import type { ClearCommand } from './history/commands.js';
import type { HistoryState } from './history/history.js';
import { assertKey } from './kernel/assert-key.js';
import type { Change } from './kernel/entries.js';
import type { WriteOptions } from './kernel/life.js';
import type { Reader } from './load/reader.js';
import { LoadControls, type LoadControlsParts } from './load-controls.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { Overrides } from './overrides.js';
import type { Rewriting } from './write/rewriting.js';
import type { Writer } from './write/writer.js';

/** What a cache is made of; `createCache` puts it together. */
export interface CacheParts<V> extends LoadControlsParts<V> {
  readonly reader: Reader<V>;
  readonly expiring: Expiring<V>;
  readonly writer: Writer<V>;
  readonly overrides: Overrides;
  readonly rewriting: Rewriting<V>;
}

/**
 * A cache: memory in front, and behind it, where there is one, a store that is read through and written by a policy.
 * Made by `createCache`. Keys are non-empty strings; a wrong key, like every misuse, is a `CacheError`.
 */
export class Cache<V = unknown> extends LoadControls<V> {
  readonly #parts: CacheParts<V>;
  readonly #memory: MemoryTier<V>;
  readonly #reads: CacheParts<V>['reads'];
  readonly #participant: CacheParts<V>['participant'];

  /** @internal Use `createCache`. */
  constructor(parts: CacheParts<V>) {
    super(parts);
    this.#parts = parts;
    this.#memory = parts.memory;
    this.#reads = parts.reads;
    this.#participant = parts.participant;
  }

  /** The value of a key, from memory, pending writes or store; `undefined` where there is none. A hit in memory costs one look-up. */
  get(key: string): Promise<V | undefined> {
    const slot = this.#participant.view === undefined ? this.#memory.find(key) : undefined;
    return slot === undefined ? this.#find(key) : Promise.resolve(this.#reads.hit(key, slot));
  }

  /** The values of those keys that have one. What is not in memory is read from the store in one call. */
  async getMany(keys: readonly string[]): Promise<Map<string, V>> {
    const inside = this.#participant.view;
    if (inside !== undefined) {
      for (const key of keys) this.#check(key);
      return inside.findMany(keys);
    }
    const { values, missing } = this.#reads.many(keys);
    for (const key of missing) this.#check(key);
    for (const [key, value] of await this.#parts.reader.findMany(missing)) values.set(key, value);
    return values;
  }

  /** Writes a value. Resolves when it is as safe as the write policy promises, rejects where the store refused it. */
  async set(key: string, value: V, options?: WriteOptions<V>): Promise<void> {
    this.#check(key);
    const { writer } = this.#parts;
    await this.#changes.set([[key, writer.prepare(value, options)]]);
  }

  /** Writes entries as one batch: the store gets all of them, or none. (Write-back acknowledges all, and may bring them to the store in several flushes.) */
  async setMany(
    entries: Iterable<readonly [key: string, value: V]>,
    options?: WriteOptions<V>,
  ): Promise<void> {
    const { writer } = this.#parts;
    const last = new Map(entries);
    for (const key of last.keys()) this.#check(key);
    await this.#changes.set(Array.from(last, ([key, value]) => [key, writer.prepare(value, options)]));
  }

  /** Deletes a key everywhere; answers whether there was an entry. */
  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  /** Deletes keys as one batch; answers how many of them had an entry. */
  async deleteMany(keys: readonly string[]): Promise<number> {
    for (const key of keys) this.#check(key);
    return this.#changes.delete([...new Set(keys)]);
  }

  /**
   * Makes the value of a key stale: it is no longer there for a `get`, and the next `getOrLoad` loads it anew, but it is kept until its life is
   * over, to be served where that load fails. Answers whether there was a fresh one. A store of the role `'record'` keeps its row as it is.
   */
  async expire(key: string): Promise<boolean> {
    this.#check(key);
    return (this.#participant.view ?? this.#parts.expiring).expire(key);
  }

  /**
   * Runs a block and makes what it writes on its handle at once when it has ended: the store gets all of it in one transaction, or none,
   * and memory follows. Where the block throws, or the store refuses, nothing is changed, and the caller gets the error. Until then only
   * the block sees its changes. No key is locked meanwhile: what others write to the same keys comes before all of it, or after.
   * A block that writes nothing costs nothing. (Write-back acknowledges all of it together, and may bring it to the store in several flushes.)
   */
  async batch<T>(block: BatchBlock<V, T>): Promise<T> {
    this.assertOpen();
    const { writer, clock } = this.#parts;
    const around = {
      get: (key: string) => this.get(key),
      getMany: (keys: readonly string[]) => this.getMany(keys),
      has: (key: string) => this.has(key),
      count: (keys: readonly string[]) => this.#changes.count(keys),
    };
    const commit = async (changes: readonly Change<V>[]): Promise<void> => {
      this.assertOpen();
      await this.#changes.apply(changes);
    };
    return runBatch({ around, entries: writer, clock, commit }, block);
  }

  /** Whether there is an entry, in memory or behind it. Counts as no use. */
  async has(key: string): Promise<boolean> {
    const inside = this.#participant.view;
    if (inside === undefined && this.#memory.find(key) !== undefined) return true;
    this.#check(key);
    return (inside ?? this.#parts.reader).has(key);
  }

  /** The value in memory, without counting as a use and without asking the store. */
  peek(key: string): V | undefined {
    const slot = this.#memory.find(key);
    return slot === undefined ? undefined : this.#memory.handOut(this.#memory.table.valueAt(slot));
  }

  /** How many entries memory holds, those included that have expired and are not removed yet. */
  get size(): number {
    return this.#memory.table.size;
  }

  /** The keys in memory, in order of arrival. Safe while the cache changes. */
  *keys(): Generator<string, void> {
    for (const slot of this.#memory.living()) yield this.#memory.table.keyAt(slot);
  }

  /** The entries in memory, in order of arrival, not counted as uses. Safe while the cache changes. */
  *entries(): Generator<[key: string, value: V], void> {
    const { table } = this.#memory;
    for (const slot of this.#memory.living())
      yield [table.keyAt(slot), this.#memory.handOut(table.valueAt(slot))];
  }

  [Symbol.iterator](): Generator<[key: string, value: V], void> {
    return this.entries();
  }

  /** Runs `fn` with other defaults for the writes and loads that it makes, also across awaits; concurrent callers are not affected. */
  withOverrides<T>(overrides: WriteOptions, fn: () => T): T {
    return this.#parts.overrides.run(overrides, fn);
  }

  /** Runs a command that can be undone, such as `new SetCommand(key, value)`. Commands of one cache run one after the other. */
  async run(command: Command<V> | ClearCommand): Promise<void> {
    this.assertOpen();
    this.#participant.assertOutside('run');
    if ('keys' in command) for (const key of command.keys) assertKey(key);
    return this.#parts.history.run(command);
  }

  /**
   * Takes the last command back; answers whether there was one.
   * @throws CacheError `undo_conflict` where somebody else has changed the key since; the command is then forgotten.
   */
  async undo(): Promise<boolean> {
    this.assertOpen();
    this.#participant.assertOutside('undo');
    return this.#parts.history.undo();
  }

  /** Does again what was undone last; answers whether there was something. @throws CacheError `undo_conflict` as {@link undo}. */
  async redo(): Promise<boolean> {
    this.assertOpen();
    this.#participant.assertOutside('redo');
    return this.#parts.history.redo();
  }

  /** What can be undone and redone, now and after every change. */
  get history$(): Observable<HistoryState> {
    return this.#parts.history.state$;
  }

  /** @internal Stores a row in the form of today; see {@link Rewriting.rewrite}. */
  rewrite(key: string, isDue: () => boolean): Promise<void> {
    return this.#parts.rewriting.rewrite(key, isDue);
  }

  #find(key: string): Promise<V | undefined> {
    try {
      this.#check(key);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return (this.#participant.view ?? this.#parts.reader).find(key);
  }

  /** What makes changes; inside of a transaction, what keeps them for its end. */
  get #changes(): Pick<Writer<V>, 'set' | 'delete' | 'apply' | 'count'> {
    return this.#participant.view ?? this.#parts.writer;
  }

  #check(key: string): void {
    assertKey(key);
    this.assertOpen();
  }
}
