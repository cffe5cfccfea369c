import { map, merge, type Observable } from 'rxjs';
import type { Cache } from './cache.js';
import type { ClearOptions } from './clearing.js';
import type { CacheEvent } from './events/cache-event.js';
import type { CacheHook } from './events/hooks.js';
import type { EvictionChoice } from './eviction/resolve.js';
import type { Templates } from './invalidation/rules.js';
import type { EventSource } from './invalidation/sources.js';
import type { Targets } from './invalidation/targets.js';
import type { EventParams } from './invalidation/templates.js';
import { parseByteSize } from './kernel/byte-size.js';
import { parseCount } from './kernel/count.js';
import type { BulkSource } from './load/bulk-loader.js';
import type { Loader, LoadOptions } from './load/loader.js';
import type { BoundsOptions } from './memory/bounds.js';
import { addUpMetrics, type ShardedHealth, type ShardedMetrics, worstHealth } from './sharded-metrics.js';
import { type Shards, shardFailed } from './shards.js';
import type { CloseReport } from './write/policy.js';
import type { WritePolicyChoice } from './write/resolve.js';

/** An event, and the shard in which it happened. */
export type ShardedEvent = CacheEvent & { readonly shard: string };

/** What closing shards could do: the sums, and the first error. */
export interface ShardedCloseReport extends CloseReport {
  /** Each shard by itself, by its name. */
  readonly shards: Readonly<Record<string, CloseReport>>;
}

/** What concerns all shards. Where one of them fails, the others have done it all the same, and the error names the shard. */
export abstract class ShardedControls<V> {
  readonly #shards: Shards<V>;

  constructor(shards: Shards<V>) {
    this.#shards = shards;
  }

  /** Removes every entry of all shards; see `Cache.clear`. */
  async clear(options?: ClearOptions): Promise<void> {
    await this.#shards.onAll((cache) => cache.clear(options));
  }

  /** Makes every entry gone that carries one of the tags; see `Cache.invalidateTags`. */
  async invalidateTags(...tags: readonly string[]): Promise<void> {
    await this.#shards.onAll((cache) => cache.invalidateTags(...tags));
  }

  /** Makes every entry gone whose key matches; see `Cache.invalidateMatching`. */
  async invalidateMatching(pattern: string): Promise<void> {
    await this.#shards.onAll((cache) => cache.invalidateMatching(pattern));
  }

  /** Makes every entry gone whose key begins with the namespace and a `:`; see `Cache.bumpVersion`. */
  async bumpVersion(namespace: string): Promise<void> {
    await this.#shards.onAll((cache) => cache.bumpVersion(namespace));
  }

  /** Invalidates in all shards what the rules of an event say; see `Cache.publish`. */
  async publish(event: string, params?: EventParams): Promise<void> {
    await this.#shards.onAll((cache) => cache.publish(event, params));
  }

  /** From now on the event invalidates what its templates say, in all shards; answers how to stop. See `Cache.invalidateOn`. */
  invalidateOn(event: string, templates: Templates): () => void;
  /** From now on every event of a stream invalidates what `targetsOf` answers. Each shard subscribes to it by itself. */
  invalidateOn<E>(source: EventSource<E>, targetsOf: (event: E) => Targets): () => void;
  invalidateOn<E>(on: string | EventSource<E>, what: Templates | ((event: E) => Targets)): () => void {
    // The overloads are those of a cache; it refuses what is neither.
    return this.#stopping((cache) => cache.invalidateOn(on as string, what as Templates));
  }

  /** Loads the keys of a prefix with this loader in all shards; answers how to stop. See `Cache.registerLoader`. */
  registerLoader(prefix: string, loader: Loader<V> | BulkSource<V>, options?: LoadOptions<V>): () => void {
    return this.#stopping((cache) => cache.registerLoader(prefix, loader, options));
  }

  /** Calls `hook` at the moments of the life of any entry; answers how to stop. */
  addHook(hook: CacheHook<V>): () => void {
    return this.#stopping((cache) => cache.addHook(hook));
  }

