import { Cache } from './cache.js';
import { Recorder } from './events/recorder.js';
import { History } from './history/history.js';
import { Tags } from './invalidation/tags.js';
import { nameOf } from './kernel/register.js';
import { Sequence } from './kernel/sequence.js';
import { Backing } from './load/backing.js';
import { Fences } from './load/fence.js';
import { Reader } from './load/reader.js';
import { MemoryTable } from './memory/memory-table.js';
import { MemoryTier, type Note } from './memory/memory-tier.js';
import { Counters } from './metrics/counters.js';
import { HealthRecord } from './metrics/health.js';
import { Ticker } from './metrics/ticker.js';
import { type CacheOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { Overrides } from './overrides.js';
import { RemovalRecorder } from './removal-recorder.js';
import { GuardedStore } from './store/guarded-store.js';
import { StoreSide } from './store-side.js';
import { recordAsAsked } from './trace/record-as-asked.js';
import { KeyOrder } from './write/key-order.js';
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
  await side?.store.open();
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
  return {
    options,
    clock,
    codec,
    ttlMs,
    healthRecord,
    recorder,
    tags,
    isCurrent,
    fencing: new Fences(),
    order: new KeyOrder(),
    sequence: new Sequence(clock),
  };
}

function wire<V>(core: Core<V>, side: StoreSide | undefined): Cache<V> {
  const { recorder, options, clock, fencing } = core;
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
  const history = new History<V>({
    entries: writer,
    fencing,
    limit: options.historyLimit,
    emit: (fact) => recorder.emit(fact),
  });
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
    reader,
    writer,
    overrides,
  };
  const recording = recordAsAsked(options.name, recorder);
  const cache = new Cache<V>({ ...parts, running: [ticker, writer, ...recording] });
  return cache;
}

function wireStore<V>({ options, clock, recorder }: Core<V>): StoreSide | undefined {
  const { store: factory, name, writePolicy, writeBack } = options;
  if (factory === undefined) return undefined;
  const store = new GuardedStore(factory.create({ namespace: name, clock }), { clock, observer: recorder });
  return new StoreSide(nameOf(factory), { store, clock, observer: recorder, writeBack }, writePolicy);
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
    read: async (key) => (await backing.read(key))?.entry,
    count: (keys) => backing.count(keys),
  };
}

function wireMemory<V>(
  { options, recorder, isCurrent }: Core<V>,
  side: StoreSide | undefined,
): MemoryTier<V> {
  const isDirty = (key: string): boolean => side?.policy.pending(key) !== undefined;
  const removals = new RemovalRecorder(recorder, isDirty);
  const table = new MemoryTable<string, V, Note>(options.table, removals);
  const failed = (error: unknown): void => recorder.hookFailed('memory', error);
  return new MemoryTier({ table, isolation: options.isolation.between, isCurrent, isDirty, failed });
}
