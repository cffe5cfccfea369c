import type { EvictionChoiceReport } from './eviction/strategy.js';
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
  /** Default time to live in milliseconds; `Infinity` where entries do not expire, `undefined` where it is a function of the value. */
  readonly ttlMs: number | undefined;
  /** The strategy, and where it chooses among others, which one is in charge, what each is estimated to reach, and the last swaps. */
  readonly eviction: { readonly strategy: string } & Partial<EvictionChoiceReport>;
  /** `undefined` where there is no store. */
  readonly writePolicy: string | undefined;
  /** What a write survives that is acknowledged and not stored yet; `undefined` where the policy stores before it acknowledges. */
  readonly durability: Durability | undefined;
  readonly store: { readonly name: string; readonly role: 'cache' | 'record' } | undefined;
  readonly codec: string;
  readonly isolate: string;
}
