import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { cacheProvider } from './cache-provider.js';
import type { Loose } from './loose.js';
import { insideOf } from './manager/inside.js';
import { getCacheManagerToken } from './tokens.js';

/** The cache of this module, whatever its name. */
const OWN_CACHE = Symbol.for('nuthatch.compat.own');

/** Provides a cache under a name of its own, so that a module may import several; made by `CacheModule.register({ name })`. */
@Module({})
export class NamedCacheModule implements OnApplicationShutdown {
  constructor(@Inject(OWN_CACHE) private readonly cacheManager: Loose) {
    insideOf(cacheManager)?.ownedByApplication();
  }

  /** What `CacheModule` has defined, under a name. */
  static from(definition: DynamicModule, name: string): DynamicModule {
    const token = getCacheManagerToken(name);
    const own = [cacheProvider(token), { provide: OWN_CACHE, useExisting: token }];
    return {
      ...definition,
      module: NamedCacheModule,
      providers: [...(definition.providers ?? []), ...own],
      exports: [token],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await insideOf(this.cacheManager)?.close();
  }
}
