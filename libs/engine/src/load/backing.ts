import type { HitTier } from '../events/cache-event.js';
import { type Clock, fromWallTime } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import { unreadableValue } from '../kernel/errors.js';
import type { Validity } from '../kernel/invalidation.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import { type Sequence, writtenAt } from '../kernel/sequence.js';
import { isStale } from '../kernel/staleness.js';
import type { BackingStore, Operation, Row } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';
import type { ReadToLoad } from '../store/permits.js';
import { isRecordRow } from '../store/record-store-row.js';

type Life<V> = Pick<EntryState<V>, 'expiresAt' | 'freshness'>;

/** What is behind memory. */
export interface BackingParts<V> {
  readonly store: BackingStore;
  /** Reads from the store for a load, where that is something else: several processes share a tier. */
  readonly getToLoad: ((key: string, reading: ReadToLoad) => Promise<Row | undefined>) | undefined;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly sequence: Sequence;
  /** The life of what is read from a store of the role `'record'`, whose rows do not expire. */
  readonly lifeOf: (value: V) => Life<V>;
  readonly pending: (key: string) => Operation | undefined;
  /** Told of a row among others that cannot be read; the others are answered. */
  readonly unreadable: (key: string, error: unknown) => void;
  readonly validity: Validity;
}

/** An entry that was found behind memory. */
export interface Found<V> {
  readonly entry: EntryState<V>;
  readonly tier: Exclude<HitTier, 'memory'>;
}

/** Where an entry was found, and a version drawn before it was looked for. */
interface Source {
  readonly tier: Found<never>['tier'];
  readonly since: number;
}

/** Reads what is behind memory: first the writes that are pending, then the store. */
export class Backing<V> {
  readonly #parts: BackingParts<V>;

  constructor(parts: BackingParts<V>) {
    this.#parts = parts;
  }

  /** Whether finding something in the store is finding it in the cache. */
  get isCache(): boolean {
    return this.#parts.store.role === 'cache';
  }

  /** @param toLoad for a load, which is about to begin where nothing is found. */
  async read(key: string, toLoad?: ReadToLoad): Promise<Found<V> | undefined> {
    const { store, getToLoad } = this.#parts;
    const since = this.#parts.sequence.next();
    const pending = this.#parts.pending(key);
    if (pending !== undefined) return this.#found(rowOf(pending), { tier: 'pending', since });
    const asked = toLoad !== undefined && getToLoad !== undefined ? getToLoad(key, toLoad) : store.get(key);
    return this.#found(await asked, { tier: 'store', since });
  }

