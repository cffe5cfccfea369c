import type { CacheOptions, StoreRole, WritePolicyName } from 'nuthatch/engine';
import type { Weights } from './steps.js';
import type { Value } from './value.js';

/** A kind of cache, and what is done to it. */
export interface Scenario {
  readonly name: string;
  readonly weights: Weights;
  readonly role?: StoreRole;
  readonly options?: CacheOptions<Value>;
  /** Whether somebody who watches the cache asks it for the keys of its events. */
  readonly isWatched?: boolean;
  /** The codes of errors that callers may get. */
  readonly mayFail?: readonly string[];
}

const READS: Weights = { get: 4, getMany: 2, load: 8, loadMany: 3 };
const WRITES: Weights = { set: 4, setMany: 1, delete: 3, deleteMany: 1, clear: 1 };
const INVALIDATIONS: Weights = { invalidateTags: 3, bumpVersion: 2, invalidateMatching: 3, expire: 3 };
const ALL: Weights = { ...READS, ...WRITES, ...INVALIDATIONS };
const COMMANDS: Weights = { runSet: 4, runDelete: 2, undo: 4, redo: 2 };
const COPIES: Weights = { snapshot: 2, restore: 3 };

/** More keys than fit into memory, so that what a store has is read again. */
const SMALL: CacheOptions<Value> = { maxItems: 2 };
const AGEING: CacheOptions<Value> = {
  ttl: 100,
  grace: 1000,
  staleWhileRevalidate: 100,
  refreshAhead: true,
  softTimeout: 20,
  hardTimeout: 50,
};
const TIME: Weights = { advance: 6 };

function stored(role: StoreRole, writePolicy: WritePolicyName): Scenario {
  const options = { ...SMALL, writePolicy, writeBack: { flushInterval: 50 } };
  const outside = role === 'record' ? { outside: 4 } : {};
  const weights = { ...ALL, ...outside, flush: 1, advance: 1 };
  return { name: `a ${role}, ${writePolicy}`, role, options, weights };
}

/** Calls end at their deadlines, whatever the store does later, and a store that fails is left alone for a while. */
const IMPATIENT: CacheOptions<Value> = {
  ...SMALL,
  resilience: { timeout: 40, writeTimeout: 40, breaker: { calls: 4, minCalls: 2, halfOpenAfter: 100 } },
};
const TROUBLED = ['store_failed', 'store_timeout', 'store_down'];

/** Without a `clear`: where that fails, memory keeps what the store may have lost. */
function troubled(role: StoreRole, writePolicy: WritePolicyName): Scenario {
  return {
    name: `a ${role}, ${writePolicy}, a store in trouble`,
    role,
    weights: { ...ALL, ...TIME, trouble: 5, clear: 0 },
    options: { ...IMPATIENT, writePolicy, writeBack: { flushInterval: 50 } },
    mayFail: TROUBLED,
  };
}

/** What is interleaved, each of them as often. */
export const scenarios: readonly Scenario[] = [
  { name: 'memory alone', weights: ALL, isWatched: true },
  {
    name: 'memory alone, refreshes and time-outs',
    weights: { ...ALL, ...TIME, load: 12 },
    options: AGEING,
    mayFail: ['load_timeout'],
  },
  ...(['cache', 'record'] as const).flatMap((role) =>
    (['writeThrough', 'writeBack', 'writeAround'] as const).map((policy) => stored(role, policy)),
  ),
  {
    name: 'a cache, writeThrough, refreshes and time-outs',
    role: 'cache',
    weights: { ...ALL, ...TIME, load: 12 },
    options: { ...AGEING, ...SMALL },
    mayFail: ['load_timeout'],
  },
  {
    name: 'a record, writeThrough, refreshes and time-outs',
    role: 'record',
    weights: { ...ALL, ...TIME, load: 12, outside: 4 },
    options: { ...AGEING, ...SMALL },
    mayFail: ['load_timeout'],
  },
  ...(['cache', 'record'] as const).flatMap((role) =>
    (['writeThrough', 'writeBack'] as const).map((policy) => troubled(role, policy)),
  ),
  {
    name: 'memory alone, commands, snapshots and swaps',
    weights: { ...ALL, ...COMMANDS, ...COPIES, swapEviction: 1 },
    mayFail: ['undo_conflict'],
  },
  {
    name: 'a cache, commands, snapshots and swaps',
    role: 'cache',
    options: SMALL,
    weights: { ...ALL, ...COMMANDS, ...COPIES, swapEviction: 1, swapWritePolicy: 3, flush: 1 },
    mayFail: ['undo_conflict'],
  },
  {
    name: 'a record, commands, snapshots and swaps',
    role: 'record',
    options: SMALL,
    weights: { ...ALL, ...COMMANDS, ...COPIES, outside: 4, swapEviction: 1, swapWritePolicy: 3, flush: 1 },
    mayFail: ['undo_conflict'],
  },
];
