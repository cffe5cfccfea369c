import type { EvictionChoiceReport } from './eviction/strategy.js';
import { nameOf } from './kernel/register.js';
import type { MemoryBudget, MemoryBudgetReport } from './memory/memory-budget.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { ResolvedOptions } from './options.js';
import type { StoreSide } from './store-side.js';
import type { Durability } from './write/journal.js';

/** What a cache is made of. */
export interface CacheInfo {
  readonly name: string;
  /** Entries in memory, and how many may be there. */
  readonly items: number;
  readonly maxItems: number;
  /** Bytes in memory, and how many may be there. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** The bound that it shares with other caches, and what all of them hold; `undefined` where there is none. */
  readonly budget: Omit<MemoryBudgetReport, 'caches'> | undefined;
  /** Default time to live in milliseconds; `Infinity` where entries do not expire, `undefined` where it is a function of the value. */
  readonly ttlMs: number | undefined;
  /** The longest life that an entry may be given, and how long one stays that nobody reads, in milliseconds; `Infinity` where there is no such limit. */
  readonly maxTtlMs: number;
  readonly idleMs: number;
  /** The strategy, and where it chooses among others, which one is in charge, what each is estimated to reach, and the last swaps. */
  readonly eviction: { readonly strategy: string } & Partial<EvictionChoiceReport>;
  /** `undefined` where nothing is behind memory, neither a store nor what is shared. */
  readonly writePolicy: string | undefined;
  /** What a write survives that is acknowledged and not stored yet; `undefined` where the policy stores before it acknowledges. */
  readonly durability: Durability | undefined;
  /** The store of the cache itself; `undefined` where it has none, also where it shares a tier. */
  readonly store: { readonly name: string; readonly role: 'cache' | 'record' } | undefined;
  /** What it shares with other processes, and where it hears of what they change; `undefined` where it shares nothing, or hears nothing. */
  readonly sharedTier: string | undefined;
  readonly bus: string | undefined;
  readonly codec: string;
  readonly isolate: string;
}

/** What a cache is described from. */
export interface InfoParts<V> {
  readonly options: Pick<
    ResolvedOptions<V>,
    'name' | 'budget' | 'life' | 'codec' | 'isolation' | 'store' | 'sharedTier' | 'bus'
  >;
  readonly memory: Pick<MemoryTier<V>, 'table'>;
  readonly side: StoreSide | undefined;
}

/** What the cache is made of, now. */
export function describeCache<V>({ options, memory, side }: InfoParts<V>): CacheInfo {
  const { size, totalWeight, bounds, eviction, choice } = memory.table;
  const { ttl, maxTtlMs, idleMs } = options.life;
  return {
    name: options.name,
    items: size,
    ...bounds,
    bytes: totalWeight,
    budget: options.budget && shared(options.budget),
    ttlMs: typeof ttl === 'number' ? ttl : undefined,
    maxTtlMs,
    idleMs,
    eviction: { strategy: eviction, ...choice },
    writePolicy: side?.policyName,
    durability: side?.durability,
    store: options.store && side && { name: nameOf(options.store), role: side.store.role },
    sharedTier: options.sharedTier && nameOf(options.sharedTier),
    bus: options.bus && nameOf(options.bus),
    codec: options.codec.name,
    isolate: options.isolation.name,
  };
}

function shared(budget: MemoryBudget): CacheInfo['budget'] {
  const { caches: _, ...report } = budget.report();
  return report;
}
