import type { ConfigurableModuleAsyncOptions, ModuleMetadata } from '@nestjs/common';
import type {
  BackingStore,
  BackingStoreFactory,
  BusFactory,
  ByteSize,
  CacheOptions,
  EvictionChoice,
  EvictionStrategyFactory,
  RecordStore,
  RecordStoreFactory,
  SharedTierFactory,
  StoreChoice,
  WritePolicyChoice,
  WritePolicyFactory,
} from 'nuthatch/engine';
import type { HttpCacheOptions } from './http/response-options.js';
import type { KeyPrefix } from './key-prefix.js';
import type { ProviderDefinition } from './provider-definition.js';

/** The parts of a cache that can be chosen by name, given ready-made, or left to Nest to make. */
export interface PartChoices {
  /** Who leaves when the cache is full: a name, a factory, or a provider of one; `'adaptive'` by default. */
  readonly eviction?: EvictionChoice | ProviderDefinition<EvictionStrategyFactory> | undefined;
  /** How writes reach the store: a name, a factory, or a provider of one; `'writeThrough'` by default. Needs a `store`. */
  readonly writePolicy?: WritePolicyChoice | ProviderDefinition<WritePolicyFactory> | undefined;
  /** Where entries are kept beyond memory: a name, a factory, a store, or a provider of one; nowhere by default. */
  readonly store?: StoreChoice | ProviderDefinition<StorePart> | undefined;
  /** What several processes share behind the memory of each, such as `redis({ url })`, or a provider of it; nothing by default. */
  readonly sharedTier?: SharedTierFactory | ProviderDefinition<SharedTierFactory> | undefined;
  /** Where processes tell each other what has changed, or a provider of it; that of the `sharedTier` by default. `false`: they do not. */
  readonly bus?: BusFactory | ProviderDefinition<BusFactory> | false | undefined;
}

/** What a provider of a store may be: your own database, a store of rows, or a factory of either. */
export type StorePart =
  RecordStore<unknown> | BackingStore | RecordStoreFactory<unknown> | BackingStoreFactory;

/** The options of a cache whose name and parts are told elsewhere. `never`: one cache holds values of many types. */
export type CacheTuning = Omit<CacheOptions<never>, 'name' | keyof PartChoices> & KeyPrefixOption;

/** Whose entries the keys of decorators are. */
export interface KeyPrefixOption {
  /** What decorators put before their keys and tags, such as the tenant of now; nothing by default. A cache that you use yourself takes keys as they are. */
  readonly keyPrefix?: KeyPrefix | undefined;
}

/** What holds for all caches of the application together. */
export interface SharedTuning {
  /** How many bytes all caches may hold in memory together: a number or `'256mb'`; no such bound by default. See `MemoryBudget`. */
  readonly maxTotalBytes?: ByteSize | undefined;
}

/** What belongs to the module and not to its cache. `imports` are the modules whose providers the parts depend on. */
export interface ModuleExtras extends PartChoices, Pick<ModuleMetadata, 'imports'> {
  /** Whether every module may inject the default `Cache`; true by default. `CacheManager`, named caches and decorators work everywhere. */
  readonly isGlobal?: boolean | undefined;
  /** What `CacheInterceptor` does on all routes, instead of a provider of `httpCaching`. */
  readonly http?: HttpCacheOptions | undefined;
}

/** What `CacheModule.forRoot` is told: the options of the default cache. */
export interface CacheModuleOptions extends CacheTuning, SharedTuning, ModuleExtras {}

/** What a factory of options answers: names and factories; providers belong beside the factory, since Nest declares them before it runs. */
export interface CacheFactoryOptions
  extends Omit<CacheOptions<never>, 'name' | 'store'>, SharedTuning, KeyPrefixOption {
  /** As in `forRoot`. */
  readonly store?: StoreChoice | undefined;
}

/** A class that answers the options of the default cache, for `useClass` and `useExisting`. */
export interface CacheOptionsFactory {
  createCacheOptions(): CacheFactoryOptions | Promise<CacheFactoryOptions>;
}

/** What `CacheModule.forRootAsync` is told. A part that stands here counts, whatever the factory answers for it. */
export interface CacheModuleAsyncOptions
  extends
    Omit<ConfigurableModuleAsyncOptions<CacheFactoryOptions, 'createCacheOptions'>, 'imports'>,
    ModuleExtras {}

/**
 * A named cache. What it leaves out is as in `forRoot`, but for what it is to hold: `maxItems`, `maxBytes` and `weigh` are its own, or
 * the engine's defaults, and so is `warmStart`, since a file belongs to one cache.
 */
export interface CacheDefinition extends CacheTuning, Omit<PartChoices, 'store' | 'sharedTier'> {
  /** The name in tokens, events and `CacheManager`, and the namespace in the store; not `'default'`. */
  readonly name: string;
  /** As in `forRoot`; `false` for memory only, where the root has a store. */
  readonly store?: PartChoices['store'] | false;
  /** As in `forRoot`; `false` for a cache that shares nothing, where the root has a shared tier: then it has no bus either, but for one of its own. */
  readonly sharedTier?: PartChoices['sharedTier'] | false;
  /** Modules whose providers the parts depend on. */
  readonly imports?: ModuleMetadata['imports'];
}
