import { type EvictionStrategyFactory, evictionStrategies, MemoryCache } from 'nuthatch/engine';
import type { Contestant, Value } from './contestant.js';
import { rivals } from './rivals.js';
import { MAX_WEIGHT, weigh } from './weight.js';

/** The one that all others are measured against. */
export const REFERENCE = 'lru-cache';

const LEADING_STRATEGIES: ReadonlySet<string> = new Set(['lru', 'sieve', 's3Fifo', 'wTinyLfu', 'adaptive']);

/** Evicts nothing: the bound of what JavaScript can do, and no cache. */
const bound: Contestant = {
  name: 'Map',
  leads: true,
  ttl: 'none',
  evicts: false,
  weighs: false,
  note: 'the bound: evicts nothing',
  load: async () => () => new Map<string, Value>(),
};

/** Everyone in the race, ours once per registered strategy. */
export const field: readonly Contestant[] = [
  ...rivals,
  bound,
  ...Object.entries(evictionStrategies).map(([name, eviction]) => ours(name, eviction)),
];

/** @throws Error where nobody is called so. */
export function contestantOf(name: string): Contestant {
  const found = field.find((contestant) => contestant.name === name);
  if (found === undefined) throw new Error(`no contestant is called ${JSON.stringify(name)}`);
  return found;
}

function ours(strategy: string, eviction: EvictionStrategyFactory): Contestant {
  return {
    name: `nuthatch/${strategy}`,
    leads: LEADING_STRATEGIES.has(strategy),
    ttl: 'optional',
    evicts: true,
    weighs: true,
    load:
      async () =>
      ({ capacity: maxItems, ttlMs: ttl, isWeighed = false }) =>
        new MemoryCache<string, Value>({
          maxItems,
          eviction,
          // Nobody swaps here. The one that swaps by itself needs them.
          countHits: strategy === 'adaptive',
          ...(ttl === undefined ? {} : { ttl }),
          ...(isWeighed ? { maxBytes: maxItems * MAX_WEIGHT, weigh } : {}),
        }),
  };
}
