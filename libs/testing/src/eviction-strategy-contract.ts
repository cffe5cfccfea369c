import assert from 'node:assert/strict';
import {
  type EvictionContext,
  type EvictionStrategyFactory,
  evictionStrategies,
  MemoryCache,
  seededRandom,
} from 'nuthatch/engine';
import { type ContractClause, declareClauses, type TestRunner } from './contract-clause.js';
import { Residence } from './eviction-clauses/residence.js';
import { assertSameEvictions } from './eviction-clauses/short-cut.js';
import { live } from './eviction-clauses/steps.js';

/** What is tested, and by whom. */
export interface EvictionStrategyContractOptions {
  /** The name of the strategy, for the report. */
  readonly name: string;
  /** Makes the factory; called once per test. */
  open(): EvictionStrategyFactory;
  /** How many random lives it is led through by each test that does so; 25 by default. What fails names its seed. */
  readonly runs?: number | undefined;
  /** The seed of the first of them; 1 by default. */
  readonly seed?: number | undefined;
  /** Who runs the tests: the globals of jest, vitest or mocha by default. */
  readonly runner?: TestRunner;
}

const CAPACITY = 40;
const STEPS = 150;

/**
 * Declares one test per promise of `EvictionStrategy`, for a strategy of one's own:
 *
 * ```ts
 * evictionStrategyContract({ name: 'cheapest first', open: () => new CheapestFirst(prices) });
 * ```
 */
export function evictionStrategyContract(options: EvictionStrategyContractOptions): void {
  declareClauses(`${options.name} as an eviction strategy`, evictionStrategyClauses(options), options.runner);
}

/** The tests of {@link evictionStrategyContract}, for a runner of any kind to run one by one. */
export function evictionStrategyClauses(
  options: Omit<EvictionStrategyContractOptions, 'name' | 'runner'>,
): readonly ContractClause[] {
  const { open, runs = 25, seed = 1 } = options;
  const seeds = Array.from({ length: runs }, (_, index) => seed + index);
  return clauses.map(({ name, check }) => ({ name, run: async () => check(open, seeds) }));
}

interface Clause {
  readonly name: string;
  check(open: () => EvictionStrategyFactory, seeds: readonly number[]): void;
}

const clauses: readonly Clause[] = [
  {
    name: 'names nobody where nobody is',
    check: (open) => {
      const residence = new Residence(open(), CAPACITY);
      residence.audit();
      assert.equal(residence.evict(), undefined);
      residence.insert(0, Infinity);
      residence.evict();
      residence.audit();
      assert.equal(residence.evict(), undefined);
    },
  },
  {
    name: 'lists every resident once, and names the first of them as the victim, after every step',
    check: (open, seeds) => {
      for (const seed of seeds) live(new Residence(open(), CAPACITY), seed, STEPS);
    },
  },
  {
    name: 'takes over from another strategy, and hands over to another, with every resident',
    check: (open, seeds) => {
      const { lru, lfu } = evictionStrategies;
      for (const seed of seeds) {
        const residence = new Residence(lru, CAPACITY);
        for (const factory of [open(), lfu, open()]) {
          live(residence, seed, STEPS / 3);
          residence.swap(factory);
          residence.audit();
        }
        live(residence, seed, STEPS / 3);
      }
    },
  },
  {
    name: 'empties itself victim by victim, each of them once',
    check: (open) => {
      const residence = new Residence(open(), CAPACITY);
      for (let slot = 0; slot < CAPACITY; slot++) residence.insert(slot, 100 + slot);
      for (let slot = 0; slot < CAPACITY; slot += 3) residence.access(slot);
      while (residence.size > 0) {
        assert.notEqual(residence.evict(), undefined, 'chooseVictim names nobody while there is somebody');
        residence.audit();
      }
    },
  },
  {
    name: 'fails its audit where the cache holds other entries than it was told of',
    check: (open) => {
      const strategy = open().create(emptyCache());
      strategy.onInsert(1);
      strategy.onInsert(2);
      strategy.audit(new Set([1, 2]));
      for (const others of [[1], [1, 2, 3], [1, 3], []])
        assert.throws(() => strategy.audit(new Set(others)), `audit(${others.join(', ')}) has not thrown`);
    },
  },
  {
    name: 'has a state of its own in every cache that one factory makes it for',
    check: (open) => {
      const factory = open();
      const [one, other] = [factory.create(emptyCache()), factory.create(emptyCache())];
      one.onInsert(1);
      assert.deepEqual([[...one.order()], [...other.order()]], [[1], []]);
    },
  },
  {
    name: 'keeps a cache within its bound',
    check: (open, seeds) => {
      for (const seed of seeds) {
        const random = seededRandom(seed);
        const cache = new MemoryCache<number, number>({
          maxItems: 10,
          eviction: open(),
          random: seededRandom(1),
        });
        for (let step = 0; step < STEPS; step++) {
          const key = Math.floor(random.next() * 30);
          if (cache.get(key) === undefined) cache.set(key, key);
          assert.ok(cache.size <= 10, `it holds ${cache.size} of 10 entries (seed ${seed})`);
        }
        cache.audit();
      }
    },
  },
  {
    name: 'evicts the same by its short cut as without',
    check: (open, seeds) => {
      for (const seed of seeds) assertSameEvictions(open, seed);
    },
  },
];

/** A cache that is empty, and knows nothing of its entries. */
function emptyCache(): EvictionContext {
  const entries = { weight: () => 1, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 };
  return { capacity: CAPACITY, slots: 0, random: seededRandom(1), hashOf: (slot) => slot, entries };
}
