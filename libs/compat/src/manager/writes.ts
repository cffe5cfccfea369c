import type { CacheEvents, CacheItem } from '../cache.js';
import { notKept } from '../errors.js';
import type { Tier, TierEntry } from '../store/tier.js';
import { markerOf } from './personal-key.js';
import { type Shared, usableTtl } from './settings.js';

/** Writes to every store of a cache. */
export class Writes {
  constructor(private readonly shared: Shared) {}

  async set<T>(key: string, value: T, ttl?: number): Promise<T> {
    this.shared.fences.break(key);
    const entry = this.entryOf({ key, value, ttl });
    await this.everywhere({ event: 'set', data: { key, value } }, (tier) => this.write(tier, entry));
    return value;
  }

  /** Writes without a word to fences: what a load or a refresh brings, which they guard. */
  async keep(entry: CacheItem<unknown>, tiers: readonly Tier[] = this.shared.tiers): Promise<void> {
    const { key, value } = entry;
    const kept = this.entryOf(entry);
    await this.everywhere({ event: 'set', data: { key, value } }, (tier) => this.write(tier, kept), tiers);
  }

  async mset<T>(items: CacheItem<T>[]): Promise<CacheItem<T>[]> {
    const list = items.map((item) => ({ ...item, ...this.entryOf(item), value: item.value }));
    for (const { key } of list) this.shared.fences.break(key);
    await this.everywhere({ event: 'mset', data: { list } }, async (tier) => {
      await Promise.all(list.map((entry) => tier.write(entry)));
    });
    // `ttl` is the caller's own, or the default that counted.
    return list as CacheItem<T>[];
  }

  async del(key: string): Promise<true> {
    await this.remove({ event: 'del', data: { key } }, [key]);
    return true;
  }

  async mdel(keys: string[]): Promise<true> {
    await this.remove({ event: 'mdel', data: { keys } }, keys);
    return true;
  }

  async clear(): Promise<true> {
    this.shared.fences.breakAll();
    await this.everywhere({ event: 'clear', data: undefined }, (tier) => tier.clear());
    return true;
  }

  private async remove<E extends 'del' | 'mdel'>(news: News<E>, keys: readonly string[]): Promise<void> {
    const all = this.shared.settings.isStrict ? keys : keys.flatMap((key) => [key, markerOf(key)]);
    for (const key of all) this.shared.fences.break(key);
    await this.everywhere(news, (tier) => tier.remove(all));
  }

  private entryOf({ key, value, ttl }: { key: string; value: unknown; ttl?: number | undefined }): TierEntry {
    return { key, value, ttl: usableTtl(ttl) ?? this.shared.settings.ttl };
  }

  private async write(tier: Tier, entry: TierEntry): Promise<void> {
    const { key, value } = entry;
    const { announcer } = this.shared;
    if (await tier.write(entry)) {
      if (announcer.hears('set')) announcer.tell('set', { key, value, store: tier.label });
      return;
    }
    const error = notKept(key, tier.label);
    announcer.tellFailure('set', { key, value, store: tier.label, error }, error);
  }

  /** Does something in all stores, whatever happens in one of them, and tells of it once. */
  private async everywhere<E extends WriteEvent>(
    news: News<E>,
    act: (tier: Tier) => Promise<void>,
    tiers: readonly Tier[] = this.shared.tiers,
  ): Promise<void> {
    const work = this.allSettled(news, tiers.map(act));
    if (this.shared.settings.nonBlocking) this.shared.background.run(work.then(() => undefined));
    else {
      const failure = await work;
      if (failure !== undefined) throw failure.reason;
    }
    this.shared.announcer.tell(news.event, news.data);
  }

  /** Answers the first failure, told to listeners. */
  private async allSettled<E extends WriteEvent>(
    { event, data }: News<E>,
    acts: readonly Promise<void>[],
  ): Promise<PromiseRejectedResult | undefined> {
    const failure = await firstFailure(acts);
    if (failure === undefined) return undefined;
    const error: unknown = failure.reason;
    // The listeners of `clear` are called with the error itself, all others with what they are told else and the error.
    const told = data === undefined ? error : { ...data, error };
    this.shared.announcer.tellFailure(event, told as News<E>['data'], error);
    return failure;
  }
}

/** Waits for all of them; one alone, as where a cache has one store, at less cost. */
async function firstFailure(acts: readonly Promise<void>[]): Promise<PromiseRejectedResult | undefined> {
  const [only] = acts;
  if (only !== undefined && acts.length === 1)
    return only.then(
      () => undefined,
      (reason: unknown) => ({ status: 'rejected', reason }),
    );
  return (await Promise.allSettled(acts)).find((act) => act.status === 'rejected');
}

type WriteEvent = 'set' | 'mset' | 'del' | 'mdel' | 'clear';

/** What the listeners of an event are told. */
interface News<E extends WriteEvent> {
  readonly event: E;
  readonly data: Parameters<CacheEvents[E]>[0];
}