  async readMany(keys: readonly string[]): Promise<Map<string, Found<V>>> {
    const since = this.#parts.sequence.next();
    const pending = keys
      .map((key) => this.#parts.pending(key))
      .filter((operation) => operation !== undefined);
    const hidden = new Set(
      pending.map((operation) => (operation.type === 'set' ? operation.row.key : operation.key)),
    );
    const asked = keys.filter((key) => !hidden.has(key));
    const rows = asked.length === 0 ? [] : await this.#parts.store.getMany(asked);
    const found = new Map<string, Found<V>>();
    for (const operation of pending) this.#collect(found, rowOf(operation), { tier: 'pending', since });
    for (const row of rows) this.#collect(found, row, { tier: 'store', since });
    return found;
  }

  /** As {@link readMany}, the fresh entries alone. */
  async entriesOf(keys: readonly string[]): Promise<Map<string, EntryState<V>>> {
    const entries = new Map<string, EntryState<V>>();
    for (const [key, { entry }] of await this.readMany(keys))
      if (!isStale(entry, this.#parts.clock.now())) entries.set(key, entry);
    return entries;
  }

  /** Every entry of a store of the role `'cache'`, some at a time, those left out that cannot be read. To be called with nothing pending. */
  async *stored(): AsyncGenerator<ReadonlyMap<string, Found<V>>, void> {
    const { store, sequence } = this.#parts;
    for await (const rows of store.scan?.() ?? [await store.rows()]) {
      const found = new Map<string, Found<V>>();
      for (const row of rows) this.#collect(found, row, { tier: 'store', since: sequence.next() });
      yield found;
    }
  }

  /** What can be used of a row of the shared tier; nothing where it has ended, is stale, was invalidated or cannot be read. */
  usable(row: Row): Found<V> | undefined {
    const found = new Map<string, Found<V>>();
    this.#collect(found, row, { tier: 'shared', since: row.version });
    const [entry] = found.values();
    return entry !== undefined && !isStale(entry.entry, this.#parts.clock.now()) ? entry : undefined;
  }

  /** Whether there is an entry, without decoding it. */
  async has(key: string): Promise<boolean> {
    const pending = this.#parts.pending(key);
    const row = pending === undefined ? await this.#parts.store.get(key) : rowOf(pending);
    return row !== undefined && this.#isFresh(row);
  }

  /** How many of the keys have an entry, without decoding any, and with at most one call on the store. */
  async count(keys: readonly string[]): Promise<number> {
    const [first] = keys;
    if (keys.length === 1 && first !== undefined) return (await this.has(first)) ? 1 : 0;
    const pending = keys.map((key) => this.#parts.pending(key));
    const asked = keys.filter((_, index) => pending[index] === undefined);
    const stored = asked.length === 0 ? [] : await this.#parts.store.getMany(asked);
    const waiting = pending.map((operation) => operation && rowOf(operation));
    return [...waiting, ...stored].filter((row) => row !== undefined && this.#isFresh(row)).length;
  }

  #collect(into: Map<string, Found<V>>, row: Row | undefined, source: Source): void {
    if (row === undefined) return;
    try {
      const found = this.#found(row, source);
      if (found !== undefined) into.set(row.key, found);
    } catch (error) {
      if (!this.#isOfCache(row, source.tier)) throw error;
      this.#parts.unreadable(row.key, error);
    }
  }

  #found(row: Row | undefined, { tier, since }: Source): Found<V> | undefined {
    if (row === undefined) return undefined;
    const isOfCache = this.#isOfCache(row, tier);
    const expiresAt = isOfCache ? this.#deadlineOf(row) : Infinity;
    if (isOfCache && !this.#isLiving(row, expiresAt)) return undefined;
    this.#parts.sequence.pass(row.version);
    // What was read from the user's truth is as new as the reading, whenever it was written.
    const version = isOfCache ? row.version : since;
    const value = this.#decode(row);
    const life = isOfCache ? this.#lifeOf(row, expiresAt) : this.#parts.lifeOf(value);
    return { tier: row.from ?? tier, entry: { value, version, tags: row.tags, ...life } };
  }

  /** As long as the row says, fresh only as long as it says. */
  #lifeOf(row: Row, expiresAt: number): Life<V> {
    if (row.freshUntil === undefined) return { expiresAt };
    const until = this.#freshUntil(row.freshUntil, row, expiresAt);
    return { expiresAt, freshness: { until, latest: until, idleMs: Infinity, loadMs: 0 } };
  }

  /** As long before its end as the row says, whatever the wall clock has done since. */
  #freshUntil(freshUntil: number, row: Row, expiresAt: number): number {
    if (row.expiresAt === undefined) return fromWallTime(this.#parts.clock, freshUntil);
    return expiresAt - Math.max(0, row.expiresAt - freshUntil);
  }

  #isFresh(row: Row): boolean {
    if (!this.#isOfCache(row)) return true;
    const expiresAt = this.#deadlineOf(row);
    return this.#isLiving(row, expiresAt) && !isStale(this.#lifeOf(row, expiresAt), this.#parts.clock.now());
  }

  /** Whether the cache itself has put the row there. */
  #isOfCache(row: Row, tier?: HitTier): boolean {
    return this.isCache || row.from === 'shared' || tier === 'shared';
  }

  /** Whether neither expiry nor invalidation has ended it. Rows of the role `'record'` outlive both, which only make memory forget. */
  #isLiving(row: Row, expiresAt: number): boolean {
    const { clock, validity } = this.#parts;
    return expiresAt > clock.now() && validity.isCurrent(row.key, row);
  }

  #deadlineOf(row: Row): number {
    const { clock } = this.#parts;
    if (row.expiresAt === undefined) return Infinity;
    const left = fromWallTime(clock, row.expiresAt);
    // A wall clock that was set back since must not make the row live longer than it was given. (Where it was set back
    // before, versions run ahead of it and cannot tell.)
    const givenMs = row.expiresAt - writtenAt(row.version);
    return givenMs > 0 ? Math.min(left, clock.now() + givenMs) : left;
  }

  #decode(row: Row): V {
    // What a store of V loads is a V.
    if (isRecordRow(row)) return row.record as V;
    const { codec } = this.#parts;
    try {
      // What a cache of V stores was encoded from a V.
      return codec.decode(row.value, row.key) as V;
    } catch (error) {
      throw unreadableValue(row.key, codec.name, error);
    }
  }
}

function rowOf(operation: Operation): Row | undefined {
  return operation.type === 'set' ? operation.row : undefined;
}

/** A record has no life of its own: it gets that of the call that reads it, and its tags beside those it may have. */
export function asLoaded<V>({ entry, tier }: Found<V>, record: LoadTicket<V> | undefined): EntryState<V> {
  if (record === undefined || tier !== 'store') return entry;
  const loaded = record.entryOf(entry.value, {});
  return { ...loaded, tags: [...new Set([...entry.tags, ...loaded.tags])] };
}
