import type { Stored } from './shelf.js';

/** An entry on its way into a tier; without `ttl`, the store's own counts, and 0 is for ever. */
export interface TierEntry {
  readonly key: string;
  readonly value: unknown;
  readonly ttl: number | undefined;
}

/** What tells a store's place in an event: `primary`, then `secondary:0` and on. */
export type TierLabel = 'primary' | `secondary:${number}`;

/** One of the stores of a cache. */
export interface Tier {
  readonly label: TierLabel;
  /** The store's own time to live in milliseconds; `undefined` where it has none. */
  readonly ttlMs: number | undefined;
  /** A value that is `undefined` is not there. */
  read(key: string): Promise<Stored | undefined>;
  /** As {@link read}, at once; only of a tier that is the memory of this process. */
  look?(key: string): Stored | undefined;
  readMany(keys: readonly string[]): Promise<(Stored | undefined)[]>;
  /** Answers false where the store tells that it has not kept it. */
  write(entry: TierEntry): Promise<boolean>;
  remove(keys: readonly string[]): Promise<void>;
  clear(): Promise<void>;
  disconnect(): Promise<void>;
}
