export {
  BatchCommand,
  cacheKey,
  Cache,
  CacheError,
  CacheTransaction,
  ClearCommand,
  createCache,
  createTypedCache,
  DeleteCommand,
  encrypted,
  evictionStrategies,
  jsonCodec,
  LoggingHook,
  mapStore,
  MapStore,
  MemoryBudget,
  MemoryCache,
  richCodec,
  SetCommand,
  SlotList,
  systemClock,
  typed,
  TypedCache,
  writePolicies,
  type BackingStore,
  type BackingStoreFactory,
  type Batch,
  type ByteSize,
  type CacheErrorCode,
  type CacheEvent,
  type CacheHealth,
  type CacheHook,
  type CacheInfo,
  type CacheMetrics,
  type CacheOptions,
  type Change,
  type Clock,
  type CloseReport,
  type Codec,
  type Command,
  type Draft,
  type Duration,
  type EncryptionOptions,
  type EvictionChoice,
  type EvictionContext,
  type EvictionName,
  type EvictionStrategy,
  type EvictionStrategyFactory,
  type LoadContext,
  type LoadDefaults,
  type InvalidationTemplates,
  type Loader,
  type LoadOptions,
  type LoadRules,
  type MemoryBudgetOptions,
  type MemoryBudgetReport,
  type Operation,
  type PendingWrite,
  type RecordStore,
  type RecordStoreFactory,
  type RecordWriteOptions,
  type RestoreSnapshotOptions,
  type Row,
  type SaveSnapshotOptions,
  type Slot,
  type Snapshot,
  type SnapshotReport,
  type StoreChoice,
  type StoreContext,
  type StandardSchema,
  type StoreRole,
  type TypedBulkLoader,
  type TypedDefinition,
  type TypedLoader,
  type Verdict,
  type WarmStartOptions,
  type Write,
  type WriteContext,
  type WriteOptions,
  type WritePolicy,
  type WritePolicyChoice,
  type WritePolicyFactory,
  type WritePolicyName,
} from 'nuthatch/engine';
export { CacheManager } from './cache-manager.js';
export { CacheModule } from './cache.module.js';
export { CacheConfig, type CacheConfigOptions } from './decorators/cache-config.decorator.js';
export {
  CacheEvict,
  type CacheEvictDecorator,
  type CacheEvictOptions,
  type EvictKey,
  type EvictTarget,
} from './decorators/cache-evict.decorator.js';
export {
  CachePut,
  type CachePutDecorator,
  type CachePutOptions,
  type PutKey,
} from './decorators/cache-put.decorator.js';
export { Cacheable, type CacheableDecorator } from './decorators/cacheable.decorator.js';
export type { CacheableOptions } from './decorators/cacheable-options.js';
export { CacheableMany, type CacheableManyDecorator } from './decorators/cacheable-many.decorator.js';
export type { CacheableManyOptions, ManyMethod } from './decorators/cacheable-many-options.js';
export { Caching, type CachingDecorator, type CachingOptions } from './decorators/caching.decorator.js';
export type { CacheableMethod, ResultOf } from './decorators/method-types.js';
export type { KeepOptions, MethodOptions, Tags } from './decorators/options.js';
export { InvalidateOn, type InvalidateOnOptions } from './decorators/invalidate-on.decorator.js';
export { answersByItself } from './http/answers-by-itself.js';
export { CACHE_KEY_METADATA, CACHE_TTL_METADATA } from './http/cache-metadata.js';
export {
  CacheForEveryone,
  CacheKey,
  CacheResponse,
  CacheTTL,
  NoCache,
  type CacheKeyChoice,
  type CacheTTLChoice,
} from './http/cache-response.decorators.js';
export { CacheInterceptor } from './http/cache.interceptor.js';
export { principalOfContext } from './http/context-principal.js';
export { ANALYTICS_COOKIES } from './http/cookies.js';
export { HTTP_CACHE_OPTIONS, httpCaching, httpCachingAsync } from './http/http-cache-options.js';
export {
  principalOf,
  type IdentifiableRequest,
  type Principal,
  type PrincipalRules,
} from './http/principal.js';
export { defineCache } from './define-cache.js';
export {
  OnCacheEvent,
  type CacheEventOf,
  type CacheEventType,
  type OnCacheEventOptions,
} from './decorators/on-cache-event.decorator.js';
export {
  CacheHealthIndicator,
  type CacheHealthDetails,
  type CacheHealthResult,
} from './health/cache-health.indicator.js';
export type { CacheReport } from './health/cache-report.js';
export type { CacheHealthOptions } from './health/health-options.js';
export type { CacheResponseOptions, HttpCacheOptions, QueryRules } from './http/response-options.js';
export { InjectCache } from './inject-cache.decorator.js';
export { CacheLoggingModule } from './logging/cache-logging.module.js';
export type { CacheLoggingOptions } from './logging/logging-options.js';
export type { KeyPrefix } from './key-prefix.js';
export type {
  CacheDefinition,
  CacheFactoryOptions,
  CacheModuleAsyncOptions,
  CacheModuleOptions,
  CacheOptionsFactory,
  CacheTuning,
  ModuleExtras,
  PartChoices,
  SharedTuning,
  StorePart,
} from './module-options.js';
export type { ProviderDefinition } from './provider-definition.js';
export {
  getBusToken,
  getCacheToken,
  getEvictionToken,
  getSharedTierToken,
  getStoreToken,
  getWritePolicyToken,
} from './tokens.js';
export { getTypedCacheToken } from './typed-caches.js';
export { TEST_SETTING, type TestSetting } from './test-setting.js';
