import { type ByteSize, parseByteSize } from './kernel/byte-size.js';
import { parseCount } from './kernel/count.js';
import { parseDuration } from './kernel/duration.js';
import { badOption } from './kernel/errors.js';
import type { LifeRules } from './kernel/life.js';
import { Problems } from './kernel/problems.js';
import { type LifeOptions, resolveLife } from './life-options.js';
import { type CacheLoadRules, LOAD_RULES, type LoadDefaults, resolveLoadRules } from './load/load-rules.js';
import { assertWarmOnBoot, type WarmOnBoot } from './load/warm-on-boot.js';
import { type Isolation, type IsolationName, resolveIsolation } from './memory/isolation.js';
import type { MemoryBudget } from './memory/memory-budget.js';
import { type MemoryOptions, resolveTable, type TableOptions } from './memory/memory-options.js';
import { estimateWeight } from './memory/weight.js';
import { type ResolvedWarmStart, resolveWarmStart, type WarmStartOptions } from './snapshot/file-options.js';
import type { Codec } from './store/codec.js';
import { type ResilienceOptions, type ResolvedResilience, resolveResilience } from './store/guard-options.js';
import { type CodecName, resolveCodec } from './store/resolve-codec.js';
import type { BusFactory } from './tier/bus.js';
import type { SharedTierFactory } from './tier/shared-tier.js';
import { resolveSharing } from './tier/tier-choice.js';
import { type ResolvedTierSettings, resolveTierSettings, type TierSettings } from './tier/tier-settings.js';
import { resolveStore, type StoreChoice, type StoreFactory } from './store/resolve-store.js';
import type { JournalFactory } from './write/journal.js';
import type { WriteBackOptions, WritePolicyFactory } from './write/policy.js';
import { resolveWritePolicy, type WritePolicyChoice } from './write/resolve.js';
import { parseJournal, resolveWriteBack, type WriteBackSettings } from './write/write-back-settings.js';

/** What a cache may be told; every option may be left out. A cache without options holds 1,000 entries and 64 MB in memory. */
export interface CacheOptions<V = unknown>
  extends Omit<MemoryOptions<string, V>, 'ttl'>, LifeOptions<V>, LoadDefaults {
  /** The name in events and tokens, and the namespace in a store; `'default'` when left out. */
  readonly name?: string | undefined;
  /** A bound on bytes that several caches share, beside the bounds of each; none by default. */
  readonly budget?: MemoryBudget | undefined;
  /** Where entries are kept beyond memory: a name, a factory such as `sqlite({ file })`, or a store, such as your own database; nowhere by default. */
  readonly store?: StoreChoice<V> | undefined;
  /** What several processes share behind the memory of each, such as `redis({ url })`; nothing by default. */
  readonly sharedTier?: SharedTierFactory | undefined;
  /**
   * Where processes tell each other what has changed; that of the `sharedTier` by default. `false`: they do not, and memory may show for its life what
   * another process has changed.
   */
  readonly bus?: BusFactory | false | undefined;
  /** How the cache shares what it has: deadlines of the tier, and for how long memory is trusted without a word of the bus. */
  readonly tier?: TierSettings | undefined;
  /** How writes reach the store: a name from the register or a factory; `'writeThrough'` by default. Needs a `store`. */
  readonly writePolicy?: WritePolicyChoice | undefined;
  /** How `'writeBack'` gathers writes. */
  readonly writeBack?: WriteBackSettings | undefined;
  /** What the cache does when its store is slow, hung or down: by default no call on it is held longer than its deadline. */
  readonly resilience?: ResilienceOptions | undefined;
  /** How values are written for the store and for snapshots: `'rich'` by default, `'json'`, or a codec of your own. */
  readonly codec?: CodecName | Codec | undefined;
  /** Whether callers share values with the cache; `'none'` by default: they do. */
  readonly isolate?: IsolationName | undefined;
  /** Where memory is saved when the cache is closed, and brought back from, in the background, when it is opened; nowhere by default. */
  readonly warmStart?: WarmStartOptions | undefined;
  /** What is loaded in the background when the cache is opened; nothing by default. It never fails the opening. */
  readonly warm?: WarmOnBoot<V> | undefined;
  /**
   * Whether facts are kept of what becomes of keys, for `cache.explain(key)`: `true` for the 10,000 keys that were heard of last, or how many. They cost
   * an event each time; off by default, which costs nothing.
   */
  readonly explain?: boolean | number | undefined;
  /** `false` keeps no latencies; the counts cost next to nothing and are always kept. */
  readonly metrics?: boolean | undefined;
  /** The shortest time between two `metrics_updated` events; 1 second by default. */
  readonly metricsIntervalMs?: number | undefined;
  /** How many commands can be undone; 100 by default. */
  readonly historyLimit?: number | undefined;
  /** How many bytes the values may take that are kept for undo and redo, as estimated; 1 MB by default. The oldest commands are forgotten first. */
  readonly historyBytes?: ByteSize | undefined;
}

