import type { Cache } from './cache.js';
import type { WriteOptions } from './kernel/life.js';
import type { LoadOptions } from './load/loader.js';
import type { InputOf, KeyOf, TypedDefinition, ValueOf } from './typed/definition.js';
import type { SchemaCodecParts } from './typed/schema-codec.js';
import { misfit, misfittingRecord, misloaded, SchemaMismatch } from './typed/typed-errors.js';
import type { OldRows } from './typed/old-rows.js';
import { keysOf, type TypedKeys } from './typed/typed-keys.js';
import {
  checkedBulkLoader,
  checkedLoader,
  type LoadChecks,
  type TypedBulkLoader,
  type TypedLoader,
} from './typed/typed-loader.js';
import type { ValueGuard } from './typed/value-guard.js';

/**
 * A cache of one kind of value, as `defineCache` declares it: what its methods take and answer is known to the compiler, and nothing comes out
 * that does not fit its schema.
 *
 * What is written or loaded is checked once, on its way in; a hit in memory costs a look-up more than that of the cache below. (With
 * `isolate: 'clone'`, and where values are no objects, each read is checked.)
 */
export class TypedCache<Definition extends TypedDefinition> {
  /** The cache below, with keys as text and without checks: for its events, invalidations and everything else. */
  readonly cache: Cache<ValueOf<Definition>>;
  /** The name of the cache. */
  readonly name: string;
  readonly #keys: TypedKeys<Definition>;
  readonly #guard: ValueGuard<unknown, ValueOf<Definition>>;
  readonly #oldRows: OldRows;

  /** @internal Use `createTypedCache`, `typed`, or in NestJS `@InjectCache(definition)`. */
  constructor(
    cache: Cache<ValueOf<Definition>>,
    definition: Definition,
    { guard, oldRows }: SchemaCodecParts,
  ) {
    this.cache = cache;
    this.name = definition.name;
    this.#keys = keysOf(definition);
    // A guard of this definition lets through what the definition's schema makes.
    this.#guard = guard as ValueGuard<unknown, ValueOf<Definition>>;
    this.#oldRows = oldRows;
  }

  /** The key that stands for the argument in the cache below. @throws CacheError `bad_key` */
  keyOf(argument: KeyOf<Definition>): string {
    return this.#keys.keyOf(argument);
  }

