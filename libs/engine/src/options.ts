import { type ByteSize, parseByteSize } from './kernel/byte-size.js';
import { type Duration, parseDuration } from './kernel/duration.js';
import { badOption, unknownOption } from './kernel/errors.js';
import { type Partially, Problems } from './kernel/problems.js';
import { type Isolation, type IsolationName, resolveIsolation } from './memory/isolation.js';
import { type MemoryOptions, parseTtl, resolveTable, type TableOptions } from './memory/memory-options.js';
import { estimateWeight } from './memory/weight.js';
import type { BackingStoreFactory } from './store/backing-store.js';
import type { Codec } from './store/codec.js';
import { type CodecName, resolveCodec } from './store/resolve-codec.js';
import { resolveStore, type StoreChoice } from './store/resolve-store.js';
import type { WriteBackOptions, WritePolicyFactory } from './write/policy.js';
import { resolveWritePolicy, type WritePolicyChoice } from './write/resolve.js';

/** What a cache may be told; every option may be left out. A cache without options holds 1,000 entries and 64 MB in memory. */
export interface CacheOptions<V = unknown> extends MemoryOptions<string, V> {
  /** The name in events and tokens, and the namespace in a store; `'default'` when left out. */
  readonly name?: string | undefined;
  /** Where entries are kept beyond memory: a name, a factory such as `sqlite({ file })`, or a store; nowhere by default. */
  readonly store?: StoreChoice | undefined;
  /** How writes reach the store: a name from the register or a factory; `'writeThrough'` by default. Needs a `store`. */
  readonly writePolicy?: WritePolicyChoice | undefined;
  /** How `'writeBack'` gathers writes. */
  readonly writeBack?: WriteBackSettings | undefined;
  /** How values are written for the store and for snapshots: `'rich'` by default, `'json'`, or a codec of your own. */
  readonly codec?: CodecName | Codec | undefined;
  /** Whether callers share values with the cache; `'none'` by default: they do. */
  readonly isolate?: IsolationName | undefined;
  /** `false` keeps no latencies; the counts cost next to nothing and are always kept. */
  readonly metrics?: boolean | undefined;
  /** The shortest time between two `metrics_updated` events; 1 second by default. */
  readonly metricsIntervalMs?: number | undefined;
  /** How many commands can be undone; 100 by default. */
  readonly historyLimit?: number | undefined;
}

/** How a write-back policy gathers writes; a flush begins at whichever bound is reached first. */
export interface WriteBackSettings {
  /** How long a write waits at most before a flush begins; 1 second by default. */
  readonly flushInterval?: Duration | undefined;
  /** How many pending keys begin a flush at once, and are written in one transaction; 500 by default. */
  readonly flushCount?: number | undefined;
  /** How many bytes of pending values begin a flush at once; 4 MB by default. */
  readonly flushBytes?: ByteSize | undefined;
  /** How many keys may be pending: further writes wait for a flush, and fail where it fails; 10,000 by default. */
  readonly maxPending?: number | undefined;
}

/** The options of a cache, checked and filled in. */
export interface ResolvedOptions<V> {
  readonly name: string;
  readonly table: TableOptions<string, V>;
  readonly ttlMs: number;
  readonly store: BackingStoreFactory | undefined;
  readonly writePolicy: WritePolicyFactory;
  readonly writeBack: WriteBackOptions;
  readonly codec: Codec;
  readonly isolation: { readonly name: IsolationName; readonly between: Isolation };
  readonly isTimed: boolean;
  readonly metricsIntervalMs: number;
  readonly historyLimit: number;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheOptions, true>> = {
  name: true,
  maxItems: true,
  maxBytes: true,
  weigh: true,
  ttl: true,
  ttlResolutionMs: true,
  sweepIntervalMs: true,
  eviction: true,
  store: true,
  writePolicy: true,
  writeBack: true,
  codec: true,
  isolate: true,
  metrics: true,
  metricsIntervalMs: true,
  historyLimit: true,
  clock: true,
  random: true,
};

/** @throws CacheError naming every option that is wrong, in one message. */
export function resolveOptions<V>(options: CacheOptions<V>): ResolvedOptions<V> {
  const problems = new Problems();
  for (const name of Object.keys(options)) problems.check(() => assertKnown(name));
  const isolate = options.isolate ?? 'none';
  // Hooks and observers see the age of each entry.
  const table = {
    ...resolveTable({ ...options, weigh: options.weigh ?? estimateWeight }, problems),
    keepsTimes: true,
  };
  const writeBack = resolveWriteBack(options.writeBack ?? {}, problems);
  const built = {
    name: problems.check(() => parseName(options.name ?? 'default')),
    ttlMs: problems.check(() => parseTtl(options.ttl)),
    store: problems.check(() => options.store && resolveStore(options.store)),
    writePolicy: problems.check(() => parsePolicy(options)),
    codec: problems.check(() => resolveCodec(options.codec ?? 'rich')),
    isolation: problems.check(() => ({ name: isolate, between: resolveIsolation(isolate) })),
    isTimed: options.metrics !== false,
    metricsIntervalMs: problems.check(() =>
      parseDuration('metricsIntervalMs', options.metricsIntervalMs ?? 1000),
    ),
    historyLimit: problems.check(() => parseCount('historyLimit', options.historyLimit ?? 100)),
  };
  return problems.settle<ResolvedOptions<V>>({
    ...built,
    table: problems.settle<TableOptions<string, V>>(table),
    writeBack: problems.settle<WriteBackOptions>(writeBack),
  });
}

function assertKnown(name: string): void {
  if (!Object.hasOwn(KNOWN, name)) throw unknownOption(name, Object.keys(KNOWN));
}

function parseName(name: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw badOption('name', 'a non-empty string', name);
}

function parsePolicy({ store, writePolicy }: CacheOptions<never>): WritePolicyFactory {
  const factory = resolveWritePolicy(writePolicy ?? 'writeThrough');
  if (writePolicy !== undefined && store === undefined)
    throw badOption('store', 'given where writePolicy is', store);
  return factory;
}

function resolveWriteBack(
  { flushInterval = 1000, flushCount = 500, flushBytes = '4mb', maxPending = 10_000 }: WriteBackSettings,
  problems: Problems,
): Partially<WriteBackOptions> {
  return {
    flushIntervalMs: problems.check(() => parseDuration('writeBack.flushInterval', flushInterval)),
    flushCount: problems.check(() => parseCount('writeBack.flushCount', flushCount)),
    flushBytes: problems.check(() => parseByteSize('writeBack.flushBytes', flushBytes)),
    maxPending: problems.check(() => parseCount('writeBack.maxPending', maxPending)),
  };
}

function parseCount(option: string, count: number): number {
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw badOption(option, 'a positive whole number', count);
}
