export { Cache } from './cache.js';
export { CacheControls } from './cache-controls.js';
export type { CacheInfo } from './cache-info.js';
export { createCache } from './create-cache.js';
export type {
  CacheEvent,
  CacheEvents,
  CustomCacheEvent,
  CustomCacheEvents,
  HitTier,
} from './events/cache-event.js';
export { LoggingHook, type CacheHook, type HookLogger } from './events/hooks.js';
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
export { DeleteCommand, SetCommand, type Command, type CommandContext } from './history/command.js';
export type { HistoryState } from './history/history.js';
export type { Lineage, Lineages } from './history/lineages.js';
export { parseByteSize, type ByteSize } from './kernel/byte-size.js';
export { cacheKey } from './kernel/cache-key.js';
export { systemClock, type Clock, type Timer } from './kernel/clock.js';
export { parseDuration, type Duration } from './kernel/duration.js';
export type { Entries, Exchange } from './kernel/entries.js';
export type { EntryState, EntryView, RemovalCause } from './kernel/entry.js';
export { CacheError, type CacheErrorCode } from './kernel/errors.js';
export type { WriteOptions } from './kernel/life.js';
export { seededRandom, type Random } from './kernel/random.js';
export type { LoadContext, Loader, LoadOptions } from './load/reader.js';
export type { Bounds, BoundsOptions } from './memory/bounds.js';
export type { IsolationName } from './memory/isolation.js';
export { MemoryCache } from './memory/memory-cache.js';
export type { MemoryCacheOptions, MemoryOptions } from './memory/memory-options.js';
export type { Removal } from './memory/removal-listeners.js';
export type { CacheMetrics, Counts } from './metrics/cache-metrics.js';
export type { Counter } from './metrics/counters.js';
export type { CacheHealth } from './metrics/health.js';
export type { Latency } from './metrics/latency.js';
export type { CacheOptions, WriteBackSettings } from './options.js';
export type { Snapshot, SnapshotEntry } from './snapshot/snapshot.js';
export type {
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
export { jsonCodec } from './store/json-codec.js';
export { MapStore, mapStore, type MapStoreOptions } from './store/map-store.js';
export type { CodecName } from './store/resolve-codec.js';
export type { StoreChoice, StoreName } from './store/resolve-store.js';
export { richCodec, type RichCodecOptions, type StorableClass } from './store/rich-codec.js';
export { recordTrace, type Hookable } from './trace/record-trace.js';
export type { RecordTraceOptions } from './trace/trace-options.js';
export { TraceRecorder, type TraceReport } from './trace/trace-recorder.js';
export type {
  CloseReport,
  FlushObserver,
  PendingWrite,
  Verdict,
  Write,
  WriteBackOptions,
  WriteContext,
  WritePolicy,
  WritePolicyFactory,
} from './write/policy.js';
export { writePolicies, type WritePolicyChoice, type WritePolicyName } from './write/resolve.js';
