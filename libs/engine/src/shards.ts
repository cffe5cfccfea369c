import type { Cache } from './cache.js';
import { CacheError, reason, show } from './kernel/errors.js';
import type { HashRing } from './tier/hash-ring.js';

/** A whole cache that has some of the keys. */
export interface Shard<V> {
  readonly name: string;
  readonly cache: Cache<V>;
}

/** Several caches, and which of them has which key. */
export class Shards<V> implements Iterable<Shard<V>> {
  readonly ring: HashRing;
  readonly #shards: ReadonlyMap<string, Shard<V>>;

  constructor(ring: HashRing, shards: readonly Shard<V>[]) {
    this.ring = ring;
    this.#shards = new Map(shards.map((shard) => [shard.name, shard]));
  }

  [Symbol.iterator](): IterableIterator<Shard<V>> {
    return this.#shards.values();
  }

  at(name: string): Shard<V> | undefined {
    return this.#shards.get(name);
  }

  /** @throws CacheError `bad_key`. */
  of(key: string): Shard<V> {
    const shard = this.#shards.get(this.ring.getNode(key) ?? '');
    if (shard === undefined) throw new TypeError('the ring of a sharded cache has a name that no shard has');
    return shard;
  }

  /** Each shard that has some of the items, with those, in their order. @throws CacheError `bad_key`, before anything is done. */
  split<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<Shard<V>, T[]> {
    const parts = new Map<Shard<V>, T[]>();
    for (const item of items) {
      const shard = this.of(keyOf(item));
      const part = parts.get(shard);
      if (part === undefined) parts.set(shard, [item]);
      else part.push(item);
    }
    return parts;
  }

  /** Runs a task on the shard of a key. @throws as {@link named}. */
  async on<T>(key: string, task: (cache: Cache<V>) => Promise<T>): Promise<T> {
    const shard = this.of(key);
    return named(shard, () => task(shard.cache));
  }

  /** Runs a task on every shard, in parallel. @throws as {@link ended}. */
  onAll<T>(task: (cache: Cache<V>) => Promise<T>): Promise<T[]> {
    return ended(Array.from(this, (shard) => named(shard, () => task(shard.cache))));
  }

  /** Runs a task on each shard that has some of the items, in parallel. @throws as {@link ended}. */
  onEach<T, R>(
    parts: ReadonlyMap<Shard<V>, T[]>,
    task: (cache: Cache<V>, part: T[]) => Promise<R>,
  ): Promise<R[]> {
    return ended(Array.from(parts, ([shard, part]) => named(shard, () => task(shard.cache, part))));
  }
}

/** What a shard has thrown, under its name; what a loader of the caller's own has thrown stays as it is. */
export function shardFailed(name: string, error: unknown): unknown {
  if (!(error instanceof CacheError)) return error;
  return new CacheError(error.code, `the shard ${show(name)}: ${reason(error)}`, error);
}

async function named<V, T>({ name }: Shard<V>, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw shardFailed(name, error);
  }
}

/** What all have answered. @throws what the first of them has thrown, when all have ended. */
async function ended<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(tasks);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return Promise.all(tasks);
}
