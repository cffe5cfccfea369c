import type { CacheManagerOptions, CacheMemoryOptions } from '../cache-options.js';
import { badStore } from '../errors.js';
import { isCacheManagerStore, isKeyv, isKeyvAdapter } from '../keyv/keyv-types.js';
import { AdapterShelf } from './adapter-shelf.js';
import { CacheManagerShelf } from './cache-manager-shelf.js';
import { KeyvFace } from './keyv-face.js';
import { MemoryShelf } from './memory-shelf.js';
import { MemoryTier } from './memory-tier.js';
import { StoreTier, type TierStore } from './store-tier.js';
import type { Tier, TierLabel } from './tier.js';

/** The stores of a cache, as its users see them and as it asks them. */
export interface Stores {
  readonly given: readonly TierStore[];
  readonly tiers: readonly Tier[];
}

/** @throws CacheError `bad_option` naming the store that is none. */
export function openStores(options: CacheManagerOptions): Stores {
  const isStrict = options.compat === 'strict';
  const behind = listOf(options.stores).map((store, index, all) =>
    storeOf(store, all.length === 1 ? 'stores' : `stores[${index}]`, options),
  );
  const isInFront = behind.length === 0 || (options.memory !== undefined && options.memory !== false);
  const tiersFrom = (first: number): Tier[] =>
    behind.map((store, index) => new StoreTier(labelOf(first + index), store, isStrict));
  if (!isInFront) return { given: behind, tiers: tiersFrom(0) };
  const memory: CacheMemoryOptions = typeof options.memory === 'object' ? options.memory : {};
  const shelf = new MemoryShelf(memory, !isStrict);
  return {
    given: [new KeyvFace(shelf, { namespace: 'keyv' }), ...behind],
    tiers: [new MemoryTier(labelOf(0), shelf, memory.ttl), ...tiersFrom(1)],
  };
}

function labelOf(index: number): TierLabel {
  return index === 0 ? 'primary' : `secondary:${index - 1}`;
}

function listOf(stores: CacheManagerOptions['stores']): readonly unknown[] {
  if (stores === undefined || stores === null) return [];
  return Array.isArray(stores) ? stores : [stores];
}

function storeOf(store: unknown, where: string, { ttl, namespace }: CacheManagerOptions): TierStore {
  // What these are told by has everything that a tier asks of its store.
  if (isKeyv(store) || isCacheable(store) || looksLikeKeyv(store)) return store as TierStore;
  if (isKeyvAdapter(store)) return new KeyvFace(new AdapterShelf(store, namespace), { ttl, namespace });
  if (isCacheManagerStore(store)) return new KeyvFace(new CacheManagerShelf(store), { ttl });
  throw badStore(where, store);
}

function isCacheable(store: unknown): boolean {
  return isKeyvAdapter(store) && ['primary', 'secondary', 'nonBlocking'].every((name) => name in store);
}

/** A Keyv of another copy of the package, or what stands in for one in a test. */
function looksLikeKeyv(store: unknown): boolean {
  return (
    isKeyvAdapter(store) &&
    ['opts', 'hooks', 'stats'].every((name) => name in store) &&
    typeof store['disconnect'] === 'function'
  );
}
