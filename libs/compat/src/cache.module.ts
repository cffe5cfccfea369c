import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Cache } from './cache.js';
import type { CacheModuleAsyncOptions, CacheModuleOptions } from './cache-options.js';
import { cacheProvider } from './cache-provider.js';
import type { Loose } from './loose.js';
import { insideOf } from './manager/inside.js';
import { ConfigurableModuleClass } from './module-definition.js';
import { NamedCacheModule } from './named-cache.module.js';
import { CACHE_MANAGER } from './tokens.js';

/**
 * Provides a cache under the tokens `CACHE_MANAGER` and `Cache`, one for every module that imports `register()`. Its stores are
 * disconnected when the application has stopped, after the last request was answered.
 */
@Module({
  providers: [cacheProvider(CACHE_MANAGER), { provide: Cache, useExisting: CACHE_MANAGER }],
  exports: [CACHE_MANAGER, Cache],
})
export class CacheModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(CACHE_MANAGER) private readonly cacheManager: Loose) {
    super();
    insideOf(cacheManager)?.ownedByApplication();
  }

  /** A cache with these options. */
  static override register<StoreConfig extends Record<Loose, Loose> = Record<string, Loose>>(
    // Every option may be left out; those of the stores are their owner's affair.
    options: CacheModuleOptions<StoreConfig> = {} as CacheModuleOptions<StoreConfig>,
  ): DynamicModule {
    return addressed(super.register(options), options);
  }

  /** A cache with options that a factory, a class or an existing provider answers. */
  static override registerAsync<StoreConfig extends Record<Loose, Loose> = Record<string, Loose>>(
    options: CacheModuleAsyncOptions<StoreConfig>,
  ): DynamicModule {
    const definition = super.registerAsync(options);
    const providers = [...(definition.providers ?? []), ...(options.extraProviders ?? [])];
    return addressed({ ...definition, providers }, options);
  }

  async onApplicationShutdown(): Promise<void> {
    await insideOf(this.cacheManager)?.close();
  }
}

/** Who sees the cache, and under which name: told beside the options, since Nest must know it before a factory has run. */
function addressed(
  definition: DynamicModule,
  { isGlobal, name }: { readonly isGlobal?: boolean; readonly name?: string },
): DynamicModule {
  const seen = isGlobal === undefined ? definition : { ...definition, global: isGlobal };
  return name === undefined ? seen : NamedCacheModule.from(seen, name);
}
