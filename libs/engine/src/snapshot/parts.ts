import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Sequence } from '../kernel/sequence.js';
import type { BackingStore, Row } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';
import type { UsedEntry } from './entry-columns.js';

/** What has changed in memory since somebody began to look. */
export interface Watch {
  readonly changed: ReadonlySet<string>;
  readonly isCleared: boolean;
  stop(): void;
}

/** The memory of a cache, as snapshots see it. */
export interface SnapshotMemory<V> {
  /** The entries, stale ones included, the next victim first. */
  inEvictionOrder(): Iterable<UsedEntry<V>>;
  /** The entry of a key, fresh or stale. */
  readKept(key: string): EntryState<V> | undefined;
  clear(): void;
  recall(key: string, state: EntryState<V>, hits: number): void;
  watch(): Watch;
  /** How many more entries fit. */
  free(): number;
}

/** What snapshots are taken of, and restored to. */
export interface SnapshotParts<V> {
  readonly memory: SnapshotMemory<V>;
  readonly store: BackingStore | undefined;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly sequence: Sequence;
  readonly fencing: Fencing;
  /** Answers whether a row has not been invalidated by one of its tags, as far as is known now. */
  readonly currentNow: () => (row: Pick<Row, 'key' | 'tags' | 'version'>) => boolean;
}

/** Who is in charge of a cache. */
export interface InCharge {
  /** The name of the eviction strategy. */
  readonly eviction: string;
  /** The name of the write policy. */
  readonly writePolicy: string | undefined;
}
