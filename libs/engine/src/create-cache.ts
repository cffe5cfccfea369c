import { Cache, type CacheParts } from './cache.js';
import { Clearing } from './clearing.js';
import { Expiring } from './expiring.js';
import { History } from './history/history.js';
import { invalidatedStore, passOver } from './invalidation-controls.js';
import { Invalidator } from './invalidation/invalidator.js';
import type { Backing } from './load/backing.js';
import type { MemoryTier } from './memory/memory-tier.js';
import { estimateWeight } from './memory/weight.js';
import { Ticker } from './metrics/ticker.js';
import { type CacheOptions, resolveOptions } from './options.js';
import { Overrides } from './overrides.js';
import type { StoreSide } from './store-side.js';
import { recordAsAsked } from './trace/record-as-asked.js';
import { type Core, wireCore } from './wiring/core.js';
import { wireReading, wireWarming } from './wiring/loads.js';
import { wireExplainer, wireMemory, wireWarmStart } from './wiring/memory.js';
import { wireBacking, wireBehind, wireStore } from './wiring/store.js';
import { wireNews, wireShared, type Shared } from './wiring/tier.js';
import { wireParticipant } from './wiring/transaction.js';
import { wireWatches } from './wiring/watches.js';
import { LoadedEntries } from './write/loaded-entries.js';
import { Rewriting } from './write/rewriting.js';
import { Writer, type WriterParts } from './write/writer.js';

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
  const shared = wireShared(core);
  const side = wireStore(core, shared);
  await side?.open();
  return wire(core, side, shared);
}

function wire<V>(core: Core<V>, side: StoreSide | undefined, shared: Shared | undefined): Cache<V> {
  const { recorder, options, clock } = core;
  const memory = wireMemory(core, side, shared?.link);
  const overrides = new Overrides();
  const backing = side && wireBacking(core, side);
  const writing = writerParts(core, { memory, overrides, behind: wireBehind(core, side, backing) });
  const writer = new Writer<V>(writing);
  const { optionsOf } = writing;
  const keeper = new LoadedEntries<V>(writing);
  const rewriting = new Rewriting<V>(writing);
  const leases = shared?.leases;
  const reading = wireReading(core, memory, { backing, keeper, optionsOf, leases });
  const changing = wireChanging(core, { memory, side, backing, writer });
  const ticker = new Ticker(clock, options.metricsIntervalMs, () =>
    recorder.emit({ type: 'metrics_updated', metrics: cache.metrics() }),
  );
  recorder.onActivity = () => ticker.poke();
  if (shared !== undefined) wireNews(core, shared, { memory, side, invalidator: changing.invalidator });
  const made = { ...core, memory, side, ...changing, ...reading, writer, keeper };
  const parts = {
    ...made,
    store: side?.store,
    explainer: wireExplainer(core, memory, backing),
    keyWatches: wireWatches(core, memory, backing),
    overrides,
    rewriting,
    participant: wireParticipant(core, { ...made, backing, optionsOf }),
    warmStart: wireWarmStart(core, memory, backing),
  };
  const recording = recordAsAsked(options.name, recorder);
  const warming = wireWarming(core, parts);
  const background = [reading.loads, parts.invalidator, parts.participant, rewriting, ...warming];
  const cache = new Cache<V>({ ...parts, background, running: [ticker, writer, ...recording] });
  return cache;
}

function writerParts<V>(
  core: Core<V>,
  { memory, overrides, behind }: Pick<CacheParts<V>, 'memory' | 'overrides'> & Pick<WriterParts<V>, 'behind'>,
): WriterParts<V> {
  return {
    ...core,
    residents: memory,
    behind,
    optionsOf: (given) => overrides.apply(given),
    takeIn: (value) => core.options.isolation.between.takeIn(value),
  };
}

/** What changes more than single keys. */
function wireChanging<V>(
  core: Core<V>,
  {
    memory,
    side,
    backing,
    writer,
  }: Pick<CacheParts<V>, 'memory' | 'side' | 'writer'> & { readonly backing: Backing<V> | undefined },
) {
  const clearing = new Clearing<V>({ ...core, memory, side, backing });
  return {
    clearing,
    expiring: new Expiring<V>({ ...core, memory, side, writer }),
    history: wireHistory(core, writer, clearing),
    invalidator: wireInvalidator(core, memory, side),
  };
}

function wireInvalidator<V>(core: Core<V>, memory: MemoryTier<V>, side: StoreSide | undefined): Invalidator {
  const store = invalidatedStore(side, core.order);
  const pass = () => passOver(memory);
  const sequence = { next: core.nextVersion };
  return new Invalidator({ ...core, sequence, residents: memory, store, pass, observer: core.recorder });
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
