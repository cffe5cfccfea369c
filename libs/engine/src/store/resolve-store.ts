import { badOption, unknownStore } from '../kernel/errors.js';
import { fromRegister } from '../kernel/register.js';
import type { BackingStore, BackingStoreFactory, StoreContext } from './backing-store.js';
import type { Codec } from './codec.js';
import { mapStore } from './map-store.js';
import { hasMethod, isRecordStore, type RecordStore, type RecordStoreFactory } from './record-store.js';
import { RecordStoreAdapter } from './record-store-adapter.js';

/** The stores that come with the engine: `'map'` keeps rows in memory, for trying things out. */
export type StoreName = 'map';

/**
 * How a store is chosen: by name, as a factory such as `sqlite({ file })`, or as a store that belongs to this cache alone: your own
 * database as a {@link RecordStore}, or a {@link BackingStore} of encoded rows.
 */
export type StoreChoice<V = unknown> =
  StoreName | BackingStoreFactory | BackingStore | RecordStoreFactory<V> | RecordStore<V>;

/** Makes the store of a cache, of either kind. */
export interface StoreFactory {
  readonly name?: string;
  create(context: StoreContext): BackingStore | RecordStore<unknown>;
}

/** @throws CacheError `unknown_name`, naming the option, or `bad_option` for a record store that lacks a method. */
export function resolveStore<V>(store: StoreChoice<V>): StoreFactory {
  if (isRecordStore(store) || isBackingStore(store)) return { name: className(store), create: () => store };
  refuseHalfRecordStore(store);
  if (store !== 'map' && !hasMethod(store, 'create')) throw unknownStore(store);
  return fromRegister<StoreFactory>('store', { map: mapStore() }, store);
}

/** What a factory has made, as a store of rows. */
export function asBackingStore(store: BackingStore | RecordStore<unknown>, codec: Codec): BackingStore {
  return isRecordStore(store) ? new RecordStoreAdapter(store, codec) : store;
}

function isBackingStore<V>(store: StoreChoice<V>): store is BackingStore {
  return typeof store === 'object' && store !== null && 'apply' in store && !('create' in store);
}

function refuseHalfRecordStore(store: unknown): void {
  if (hasMethod(store, 'create') || hasMethod(store, 'load') === hasMethod(store, 'write')) return;
  const missing = hasMethod(store, 'load') ? 'write' : 'load';
  throw badOption(`store.${missing}`, 'a method, since your own database is read and written', undefined);
}

function className(store: object): string {
  const { name } = store.constructor;
  return name === 'Object' ? 'records' : name;
}
