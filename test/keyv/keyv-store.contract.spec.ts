import { Cacheable } from 'cacheable';
import Keyv from 'keyv';
import { backingStoreContract } from 'nuthatch/testing';
import { keyvStore } from '../../libs/compat/src/keyv/keyv-store.js';
import { memoryAdapter, oldStore } from './stores.js';

backingStoreContract({ name: 'Keyv over a map', open: async () => keyvStore(new Keyv()) });

backingStoreContract({
  name: 'Keyv over a map as record',
  open: async () => keyvStore(new Keyv(), { role: 'record' }),
});

backingStoreContract({
  name: 'Keyv over an adapter that can do everything',
  open: async () => keyvStore(new Keyv({ store: memoryAdapter(), namespace: 'a:b' })),
});

backingStoreContract({
  name: 'Keyv without a serializer and without prefixes',
  open: async () => keyvStore(bare()),
});

backingStoreContract({
  name: 'Keyv with a time to live of its own',
  open: async () => keyvStore(new Keyv({ ttl: 1 })),
});

backingStoreContract({ name: 'an adapter without a Keyv', open: async () => keyvStore(memoryAdapter()) });

backingStoreContract({ name: 'a Map', open: async () => keyvStore(new Map()) });

backingStoreContract({ name: 'a store of cache-manager 5', open: async () => keyvStore(oldStore()) });

backingStoreContract({
  name: 'a Cacheable, whose own store is a map',
  open: async () => keyvStore(listing(new Cacheable())),
});

/** Keeps objects as they are. */
function bare(): Keyv {
  const keyv = new Keyv({ useKeyPrefix: false });
  keyv.serialize = undefined;
  keyv.deserialize = undefined;
  return keyv;
}

/** A Cacheable cannot list its keys. What it is given is, here, so that all of the contract can be asked. */
function listing(cacheable: Cacheable) {
  const keys = new Set<string>();
  return {
    get: (key: string) => cacheable.get(key),
    getMany: (asked: string[]) => cacheable.getMany(asked),
    set: (key: string, value: unknown, ttl?: number) => cacheable.set(keys.add(key) && key, value, ttl),
    delete: (key: string) => cacheable.delete(key),
    clear: () => cacheable.clear(),
    *iterator() {
      for (const key of keys) yield [key];
    },
  };
}
