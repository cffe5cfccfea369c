import type { DynamicModule } from '@nestjs/common';
import type { Cache, CacheModuleOptions, CacheOptions } from '@nestjs/cache-manager';
import { Keyv } from 'keyv';
import type { Face } from './face.js';

/** The ways in which stores are given; each must compile. */
export function storesOf({ CacheModule }: Face): readonly DynamicModule[] {
  const one: CacheModuleOptions = { stores: new Keyv(), ttl: 1000 };
  const many: CacheOptions<{ pool: number }> = {
    stores: [new Keyv({ store: new Map(), namespace: 'near' }), new Keyv()],
    namespace: 'shop',
    refreshThreshold: 100,
    refreshAllStores: true,
    nonBlocking: true,
    cacheId: 'shop',
    pool: 3,
  };
  return [
    CacheModule.register(one),
    CacheModule.register(many),
    CacheModule.registerAsync<{ pool: number }>({
      inject: ['POOL'],
      useFactory: (pool: number) => ({ pool }),
    }),
  ];
}

/** The members that programs reach for beyond the verbs. */
export async function inspect(cache: Cache): Promise<unknown[]> {
  const { get, set, on } = cache;
  const [first] = cache.stores;
  const emitter = on('refresh', () => undefined);
  await set('inspected', 1);
  return [await get<number>('inspected'), cache.cacheId(), first?.store, emitter.listenerCount('refresh')];
}
