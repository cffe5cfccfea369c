import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import { badSnapshot, unreadableValue, unstorableValue } from '../kernel/errors.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Sequence } from '../kernel/sequence.js';
import type { BackingStore, Encoded, Row } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';
import { seal, type Snapshot, type SnapshotEntry, verify } from './snapshot.js';

/** An entry of memory with its uses. */
export interface UsedEntry<V> {
  readonly key: string;
  readonly state: EntryState<V>;
  readonly hits: number;
}

/** The memory of a cache, as snapshots see it. */
export interface SnapshotMemory<V> {
  inEvictionOrder(): readonly UsedEntry<V>[];
  clear(): void;
  recall(key: string, state: EntryState<V>, hits: number): void;
}

/** What snapshots are taken of, and restored to. */
export interface SnapshotParts<V> {
  readonly memory: SnapshotMemory<V>;
  readonly store: BackingStore | undefined;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly sequence: Sequence;
  readonly fencing: Fencing;
  /** Whether a row has not been invalidated by one of its tags. */
  readonly isCurrent: (row: Pick<Row, 'tags' | 'version'>) => boolean;
}

/** Takes a snapshot. To be called while nobody writes, with nothing pending. */
export async function save<V>(
  parts: SnapshotParts<V>,
  names: Pick<Snapshot, 'eviction' | 'writePolicy'>,
): Promise<Snapshot> {
  const { memory, store, codec, clock } = parts;
  const entries = memory.inEvictionOrder().map((entry) => written(parts, entry));
  const rows = store && (await currentRows(parts, store));
  return seal({ takenAt: clock.wallNow(), codec: codec.name, ...names, entries, rows });
}

/** Rows that were invalidated, and could not be deleted, are not to come back with a restore. */
async function currentRows<V>({ isCurrent }: SnapshotParts<V>, store: BackingStore): Promise<readonly Row[]> {
  const rows = await store.rows();
  return store.role === 'cache' ? rows.filter(isCurrent) : rows;
}

/**
 * Puts a snapshot in the place of everything, or changes nothing. To be called while nobody writes.
 * @throws CacheError `bad_snapshot`, or what the store throws.
 */
export async function restore<V>(parts: SnapshotParts<V>, snapshot: Snapshot): Promise<void> {
  const { memory, store, codec, clock, sequence, fencing } = parts;
  verify(snapshot, codec.name);
  const version = sequence.next();
  const entries = snapshot.entries.map((entry) => read(parts, entry, version));
  const elapsedMs = clock.wallNow() - snapshot.takenAt;
  const rows = (snapshot.rows ?? []).map((row) => ({
    ...row,
    version,
    expiresAt: row.expiresAt === undefined ? undefined : row.expiresAt + elapsedMs,
  }));
  // Without a store all of it happens in one go, since writes then wait for nothing.
  if (store !== undefined || snapshot.rows !== undefined) await replaceRows(store, snapshot, rows);
  memory.clear();
  fencing.raiseAll();
  for (const { key, state, hits } of entries) memory.recall(key, state, hits);
}

async function replaceRows(
  store: BackingStore | undefined,
  snapshot: Snapshot,
  rows: readonly Row[],
): Promise<void> {
  if (store === undefined) throw badSnapshot('it holds the rows of a store, and this cache has none');
  if (snapshot.rows === undefined) throw badSnapshot('it holds no rows, and this cache has a store');
  if (!store.capabilities.replaceAll)
    throw badSnapshot('the store of this cache cannot replace all of its rows');
  await store.replaceAll(rows);
}

function written<V>({ codec, clock }: SnapshotParts<V>, { key, state, hits }: UsedEntry<V>): SnapshotEntry {
  const { value, expiresAt, version, tags } = state;
  const remainingMs = expiresAt === Infinity ? undefined : expiresAt - clock.now();
  return { key, value: encoded(codec, key, value), remainingMs, hits, version, tags };
}

function read<V>({ codec, clock }: SnapshotParts<V>, entry: SnapshotEntry, version: number): UsedEntry<V> {
  const expiresAt = entry.remainingMs === undefined ? Infinity : clock.now() + entry.remainingMs;
  const state = { value: decoded<V>(codec, entry), expiresAt, version, tags: entry.tags };
  return { key: entry.key, state, hits: entry.hits };
}

function encoded(codec: Codec, key: string, value: unknown): Encoded {
  try {
    return codec.encode(value);
  } catch (error) {
    throw unstorableValue(key, codec.name, error);
  }
}

function decoded<V>(codec: Codec, { key, value }: SnapshotEntry): V {
  try {
    // What a cache of V writes into its snapshot was encoded from a V.
    return codec.decode(value) as V;
  } catch (error) {
    throw unreadableValue(key, codec.name, error);
  }
}
