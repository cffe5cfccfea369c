export type { Batch, BatchBlock } from './batch/batch.js';
export { Cache } from './cache.js';
export { CacheControls } from './cache-controls.js';
export type { CacheInfo } from './cache-info.js';
export type { ClearOptions } from './clearing.js';
export { createCache } from './create-cache.js';
export type {
  Around,
  FlushOperation,
  LoadOperation,
  Operation as TracedOperation,
  StoreOperation,
  StoreVerb,
  WaitOperation,
} from './diagnostics/operation.js';
export { createTypedCache, typed, typingOf, type Typing } from './create-typed-cache.js';
export { defineCache, type CacheDeclarationOf, type KeptRule } from './define-cache.js';
export type {
  CacheEvent,
  CacheEvents,
  CustomCacheEvent,
  CustomCacheEvents,
  HitTier,
  Invalidated,
  StaleReason,
} from './events/cache-event.js';
export type { CacheHook } from './events/hooks.js';
export {
  LoggingHook,
  type HookLogger,
  type HookLogLevel,
  type LoggingHookOptions,
} from './events/logging-hook.js';
export { EventLog, eventLog, type Eventful, type EventLogReport } from './events/log/event-log.js';
export type { EventLogOptions, EventLogRotation, EventType } from './events/log/options.js';
export { showKeys, type LoggedKeys } from './events/shown-keys.js';
export type {
  EvictionPlace,
  Explanation,
  LoadExplanation,
  MissExplanation,
  MissReason,
  ResidentExplanation,
  StoredExplanation,
} from './explain/explanation.js';
export {
  DEFAULT_EVICTION,
  evictionStrategies,
  type EvictionChoice,
  type EvictionName,
} from './eviction/resolve.js';
export { SlotList } from './eviction/slot-list.js';
export type {
  EvictionChoiceReport,
  EvictionContext,
  EvictionStrategy,
  EvictionStrategyFactory,
  EvictionSwap,
  Slot,
  SlotFacts,
} from './eviction/strategy.js';
export type { Command, Draft } from './history/command.js';
export { BatchCommand, ClearCommand, DeleteCommand, SetCommand } from './history/commands.js';
export type { HistoryState, HistoryStep } from './history/history.js';
export { InvalidationControls, type TrialTargets } from './invalidation-controls.js';
export type { DryRun } from './invalidation/dry-run.js';
export { compilePattern, escapePattern, type Pattern } from './invalidation/patterns.js';
export type { Templates as InvalidationTemplates } from './invalidation/rules.js';
export type { EventSource } from './invalidation/sources.js';
export type { Targets as InvalidationTargets } from './invalidation/targets.js';
export type { EventParams } from './invalidation/templates.js';
export { fileJournal } from './journal/file-journal.js';
export type { FileJournalOptions } from './journal/options.js';
export { parseByteSize, type ByteSize } from './kernel/byte-size.js';
export { cacheKey } from './kernel/cache-key.js';
export { systemClock, type Clock, type Timer } from './kernel/clock.js';
export { parseDuration, type Duration } from './kernel/duration.js';
export type { EntryState, EntryView, Freshness, RemovalCause } from './kernel/entry.js';
export { CacheError, type CacheErrorCode } from './kernel/errors.js';
export type { Invalidation, InvalidationScope } from './kernel/invalidation.js';
export type { Ttl, WriteOptions } from './kernel/life.js';
export type { LifeOptions } from './life-options.js';
export { LoadControls } from './load-controls.js';
export { seededRandom, type Random } from './kernel/random.js';
export type { BulkAnswer, BulkContext, BulkLoader, BulkSource } from './load/bulk-loader.js';
export type { EarlyExpirationChoice, EarlyExpirationOptions } from './load/early-expiration.js';
export type { Keys } from './load/key-chunks.js';
export type { LoadDefaults } from './load/load-rules.js';
export type { LoadContext, Loader, LoadOptions, LoadRules, StaleValue } from './load/loader.js';
export type { RefreshAheadChoice, RefreshStep } from './load/refresh-ahead.js';
export type { LogFormat } from './load/log-format.js';
export type { Terminal } from './load/progress-bar.js';
export type { AccessLogOptions, AccessLogWarmReport } from './load/warm-from-access-log.js';
export type { WarmOnBoot } from './load/warm-on-boot.js';
export type { WarmOptions } from './load/warm-options.js';
export type { AccessLogReport, WarmProgress, WarmReport } from './load/warm-report.js';
export { memoize, type Memoization, type MemoizeOptions } from './memoize/memoize.js';
export type { MemoizeInfo } from './memoize/results.js';
export type { Bounds, BoundsOptions } from './memory/bounds.js';
export type { IsolationName } from './memory/isolation.js';
export type { HeapWatch } from './kernel/heap.js';
export {
  MemoryBudget,
  type BudgetMember,
  type BudgetPlace,
  type MemoryBudgetOptions,
  type MemoryBudgetReport,
} from './memory/memory-budget.js';
export { MemoryCache } from './memory/memory-cache.js';
export type { MemoryCacheOptions, MemoryOptions } from './memory/memory-options.js';
export type { Removal } from './memory/removal-listeners.js';
export type { CacheMetrics, Counts } from './metrics/cache-metrics.js';
export type { Counter, Measured } from './metrics/counters.js';
export type {
  CacheHealth,
  CacheProblem,
  CacheProblemKind,
  StoreHealth,
  StoreState,
} from './metrics/health.js';
export {
  LATENCY_BOUNDS_MS,
  type Latency,
  type LatencyBucket,
  type LatencyBuckets,
} from './metrics/latency.js';
export type { CacheOptions } from './options.js';
export { SnapshotControls } from './snapshot-controls.js';
export type {
  RestoreSnapshotOptions,
  SaveSnapshotOptions,
  WarmStartOptions,
} from './snapshot/file-options.js';
export type { SnapshotReport } from './snapshot/save-file.js';
export type { Snapshot, SnapshotEntry } from './snapshot/snapshot.js';
export type {
  ApplyOptions,
  BackingStore,
  BackingStoreFactory,
  Encoded,
  Operation,
  Row,
  StoreCapabilities,
  StoreContext,
  StoreRole,
} from './store/backing-store.js';
export type { Codec } from './store/codec.js';
export { encrypted } from './store/encrypted.js';
export type { BreakerSettings, ResilienceOptions, WhenDown } from './store/guard-options.js';
export { jsonCodec } from './store/json-codec.js';
export type { EncryptionOptions } from './store/key-ring.js';
export { MapStore, mapStore, type MapStoreOptions } from './store/map-store.js';
export type { Change, RecordStore, RecordStoreFactory, RecordWriteOptions } from './store/record-store.js';
export type { CodecName } from './store/resolve-codec.js';
export type { StoreChoice, StoreName } from './store/resolve-store.js';
export { richCodec, type RichCodecOptions, type StorableClass } from './store/rich-codec.js';
export { createShardedCache, type ShardedCacheOptions } from './create-sharded-cache.js';
export { ShardedCache } from './sharded-cache.js';
export { ShardedControls, type ShardedCloseReport, type ShardedEvent } from './sharded-controls.js';
export type { ShardedHealth, ShardedMetrics, ShardProblem } from './sharded-metrics.js';
export {
  type HotKey,
  HotKeys,
  type HotKeysOptions,
  type HotKeysPorts,
  type HotKeysSettings,
  resolveHotKeys,
} from './tier/hot-keys.js';
export { shardedTier } from './tier/sharded-tier.js';
export type { ShardedTierOptions, WeightedTier } from './tier/sharded-tier-options.js';
export { broadcastBus, type BroadcastBusOptions } from './tier/broadcast-bus.js';
export { clusterBus, type ClusterBusOptions } from './tier/cluster-bus.js';
export { relayClusterBus } from './tier/cluster-relay.js';
export type { Bus, BusContext, BusFactory, BusListener, BusMessage } from './tier/bus.js';
export { HashRing } from './tier/hash-ring.js';
export type { HashRingOptions } from './tier/hash-ring-options.js';
export { isBusMessage, sendable } from './tier/bus-message.js';
export type { TierSettings } from './tier/tier-settings.js';
export {
  type Claim,
  type Deletion,
  FENCE_MS,
  type Filled,
  type LeaseRequest,
  type SharedTier,
  type SharedTierFactory,
  type Stamp,
  type TierContext,
  type TierRead,
  TOO_CLOSE_MS,
} from './tier/shared-tier.js';
export { CacheTransaction } from './transaction/cache-transaction.js';
export { recordTrace, type Hookable } from './trace/record-trace.js';
export type { RecordTraceOptions } from './trace/trace-options.js';
export { TraceRecorder, type TraceReport } from './trace/trace-recorder.js';
export { TypedCache } from './typed-cache.js';
export {
  isTypedDefinition,
  type InputOf,
  type KeyOf,
  type TypedDefinition,
  type TypedShape,
  type ValueOf,
} from './typed/definition.js';
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from './typed/standard-schema.js';
export type { SchemaMismatch } from './typed/typed-errors.js';
export type {
  TypedBulkAnswer,
  TypedBulkContext,
  TypedBulkLoader,
  TypedLoader,
} from './typed/typed-loader.js';
export type {
  Death,
  Durability,
  Journal,
  JournalContext,
  JournalFactory,
  JournalObserver,
  JournalRecord,
} from './write/journal.js';
export type {
  CloseReport,
  FlushObserver,
  Overflow,
  PendingWrite,
  Verdict,
  Write,
  WriteBackOptions,
  WriteContext,
  WritePolicy,
  WritePolicyFactory,
} from './write/policy.js';
export type { DeadLetterBook, Undeliverable } from './write/dead-letters.js';
export type { DeadLetter, DeadLetters } from './dead-letters.js';
export type { WriteBackSettings } from './write/write-back-settings.js';
export { writePolicies, type WritePolicyChoice, type WritePolicyName } from './write/resolve.js';
