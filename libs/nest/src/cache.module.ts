import { ConfigurableModuleBuilder, type DynamicModule, Module } from '@nestjs/common';
import { CacheCoreModule } from './cache-core.module.js';
import { cacheProvider, featureProviders, partTokens, rootProviders } from './cache-providers.js';
import { isTypedDefinition, type TypedDefinition } from 'nuthatch/engine';
import { badDeclaration, badDefinition } from './errors.js';
import { httpCaching } from './http/http-cache-options.js';
import type {
  CacheDefinition,
  CacheFactoryOptions,
  CacheModuleAsyncOptions,
  CacheModuleOptions,
  ModuleExtras,
} from './module-options.js';
import { CACHE_OPTIONS, DEFAULT_CACHE, getCacheToken, getDeclarationToken } from './tokens.js';
import { definitionOf, getTypedCacheToken, typedProvider } from './typed-caches.js';

/** The options and parts of the default cache, from which named caches inherit. Always global; only `CacheModule` obeys `isGlobal`. */
@Module({})
class CacheRootModule {}

/** One named cache. */
@Module({})
class NamedCacheModule {}

/** The named caches of one `forFeature`. */
@Module({})
class CacheFeatureModule {}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<CacheFactoryOptions>({
  optionsInjectionToken: CACHE_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createCacheOptions')
  .setExtras<ModuleExtras>(
    {
      isGlobal: true,
      imports: [],
      eviction: undefined,
      writePolicy: undefined,
      store: undefined,
      sharedTier: undefined,
      bus: undefined,
      http: undefined,
    },
    rootModule,
  )
  .build();

/**
 * Opens caches when the application starts, makes them injectable, and closes them once the last request is answered.
 *
 * @example
 * ```ts
 * @Module({ imports: [CacheModule.forRoot({ maxItems: 10_000, ttl: '5m', store: sqlite({ file: 'cache.db' }) })] })
 * class AppModule {}
 * ```
 */
@Module({})
export class CacheModule extends ConfigurableModuleClass {
  /**
   * Opens the default cache. Import it once: it is global unless `isGlobal` is false. Starting rejects with a `CacheError` that
   * names every wrong option.
   */
  static override forRoot(options: CacheModuleOptions = {}): DynamicModule {
    // The builder separates the extras, provider definitions among them, from the options of the cache.
    return super.forRoot(options as Parameters<typeof ConfigurableModuleClass.forRoot>[0]);
  }

  /** As {@link forRoot}, with options from a factory. Provider definitions stand beside the factory, not in what it answers. */
  static override forRootAsync(options: CacheModuleAsyncOptions): DynamicModule {
    return super.forRootAsync(options);
  }

  /** The same as {@link forRoot}. */
  static register(options: CacheModuleOptions = {}): DynamicModule {
    return this.forRoot(options);
  }

  /** The same as {@link forRootAsync}. */
  static registerAsync(options: CacheModuleAsyncOptions): DynamicModule {
    return this.forRootAsync(options);
  }

  /**
   * Opens named caches, injected by `@InjectCache(name)`, and those of `defineCache`, injected by `@InjectCache(definition)`. Modules that give the same definition share one cache; a name that stands
   * for two different definitions is a `CacheError` `bad_declaration` at start.
   */
  static forFeature(...definitions: readonly (CacheDefinition | TypedDefinition)[]): DynamicModule {
    const wrong = definitions.length === 0 ? [undefined] : definitions.filter((each) => !isNamed(each));
    if (wrong.length > 0) throw badDefinition(wrong[0]);
    return {
      module: CacheFeatureModule,
      imports: definitions.map((each) =>
        isTypedDefinition(each) ? typedCacheModule(each) : namedCacheModule(each),
      ),
      exports: [NamedCacheModule],
    };
  }
}

function rootModule(
  definition: DynamicModule,
  { isGlobal = true, imports = [], http, ...choices }: ModuleExtras,
): DynamicModule {
  const root: DynamicModule = {
    module: CacheRootModule,
    global: true,
    imports: [CacheCoreModule, ...new Set([...(definition.imports ?? []), ...imports])],
    providers: [
      ...(definition.providers ?? []),
      ...rootProviders(choices),
      ...(http === undefined ? [] : [httpCaching(http)]),
    ],
    exports: [CACHE_OPTIONS, getDeclarationToken(DEFAULT_CACHE), ...partTokens(DEFAULT_CACHE)],
  };
  return {
    module: definition.module,
    global: isGlobal,
    imports: [root],
    providers: [cacheProvider(DEFAULT_CACHE)],
    exports: [getCacheToken()],
  };
}

/** Whether this is a definition, for those whom no compiler has told. */
function isNamed(definition: unknown): boolean {
  return (
    typeof definition === 'object' &&
    definition !== null &&
    'name' in definition &&
    typeof definition.name === 'string'
  );
}

function namedCacheModule(definition: CacheDefinition): DynamicModule {
  const { name, imports = [] } = definition;
  if (name === DEFAULT_CACHE)
    throw badDeclaration('forFeature', `the cache "${DEFAULT_CACHE}" is declared by CacheModule.forRoot`);
  return {
    module: NamedCacheModule,
    imports: [...imports],
    providers: featureProviders(definition),
    exports: [getCacheToken(name), ...partTokens(name)],
  };
}

function typedCacheModule(typed: TypedDefinition): DynamicModule {
  const { providers = [], exports = [], ...module } = namedCacheModule(definitionOf(typed));
  return {
    ...module,
    providers: [...providers, typedProvider(typed)],
    exports: [...exports, getTypedCacheToken(typed)],
  };
}
