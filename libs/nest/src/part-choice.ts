import {
  type BackingStoreFactory,
  DEFAULT_EVICTION,
  evictionStrategies,
  mapStore,
  type StoreName,
  type WritePolicyName,
  writePolicies,
} from 'nuthatch/engine';
import { badDeclaration } from './errors.js';

/** The engine's own default, which it does not export: what stands under a token must be there before the cache is opened. */
const DEFAULT_WRITE_POLICY: WritePolicyName = 'writeThrough';

/** The engine's stores by name, of which it exports the names; each use makes one of its own. */
const STORES: Readonly<Record<StoreName, () => BackingStoreFactory>> = { map: mapStore };

/** The factory of an eviction strategy. What is no known name is handed on: the engine says what is wrong with it. */
export function resolveEviction(choice: unknown): unknown {
  return named(evictionStrategies, choice ?? DEFAULT_EVICTION) ?? choice;
}

/** The factory of a write policy; none where none was chosen and there is no store. */
export function resolveWritePolicy(choice: unknown, store: unknown): unknown {
  if (choice === undefined && store === undefined) return undefined;
  return named(writePolicies, choice ?? DEFAULT_WRITE_POLICY) ?? choice;
}

/** The factory of a store, or the store; `false` means none. */
export function resolveStore(choice: unknown): unknown {
  if (choice === false) return undefined;
  return named(STORES, choice)?.() ?? choice;
}

/** The root's store for another cache: a factory makes one for each namespace, but a ready-made store belongs to one cache. */
export function refuseSingleStore(name: string, store: unknown): unknown {
  if (typeof store !== 'object' || store === null || isFactory(store)) return store;
  throw badDeclaration(
    `cache ${JSON.stringify(name)}`,
    'the store of forRoot is a single store and belongs to the default cache; give this cache a store of its own, store: false, or forRoot a factory of stores',
  );
}

/** A repository of the user's may have a method `create`, too: what loads and writes is a store. */
function isFactory(store: object): boolean {
  return 'create' in store && !('load' in store && 'write' in store);
}

/** What a register has under a name; `undefined` for what is no name in it. */
function named<T>(register: Readonly<Record<string, T>>, choice: unknown): T | undefined {
  return typeof choice === 'string' && Object.hasOwn(register, choice) ? register[choice] : undefined;
}
