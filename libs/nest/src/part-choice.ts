import { evictionStrategies, mapStore, writePolicies } from 'nuthatch/engine';
import { badDeclaration } from './errors.js';

/** The factory of an eviction strategy. What is no known name is handed on: the engine says what is wrong with it. */
export function resolveEviction(choice: unknown): unknown {
  return named(evictionStrategies, choice ?? 'lru');
}

/** The factory of a write policy; none where none was chosen and there is no store. */
export function resolveWritePolicy(choice: unknown, store: unknown): unknown {
  if (choice === undefined && store === undefined) return undefined;
  return named(writePolicies, choice ?? 'writeThrough');
}

/** The factory of a store, or the store; `false` means none. */
export function resolveStore(choice: unknown): unknown {
  if (choice === 'map') return mapStore();
  return choice === false ? undefined : choice;
}

/** The root's store for another cache: a factory makes one for each namespace, but a ready-made store belongs to one cache. */
export function refuseSingleStore(name: string, store: unknown): unknown {
  if (typeof store !== 'object' || store === null || 'create' in store) return store;
  throw badDeclaration(
    `cache ${JSON.stringify(name)}`,
    'the store of forRoot is a single store and belongs to the default cache; give this cache a store of its own, store: false, or forRoot a factory of stores',
  );
}

function named(register: Readonly<Record<string, unknown>>, choice: unknown): unknown {
  return typeof choice === 'string' && Object.hasOwn(register, choice) ? register[choice] : choice;
}
