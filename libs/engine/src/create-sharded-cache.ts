import { createCache } from './create-cache.js';
import { parseCount } from './kernel/count.js';
import { badOption } from './kernel/errors.js';
import { assertKnown, type OptionNames } from './kernel/option-names.js';
import type { CacheOptions } from './options.js';
import { ShardedCache } from './sharded-cache.js';
import { type Shard, Shards, shardFailed } from './shards.js';
import { HashRing } from './tier/hash-ring.js';

/** What a sharded cache is made of. */
export interface ShardedCacheOptions<V = unknown> {
  /**
   * The shards: how many, which are then named `shard-1`, `shard-2` and so on; their names; or their weights by name, where a weight of 2 is twice
   * as many keys. The names place the keys.
   */
  readonly shards: number | readonly string[] | Readonly<Record<string, number>>;
  /**
   * The options of each shard, such as its own store file; the defaults of `createCache` where it is left out. The bounds are those of one shard. The
   * `name` is that of the shard where no other is given: shards that share a store need different ones.
   */
  readonly optionsOf?: ((name: string, index: number) => CacheOptions<V>) | undefined;
  /** How many virtual nodes a shard of weight 1 has on the ring; 150 by default. See `HashRing`. */
  readonly virtualNodes?: number | undefined;
  /** Another seed makes another ring; 0 by default. See `HashRing`. */
  readonly seed?: number | undefined;
}

const KNOWN: OptionNames = {
  shards: true,
  optionsOf: true,
  virtualNodes: true,
  seed: true,
} satisfies Record<keyof ShardedCacheOptions, true>;

/**
 * Opens several caches behind one consistent hash ring, each whole: so a large cache is spread over several stores, files or write queues.
 *
 * The names, weights, `virtualNodes` and `seed` say where a key is, also after a restart. With another number of shards, keys move: from `n` shards to
 * `n + 1`, about one in `n + 1`, all of them to the new one. Nothing is copied: a key that has moved is not found at its new shard, or what that shard had of it
 * long ago is. So clear the stores of the role `'cache'` when shards change, or begin with empty ones; and never change the shards of a write-back
 * cache before everything pending is flushed. Stores of the role `'record'` all have to be the same one, or to keep what moves elsewhere.
 *
 * @example
 * ```ts
 * const cache = await createShardedCache<User>({
 *   shards: 4,
 *   optionsOf: (name) => ({ maxItems: 25_000, store: sqlite({ file: `${name}.db` }), writePolicy: 'writeBack' }),
 * });
 * ```
 * @throws CacheError `bad_option`, or what opening a shard has thrown, naming the shard; those that were open are closed then.
 */
export async function createShardedCache<V = unknown>(
  options: ShardedCacheOptions<V>,
): Promise<ShardedCache<V>> {
  assertKnown(options, KNOWN);
  const { virtualNodes, seed, optionsOf = withDefaults<V> } = options;
  if (typeof optionsOf !== 'function') throw badOption('optionsOf', 'a function', optionsOf);
  const weights = weightsOf(options.shards);
  const ring = new HashRing({ virtualNodes, seed, nodes: weights });
  const opening = Object.keys(weights).map(async (name, index): Promise<Shard<V>> => {
    const given = optionsOf(name, index);
    return { name, cache: await createCache<V>({ ...given, name: given.name ?? name }) };
  });
  return new ShardedCache<V>(new Shards(ring, await allOpen(opening, Object.keys(weights))));
}

function withDefaults<V>(): CacheOptions<V> {
  return {};
}

async function allOpen<V>(
  opening: readonly Promise<Shard<V>>[],
  names: readonly string[],
): Promise<Shard<V>[]> {
  const ends = await Promise.allSettled(opening);
  const open = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
  for (const [index, end] of ends.entries()) {
    if (end.status === 'fulfilled') continue;
    await Promise.allSettled(open.map(({ cache }) => cache.close()));
    throw shardFailed(names[index] ?? '', end.reason);
  }
  return open;
}

function weightsOf<V>(shards: ShardedCacheOptions<V>['shards']): Readonly<Record<string, number>> {
  if (typeof shards === 'number') return weightsOf(namesOf(parseCount('shards', shards)));
  if (typeof shards !== 'object' || shards === null) throw badShards(shards);
  const isEmpty = Object.keys(shards).length === 0;
  const isRepeated = isList(shards) && new Set(shards).size < shards.length;
  if (isEmpty || isRepeated) throw badShards(shards);
  return isList(shards) ? Object.fromEntries(shards.map((name) => [name, 1])) : shards;
}

function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `shard-${index + 1}`);
}

function badShards(found: unknown): Error {
  return badOption('shards', 'a number, different names, or weights by name, at least one', found);
}

function isList(shards: readonly string[] | object): shards is readonly string[] {
  return Array.isArray(shards);
}
