import {
  type Cache,
  type CacheEvent,
  type CacheOptions,
  createCache,
  MapStore,
  type Operation,
  richCodec,
  type Row,
  type StoreRole,
} from 'nuthatch/engine';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { MemoryTable } from '../../libs/engine/src/memory/memory-table.js';

/** A cache under test, with a clock that stands still. */
export interface Opened<V> {
  readonly cache: Cache<V>;
  readonly clock: FakeClock;
}

/** A cache with a store that fails when it is told to. */
export interface Stored<V> extends Opened<V> {
  readonly store: FaultyStore;
  /** The rows of the store, by key. */
  readonly rows: Map<string, Row>;
  /** Every batch that reached the store. */
  readonly applied: (readonly Operation[])[];
  /** The value that the store has under a key. */
  stored(key: string): unknown;
}

/** What a test may say of a cache with a store. */
export interface StoredOptions<V> extends CacheOptions<V> {
  readonly role?: StoreRole;
}

const closers: (() => Promise<void>)[] = [];

/** Every table is audited in the state in which its cache is closed. */
const closeTable = MemoryTable.prototype.close;
MemoryTable.prototype.close = function close(this: MemoryTable<unknown, unknown, unknown>): void {
  this.audit();
  closeTable.call(this);
};

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Opens a cache that is audited and closed after the test, and must leave no timer behind. */
export async function openCache<V = unknown>(options: CacheOptions<V> = {}): Promise<Opened<V>> {
  const clock = new FakeClock();
  const cache = await createCache<V>({ clock, ...options });
  closers.push(async () => {
    const closing = cache.close();
    // A store that a test made hang or fail is that test's affair.
    await clock.advanceAsync('1m');
    await closing.catch(() => undefined);
    expect(clock.timers).toBe(0);
  });
  return { cache, clock };
}

/** As {@link openCache}, with a store. */
export async function openStored<V = unknown>({ role = 'cache', ...options }: StoredOptions<V> = {}): Promise<
  Stored<V>
> {
  const rows = new Map<string, Row>();
  const map = new LoggedStore({ role }, rows);
  const store = new FaultyStore(map);
  const { cache, clock } = await openCache<V>({ store, ...options });
  closers.unshift(async () => store.heal());
  const codec = richCodec();
  const stored = (key: string): unknown => {
    const row = rows.get(key);
    return row && codec.decode(row.value);
  };
  return { cache, clock, store, rows, applied: map.applied, stored };
}

/** Collects the events of a cache from now on. */
export function recordEvents<V>(cache: Cache<V>): CacheEvent[] {
  const events: CacheEvent[] = [];
  cache.events$.subscribe((event) => events.push(event));
  return events;
}

/** A promise that somebody else settles. */
export function held<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

/** Lets `count` rounds of promise reactions run. */
export async function microtasks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined;
}

class LoggedStore extends MapStore {
  readonly applied: (readonly Operation[])[] = [];

  override async apply(operations: readonly Operation[]): Promise<void> {
    await super.apply(operations);
    this.applied.push(operations);
  }
}
