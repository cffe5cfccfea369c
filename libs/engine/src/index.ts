export type { Batch, BatchBlock } from './batch/batch.js';
export { Cache } from './cache.js';
export { CacheControls } from './cache-controls.js';
export type { CacheInfo } from './cache-info.js';
export type { ClearOptions } from './clearing.js';
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
export type { Command, Draft } from './history/command.js';
export { BatchCommand, ClearCommand, DeleteCommand, SetCommand } from './history/commands.js';
export type { HistoryState, HistoryStep } from './history/history.js';
export { fileJournal } from './journal/file-journal.js';
export type { FileJournalOptions } from './journal/options.js';
export { parseByteSize, type ByteSize } from './kernel/byte-size.js';
export { cacheKey } from './kernel/cache-key.js';
export { systemClock, type Clock, type Timer } from './kernel/clock.js';
export { parseDuration, type Duration } from './kernel/duration.js';
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
export { jsonCodec } from './store/json-codec.js';
export type { EncryptionOptions } from './store/key-ring.js';
export { MapStore, mapStore, type MapStoreOptions } from './store/map-store.js';
export type { Change, RecordStore, RecordStoreFactory, RecordWriteOptions } from './store/record-store.js';
export type { CodecName } from './store/resolve-codec.js';
export type { StoreChoice, StoreName } from './store/resolve-store.js';
export { richCodec, type RichCodecOptions, type StorableClass } from './store/rich-codec.js';
export { recordTrace, type Hookable } from './trace/record-trace.js';
export type { RecordTraceOptions } from './trace/trace-options.js';
export { TraceRecorder, type TraceReport } from './trace/trace-recorder.js';
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