  /** The value; `undefined` where there is none, or none that fits. */
  async get(argument: KeyOf<Definition>): Promise<ValueOf<Definition> | undefined> {
    const key = this.#keys.keyOf(argument);
    const value = await this.cache.get(key);
    this.#oldRows.renew(this.cache, [key]);
    if (value === undefined || this.#guard.isKnown(value)) return value;
    return (await this.#fits(key, value)) ? value : undefined;
  }

  /** The values of those that have one, in the order of the arguments. What is not in memory is read from the store in one call. */
  async getMany(args: readonly KeyOf<Definition>[]): Promise<Map<KeyOf<Definition>, ValueOf<Definition>>> {
    const byKey = this.#keys.byKey(args);
    const found = await this.cache.getMany([...byKey.keys()]);
    this.#oldRows.renew(this.cache, byKey.keys());
    return this.#fitting(byKey, found);
  }

  /**
   * The value, loaded and kept where nobody has a fresh one that fits; see `Cache.getOrLoad`.
   * @throws CacheError `bad_load` where what was loaded does not fit: it is not kept, and counts as a load that failed.
   */
  async getOrLoad(
    argument: KeyOf<Definition>,
    loader: TypedLoader<InputOf<Definition>, ValueOf<Definition>>,
    options?: LoadOptions<ValueOf<Definition>>,
  ): Promise<ValueOf<Definition>> {
    const key = this.#keys.keyOf(argument);
    const said = this.#keys.tagged(argument, undefined, options);
    const checked = checkedLoader(
      loader,
      this.#checks(() => argument, options),
    );
    const found = await this.cache.getOrLoad(key, checked, said);
    this.#oldRows.renew(this.cache, [key]);
    if (this.#guard.isKnown(found) || (await this.#fits(key, found))) return found;
    // Untyped code had put it there, or was loading it.
    const value = await this.cache.getOrLoad(key, checked, said);
    const mismatch = await this.#refused(key, value);
    if (mismatch !== undefined) throw misloaded(key, mismatch);
    return value;
  }

  /**
   * The values, in the order of the arguments; those that nobody has are asked of the loader all at once, and what it has not found is left out.
   * @throws what the first load that failed has thrown. CacheError `bad_load` where what was loaded does not fit.
   */
  async getManyOrLoad(
    args: readonly KeyOf<Definition>[],
    loader: TypedBulkLoader<KeyOf<Definition>, InputOf<Definition>, ValueOf<Definition>>,
    options?: LoadOptions<ValueOf<Definition>>,
  ): Promise<Map<KeyOf<Definition>, ValueOf<Definition>>> {
    const byKey = this.#keys.byKey(args);
    // Each key was made of one of the arguments.
    const argumentOf = (key: string): KeyOf<Definition> => byKey.get(key) as KeyOf<Definition>;
    const checks = {
      ...this.#checks(argumentOf, options),
      keyOf: (argument: KeyOf<Definition>) => this.keyOf(argument),
    };
    const checked = checkedBulkLoader(loader, byKey, checks);
    const load = () => this.cache.getManyOrLoad([...byKey.keys()], checked, options);
    const found = await load();
    this.#oldRows.renew(this.cache, byKey.keys());
    const fitting = await this.#fitting(byKey, found);
    // What was in memory and did not fit is gone by now.
    return fitting.size === countOf(found) ? fitting : this.#fitting(byKey, await load());
  }

  /** Writes a value; see `Cache.set`. @throws CacheError `bad_value` where it does not fit; nothing is written then. */
  async set(
    argument: KeyOf<Definition>,
    value: InputOf<Definition>,
    options?: WriteOptions<ValueOf<Definition>>,
  ): Promise<void> {
    const key = this.#keys.keyOf(argument);
    const admitted = this.#admit(key, value);
    await this.cache.set(key, admitted, this.#keys.tagged(argument, admitted, options));
  }

  /** Writes values as one batch, all or none. @throws CacheError `bad_value` where one does not fit; none is written then. */
  async setMany(
    entries: Iterable<readonly [argument: KeyOf<Definition>, value: InputOf<Definition>]>,
    options?: WriteOptions<ValueOf<Definition>>,
  ): Promise<void> {
    const writes = Array.from(entries, ([argument, value]) => {
      const key = this.#keys.keyOf(argument);
      const admitted = this.#admit(key, value);
      return { key, admitted, said: this.#keys.tagged(argument, admitted, options) };
    });
    await this.cache.batch(async (batch) => {
      // What a `ttl` function is told are values of this cache.
      for (const { key, admitted, said } of writes) await batch.set(key, admitted, said as WriteOptions);
    });
  }

  /** Deletes an entry everywhere; answers whether there was one. */
  async delete(argument: KeyOf<Definition>): Promise<boolean> {
    return this.cache.delete(this.#keys.keyOf(argument));
  }

  /** Deletes entries as one batch; answers how many there were. */
  async deleteMany(args: readonly KeyOf<Definition>[]): Promise<number> {
    return this.cache.deleteMany([...this.#keys.byKey(args).keys()]);
  }

  /** Whether there is an entry, in memory or behind it. Does not look whether it fits. Counts as no use. */
  async has(argument: KeyOf<Definition>): Promise<boolean> {
    return this.cache.has(this.#keys.keyOf(argument));
  }

  /** Makes an entry stale; see `Cache.expire`. */
  async expire(argument: KeyOf<Definition>): Promise<boolean> {
    return this.cache.expire(this.#keys.keyOf(argument));
  }

  /** The value in memory, where it fits, without counting as a use. */
  peek(argument: KeyOf<Definition>): ValueOf<Definition> | undefined {
    const value = this.cache.peek(this.#keys.keyOf(argument));
    return value === undefined || this.#mismatch(value) !== undefined ? undefined : value;
  }

  /** Makes everything gone that carries one of the tags. */
  async invalidateTags(...tags: readonly string[]): Promise<void> {
    await this.cache.invalidateTags(...tags);
  }

  /** Removes every entry; see `Cache.clear`. */
  async clear(): Promise<void> {
    await this.cache.clear();
  }

  #admit(key: string, value: unknown): ValueOf<Definition> {
    try {
      return this.#guard.admit(value);
    } catch (error) {
      throw error instanceof SchemaMismatch ? misfit(key, error) : error;
    }
  }

  async #fits(key: string, value: unknown): Promise<boolean> {
    return (await this.#refused(key, value)) === undefined;
  }

  /**
   * What is wrong with a value that untyped code has put into the cache, or that is a record of the user's own. It is forgotten; but where it is
   * the truth, nobody may overlook it.
   */
  async #refused(key: string, value: unknown): Promise<SchemaMismatch | undefined> {
    const mismatch = this.#mismatch(value);
    if (mismatch === undefined) return undefined;
    if (this.cache.info().store?.role === 'record') throw misfittingRecord(key, mismatch);
    this.#guard.dropped();
    await this.cache.delete(key);
    return mismatch;
  }

  #mismatch(value: unknown): SchemaMismatch | undefined {
    try {
      this.#guard.check(value);
      return undefined;
    } catch (error) {
      if (error instanceof SchemaMismatch) return error;
      throw error;
    }
  }

  async #fitting(
    byKey: ReadonlyMap<string, KeyOf<Definition>>,
    values: ReadonlyMap<string, ValueOf<Definition>>,
  ): Promise<Map<KeyOf<Definition>, ValueOf<Definition>>> {
    const fitting = new Map<KeyOf<Definition>, ValueOf<Definition>>();
    for (const [key, argument] of byKey) {
      const value = values.get(key);
      if (value !== undefined && (this.#guard.isKnown(value) || (await this.#fits(key, value))))
        fitting.set(argument, value);
    }
    return fitting;
  }

  #checks(
    argumentOf: (key: string) => KeyOf<Definition>,
    options: LoadOptions<ValueOf<Definition>> | undefined,
  ): LoadChecks<ValueOf<Definition>> {
    return {
      guard: this.#guard,
      tagsOf: (key, value, said) => this.#keys.tagsOf(argumentOf(key), value, said ?? options?.tags),
    };
  }
}

function countOf(found: ReadonlyMap<string, unknown>): number {
  let count = 0;
  for (const value of found.values()) if (value !== undefined) count++;
  return count;
}
