import { LRUCache } from 'lru-cache';
import { evictionStrategies, MemoryCache, type EvictionStrategyFactory } from 'nuthatch/engine';

/** The value of every entry: a small object, as a row or a response would be. */
export interface Value {
  readonly id: number;
  readonly name: string;
}

/** What is raced: called as it is, with no wrapper in between. */
export interface Contestant {
  get(key: string): Value | undefined;
  set(key: string, value: Value): unknown;
}

type Opening = (capacity: number) => Contestant;

/** The one that all others are measured against. */
export const REFERENCE = 'lru-cache';
/** Evicts nothing: the bound of what JavaScript can do, and no cache. */
export const BOUND = 'Map';

/** Everyone in the race by name, each at its fastest settings: bounded by entries, without expiry. */
export const contestants: ReadonlyMap<string, Opening> = new Map<string, Opening>([
  [REFERENCE, (max) => new LRUCache<string, Value>({ max })],
  [BOUND, () => new Map<string, Value>()],
  ...Object.entries(evictionStrategies).map(([name, eviction]) => nuthatch(name, eviction)),
]);

function nuthatch(name: string, eviction: EvictionStrategyFactory): [string, Opening] {
  return [`nuthatch ${name}`, (maxItems) => new MemoryCache<string, Value>({ maxItems, eviction })];
}
