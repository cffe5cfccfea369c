import { Inject, Injectable, type Type } from '@nestjs/common';
import type { Cache } from '@nestjs/cache-manager';
import type { Face } from './face.js';

export interface Price {
  readonly item: string;
  readonly cents: number;
}

/** Everything that a service asks of a cache. */
export interface Prices {
  readonly log: string[];
  price(item: string): Promise<Price>;
  shortLived(item: string): Promise<Price>;
  withExpiry(item: string): Promise<{ value?: Price | undefined; expires?: number | undefined } | undefined>;
  counted(item: string): Promise<number>;
  remember(prices: readonly Price[]): Promise<readonly string[]>;
  recall(...items: string[]): Promise<(Price | undefined)[]>;
  forget(...items: string[]): Promise<boolean>;
  expiresIn(item: string): Promise<number | undefined>;
  reset(): Promise<boolean>;
  names(): Promise<string[]>;
}

/** The prices of the shop, which are dear to load. */
class PriceBook implements Prices {
  readonly log: string[] = [];
  private loads = 0;

  constructor(private readonly cache: Cache) {
    cache.on('set', ({ key }) => this.log.push(`set ${key}`));
    cache.on('del', ({ key, error }) => this.log.push(`del ${key} ${String(error)}`));
    cache.on('get', ({ key, value }) => this.log.push(`get ${key} ${JSON.stringify(value)}`));
  }

  async price(item: string): Promise<Price> {
    return this.cache.wrap(item, () => this.load(item));
  }

  async shortLived(item: string): Promise<Price> {
    const load = (): Promise<Price> => this.load(item);
    return this.cache.wrap(item, load, ({ cents }) => cents * 1000, 100);
  }

  async withExpiry(
    item: string,
  ): Promise<{ value?: Price | undefined; expires?: number | undefined } | undefined> {
    return this.cache.wrap(item, () => this.load(item), { ttl: 60_000, refreshThreshold: 10, raw: true });
  }

  async counted(item: string): Promise<number> {
    const known = (await this.cache.get<number>(`count-${item}`)) ?? 0;
    return this.cache.set(`count-${item}`, known + 1, 60_000);
  }

  async remember(prices: readonly Price[]): Promise<readonly string[]> {
    const kept = await this.cache.mset(
      prices.map((price) => ({ key: price.item, value: price, ttl: 60_000 })),
    );
    return kept.map(({ key }) => key);
  }

  async recall(...items: string[]): Promise<(Price | undefined)[]> {
    return this.cache.mget<Price>(items);
  }

  async forget(...items: string[]): Promise<boolean> {
    return items.length === 1 && items[0] !== undefined ? this.cache.del(items[0]) : this.cache.mdel(items);
  }

  async expiresIn(item: string): Promise<number | undefined> {
    const at = await this.cache.ttl(item);
    return at === undefined ? undefined : Math.round((at - Date.now()) / 1000);
  }

  async reset(): Promise<boolean> {
    return this.cache.clear();
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for (const store of this.cache.stores)
      for await (const [key] of store.iterator?.({}) ?? []) names.push(String(key));
    return names.sort();
  }

  private async load(item: string): Promise<Price> {
    this.loads++;
    if (item === 'unknown') throw new Error(`no price for ${item}`);
    return { item, cents: this.loads };
  }
}

export function pricesOf({ CACHE_MANAGER }: Face): Type<Prices> {
  @Injectable()
  class PriceService extends PriceBook {
    constructor(@Inject(CACHE_MANAGER) cache: Cache) {
      super(cache);
    }
  }
  return PriceService;
}