/** The options of a cache, checked and filled in. */
export interface ResolvedOptions<V> {
  readonly name: string;
  readonly table: TableOptions<string, V>;
  readonly budget: MemoryBudget | undefined;
  readonly life: LifeRules<V>;
  readonly loadRules: CacheLoadRules;
  readonly store: StoreFactory | undefined;
  readonly sharedTier: SharedTierFactory | undefined;
  readonly bus: BusFactory | undefined;
  readonly tier: ResolvedTierSettings;
  readonly writePolicy: WritePolicyFactory;
  readonly writeBack: WriteBackOptions;
  readonly journal: JournalFactory | undefined;
  readonly resilience: ResolvedResilience;
  readonly codec: Codec;
  readonly isolation: { readonly name: IsolationName; readonly between: Isolation };
  readonly warmStart: ResolvedWarmStart | undefined;
  readonly warm: WarmOnBoot<V> | undefined;
  /** Of how many keys facts are kept; 0 where of none. */
  readonly explain: number;
  readonly isTimed: boolean;
  readonly metricsIntervalMs: number;
  readonly historyLimit: number;
  readonly historyBytes: number;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheOptions, true>> = {
  name: true,
  maxItems: true,
  maxBytes: true,
  weigh: true,
  budget: true,
  ttl: true,
  maxTtl: true,
  ttlJitter: true,
  tti: true,
  staleWhileRevalidate: true,
  grace: true,
  ...LOAD_RULES,
  maxLoads: true,
  maxQueuedLoads: true,
  ttlResolutionMs: true,
  sweepIntervalMs: true,
  eviction: true,
  store: true,
  sharedTier: true,
  bus: true,
  tier: true,
  writePolicy: true,
  writeBack: true,
  resilience: true,
  codec: true,
  isolate: true,
  warmStart: true,
  warm: true,
  explain: true,
  metrics: true,
  metricsIntervalMs: true,
  historyLimit: true,
  historyBytes: true,
  clock: true,
  random: true,
};

/** @throws CacheError naming every option that is wrong, in one message. */
export function resolveOptions<V>(options: CacheOptions<V>): ResolvedOptions<V> {
  const problems = new Problems();
  problems.checkNames(options, KNOWN);
  // Hooks and observers see the age of each entry.
  const table = {
    ...resolveTable({ ...options, ttl: undefined, weigh: options.weigh ?? estimateWeight }, problems),
    keepsTimes: true,
  };
  const life = resolveLife(options, problems);
  const loadRules = resolveLoadRules(options, problems);
  const writeBack = resolveWriteBack(options.writeBack ?? {}, problems);
  const tier = resolveTierSettings(options.tier ?? {}, problems);
  const resilience = resolveResilience(options.resilience ?? {}, problems);
  const built = {
    name: problems.check(() => parseName(options.name ?? 'default')),
    budget: problems.check(() => parseBudget(options.budget)),
    store: problems.check(() => options.store && resolveStore(options.store)),
    ...resolveSharing(options, problems),
    writePolicy: problems.check(() => parsePolicy(options)),
    journal: problems.check(() => parseJournal(options.writeBack ?? {}, options.store !== undefined)),
    codec: problems.check(() => resolveCodec(options.codec ?? 'rich')),
    isolation: problems.check(() => parseIsolation(options.isolate ?? 'none')),
    warmStart: problems.check(() => options.warmStart && resolveWarmStart(options.warmStart)),
    warm: problems.check(() => parseWarm(options.warm)),
    explain: problems.check(() => parseExplain(options.explain ?? false)),
    isTimed: options.metrics !== false,
    metricsIntervalMs: problems.check(() => parseInterval(options.metricsIntervalMs ?? 1000)),
    historyLimit: problems.check(() => parseCount('historyLimit', options.historyLimit ?? 100)),
    historyBytes: problems.check(() => parseByteSize('historyBytes', options.historyBytes ?? '1mb')),
  };
  return problems.settle<ResolvedOptions<V>>({
    ...built,
    table: problems.settle<TableOptions<string, V>>(table),
    tier: problems.settle<ResolvedTierSettings>(tier),
    writeBack: problems.settle<WriteBackOptions>(writeBack),
    resilience: problems.settle<ResolvedResilience>(resilience),
    life: problems.settle<LifeRules<V>>(life),
    loadRules: problems.settle<CacheLoadRules>({ ...loadRules, staleMs: life.staleMs }),
  });
}

function parseName(name: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw badOption('name', 'a non-empty string', name);
}

function parseBudget(budget: MemoryBudget | undefined): MemoryBudget | undefined {
  // By what it can do: that of the other build of the package, ESM or CommonJS, is one, too.
  if (budget === undefined || typeof budget?.join === 'function') return budget;
  throw badOption('budget', 'a MemoryBudget', budget);
}

function parsePolicy<V>({ store, writePolicy }: CacheOptions<V>): WritePolicyFactory {
  const factory = resolveWritePolicy(writePolicy ?? 'writeThrough');
  if (writePolicy !== undefined && store === undefined)
    throw badOption('store', 'given where writePolicy is', store);
  return factory;
}

function parseIsolation(name: IsolationName): ResolvedOptions<never>['isolation'] {
  return { name, between: resolveIsolation(name) };
}

function parseInterval(interval: number): number {
  return parseDuration('metricsIntervalMs', interval);
}

function parseWarm<V>(warm: WarmOnBoot<V> | undefined): WarmOnBoot<V> | undefined {
  if (warm !== undefined) assertWarmOnBoot(warm);
  return warm;
}

function parseExplain(explain: boolean | number): number {
  if (typeof explain === 'boolean') return explain ? 10_000 : 0;
  return parseCount('explain', explain);
}