  /** Puts another eviction strategy in charge of every shard, one of its own each; every entry stays. */
  swapEviction(eviction: EvictionChoice): void {
    for (const { cache } of this.#shards) cache.swapEviction(eviction);
  }

  /** Puts another write policy in charge of every shard; where a shard fails, it keeps its old one. See `Cache.swapWritePolicy`. */
  async swapWritePolicy(choice: WritePolicyChoice): Promise<void> {
    await this.#shards.onAll((cache) => cache.swapWritePolicy(choice));
  }

  /**
   * Changes the bounds of all shards together; each gets its part by its weight, at least one entry and one byte. What is left out stays.
   * @throws CacheError `bad_option`; nothing is changed then.
   */
  resize({ maxItems, maxBytes }: BoundsOptions): void {
    const items =
      maxItems === undefined || maxItems === Infinity ? maxItems : parseCount('maxItems', maxItems);
    const bytes = maxBytes === undefined ? undefined : parseByteSize('maxBytes', maxBytes);
    const [itemsOf, bytesOf] = [this.#splitting(items), this.#splitting(bytes)];
    for (const { name, cache } of this.#shards)
      cache.resize({ maxItems: itemsOf.get(name), maxBytes: bytesOf.get(name) });
  }

  /** Brings everything pending to the stores; answers how many changes that were. */
  async flush(): Promise<number> {
    const flushed = await this.#shards.onAll((cache) => cache.flush());
    return flushed.reduce((sum, count) => sum + count, 0);
  }

  /** Closes all shards at once, each as `Cache.close` does, for at most `deadlineMs` (5 seconds). Harmless when closed. */
  async close(deadlineMs?: number): Promise<ShardedCloseReport> {
    const reports = await Promise.all(
      Array.from(this.#shards, async ({ name, cache }) => [name, await closed(cache, deadlineMs)] as const),
    );
    const [failed] = reports.filter(([, { error }]) => error !== undefined);
    return {
      flushed: reports.reduce((sum, [, { flushed }]) => sum + flushed, 0),
      left: reports.reduce((sum, [, { left }]) => sum + left, 0),
      ...(failed !== undefined && { error: shardFailed(failed[0], failed[1].error) }),
      shards: Object.fromEntries(reports),
    };
  }

  /** Everything that happens in any shard, as it happens, with the name of the shard. With no subscriber no event is built. */
  get events$(): Observable<ShardedEvent> {
    return merge(
      ...Array.from(this.#shards, ({ name, cache }) =>
        cache.events$.pipe(map((event): ShardedEvent => ({ ...event, shard: name }))),
      ),
    );
  }

  /** What all shards have counted and measured, added up. */
  metrics(): ShardedMetrics {
    return addUpMetrics(this.#each((cache) => cache.metrics()));
  }

  /** Whether the shards work: as well as the worst of them. */
  health(): ShardedHealth {
    return worstHealth(
      this.#each((cache) => cache.health()),
      this.metrics(),
    );
  }

  #each<T>(read: (cache: Cache<V>) => T): Readonly<Record<string, T>> {
    return Object.fromEntries(Array.from(this.#shards, ({ name, cache }) => [name, read(cache)]));
  }

  /** All of them, or none: what was begun is stopped where a shard refuses. */
  #stopping(begin: (cache: Cache<V>) => () => void): () => void {
    const stops: (() => void)[] = [];
    const stop = (): void => stops.forEach((each) => each());
    try {
      for (const { cache } of this.#shards) stops.push(begin(cache));
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  /** Parts by weight which together are the whole, where it is large enough for one each. */
  #splitting(whole: number | undefined): Map<string, number> {
    const parts = new Map<string, number>();
    if (whole === undefined) return parts;
    const { ring } = this.#shards;
    const weights = Array.from(this.#shards, ({ name }) => [name, ring.weightOf(name) ?? 1] as const);
    let [left, leftWeight] = [whole, weights.reduce((sum, [, weight]) => sum + weight, 0)];
    for (const [name, weight] of weights) {
      const part = whole === Infinity ? whole : Math.max(1, Math.round((left * weight) / leftWeight));
      parts.set(name, part);
      left -= part;
      leftWeight -= weight;
    }
    return parts;
  }
}

/** A shard that cannot be closed must not keep the report of the others back. */
async function closed<V>(cache: Cache<V>, deadlineMs: number | undefined): Promise<CloseReport> {
  try {
    return await cache.close(deadlineMs);
  } catch (error) {
    return { flushed: 0, left: 0, error };
  }
}
