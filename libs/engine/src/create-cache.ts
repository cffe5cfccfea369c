import { Cache } from './cache.js';
import { Clearing } from './clearing.js';
import { Recorder } from './events/recorder.js';
import { History } from './history/history.js';
import { Tags } from './invalidation/tags.js';
import type { CacheError } from './kernel/errors.js';
import { nameOf } from './kernel/register.js';
import { Sequence } from './kernel/sequence.js';
import { Backing } from './load/backing.js';
import { Fences } from './load/fence.js';
import { Reader } from './load/reader.js';
import { MemoryTable } from './memory/memory-table.js';
import { MemoryTier, type Note } from './memory/memory-tier.js';
import { estimateWeight } from './memory/weight.js';
import { Counters } from './metrics/counters.js';
import { HealthRecord } from './metrics/health.js';
import { Ticker } from './metrics/ticker.js';
import { type CacheOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { Overrides } from './overrides.js';
import { RemovalRecorder } from './removal-recorder.js';
import { WarmStart } from './snapshot/warm-start.js';
import { GuardedStore } from './store/guarded-store.js';
import { asBackingStore } from './store/resolve-store.js';
import { StoreSide } from './store-side.js';
import { recordAsAsked } from './trace/record-as-asked.js';
import { KeyOrder } from './write/key-order.js';
import type { WriteContext } from './write/policy.js';
import { type StoreBehind, Writer } from './write/writer.js';

/**
 * Opens a cache, and its store where it has one.
 *
 * @example
 * ```ts
 * const cache = await createCache<User>({ maxItems: 10_000, ttl: '5m', store: sqlite({ file: 'cache.db' }), writePolicy: 'writeBack' });
 * const user = await cache.getOrLoad('user:1', () => users.findOne(1));
 * ```
 * @throws CacheError naming every wrong option in one message, or what is wrong with the store.
 */
export async function createCache<V = unknown>(options: CacheOptions<V> = {}): Promise<Cache<V>> {
  const core = wireCore(resolveOptions(options));
  const side = wireStore(core);
  await side?.open();
  return wire(core, side);
}

/** What every part may be given. */
type Core<V> = ReturnType<typeof wireCore<V>>;

function wireCore<V>(options: ResolvedOptions<V>) {
  const { clock } = options.table;
  const healthRecord = new HealthRecord();
  const recorder = new Recorder<V>({
    name: options.name,
    counters: new Counters(options.isTimed),
    health: healthRecord,
  });
  const tags = new Tags();
  const isCurrent = (entry: Note): boolean => tags.areCurrent(entry.tags, entry.version);
  const { codec, ttlMs } = options;
  const currentNow = (): typeof isCurrent => {
    const book = tags.copy();
    return (entry) => book.areCurrent(entry.tags, entry.version);
  };
  return {
    options,
    clock,
    codec,
    ttlMs,
    healthRecord,
    recorder,
    tags,
    isCurrent,
    currentNow,
    fencing: new Fences(),
    order: new KeyOrder(),
    sequence: new Sequence(clock),
  };
}

function wire<V>(core: Core<V>, side: StoreSide | undefined): Cache<V> {
  const { recorder, options, clock } = core;
  const memory = wireMemory(core, side);
  const overrides = new Overrides();
  const backing = side && wireBacking(core, side);
  const writer = new Writer<V>({
    ...core,
    residents: memory,
    behind: wireBehind(core, side, backing),
    optionsOf: (given) => overrides.apply(given),
    takeIn: (value) => options.isolation.between.takeIn(value),
  });
  const reader = new Reader<V>({ ...core, residents: memory, backing, keeper: writer });
  const clearing = new Clearing<V>({ ...core, memory, side, backing });
  const history = wireHistory(core, writer, clearing);
  const ticker = new Ticker(clock, options.metricsIntervalMs, () =>
    recorder.emit({ type: 'metrics_updated', metrics: cache.metrics() }),
  );
  recorder.onActivity = () => ticker.poke();
  const parts = {
    ...core,
    memory,
    side,
    store: side?.store,
    history,
    clearing,
    reader,
    writer,
    overrides,
    warmStart: wireWarmStart(core, memory, backing),
  };
  const recording = recordAsAsked(options.name, recorder);
  const cache = new Cache<V>({ ...parts, running: [ticker, writer, ...recording] });
  return cache;
}

function wireHistory<V>(core: Core<V>, entries: Writer<V>, clearing: Clearing<V>): History<V> {
  const { fencing, options, recorder } = core;
  return new History<V>({
    entries,
    fencing,
    clear: (witness) => clearing.clearBefore(witness),
    weigh: estimateWeight,
    limit: options.historyLimit,
    maxBytes: options.historyBytes,
    emit: (fact) => recorder.emit(fact),
  });
}

function wireStore<V>(core: Core<V>): StoreSide | undefined {
  const { options, clock, recorder, sequence } = core;
  const { store: factory, name, codec, writePolicy, writeBack } = options;
  if (factory === undefined) return undefined;
  const behind = asBackingStore(factory.create({ namespace: name, clock }), codec);
  const store = new GuardedStore(behind, { clock, observer: recorder });
  const journal = wireJournal(core);
  const context: WriteContext = {
    store,
    clock,
    observer: recorder,
    writeBack,
    journal: writeBack.durability === 'memory' ? undefined : journal,
    versionFound: (version) => sequence.pass(version),
  };
  return new StoreSide({ storeName: nameOf(factory), context, journal }, writePolicy);
}

function wireJournal<V>({ options, clock }: Core<V>): WriteContext['journal'] {
  const { name: namespace, journal, writeBack } = options;
  if (journal === undefined) return undefined;
  // What is left in a journal that is no longer written to is replayed all the same.
  const durability = writeBack.durability === 'memory' ? 'journal' : writeBack.durability;
  return (observer) => journal.create({ namespace, clock, durability, observer });
}

function wireBacking<V>(core: Core<V>, side: StoreSide): Backing<V> {
  return new Backing<V>({
    ...core,
    store: side.store,
    pending: (key) => side.policy.pending(key),
    unreadable: (key, error) => core.recorder.storeFailed(`read ${key}`, error),
  });
}

function wireBehind<V>(
  { codec }: Core<V>,
  side: StoreSide | undefined,
  backing: Backing<V> | undefined,
): StoreBehind<V> | undefined {
  if (side === undefined || backing === undefined) return undefined;
  return {
    codec,
    isCache: backing.isCache,
    policy: () => side.policy,
    read: (keys) => backing.entriesOf(keys),
    count: (keys) => backing.count(keys),
  };
}

function wireWarmStart<V>(
  core: Core<V>,
  memory: MemoryTier<V>,
  backing: Backing<V> | undefined,
): WarmStart<V> | undefined {
  const { options, recorder } = core;
  if (options.warmStart === undefined) return undefined;
  const failed = (step: 'load' | 'save', error: CacheError): void => {
    recorder.emit({ type: 'warm_start_failed', step, error });
    process.emitWarning(`warm start of the cache ${options.name}: ${error.message}`);
  };
  return new WarmStart<V>(
    {
      ...core,
      memory,
      name: options.name,
      hasStore: backing !== undefined,
      readMany: async (keys) => (await backing?.entriesOf(keys)) ?? new Map(),
      eviction: () => memory.table.eviction,
      observer: {
        failed,
        warmed: (entries, durationMs) => recorder.emit({ type: 'warm_started', entries, durationMs }),
      },
    },
    options.warmStart,
  );
}

function wireMemory<V>(
  { options, recorder, isCurrent, fencing }: Core<V>,
  side: StoreSide | undefined,
): MemoryTier<V> {
  const isDirty = (key: string): boolean => side?.policy.pending(key) !== undefined;
  const removals = new RemovalRecorder(recorder, isDirty);
  const table = new MemoryTable<string, V, Note>(options.table, removals);
  const failed = (error: unknown): void => recorder.hookFailed('memory', error);
  const { between: isolation } = options.isolation;
  const memory = new MemoryTier({ table, isolation, isCurrent, isDirty, failed });
  // What the store has refused for good is no longer what anybody should read.
  recorder.onDeadLetter = (key) => {
    memory.drop(key);
    fencing.raise(key);
  };
  return memory;
}
