import { fromRegister } from '../kernel/register.js';
import type { BackingStore, BackingStoreFactory } from './backing-store.js';
import { mapStore } from './map-store.js';

/** The stores that come with the engine: `'map'` keeps rows in memory, for trying things out. */
export type StoreName = 'map';

/** How a store is chosen: by name, as a factory such as `sqlite({ file })`, or as a store that belongs to this cache alone. */
export type StoreChoice = StoreName | BackingStoreFactory | BackingStore;

/** @throws CacheError `unknown_name`, naming the option. */
export function resolveStore(store: StoreChoice): BackingStoreFactory {
  if (isStore(store)) return { name: store.constructor.name, create: () => store };
  return fromRegister<BackingStoreFactory>('store', { map: mapStore() }, store);
}

function isStore(store: StoreChoice): store is BackingStore {
  return typeof store === 'object' && store !== null && 'apply' in store && !('create' in store);
}
