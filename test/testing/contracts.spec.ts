import {
  type EvictionContext,
  type EvictionName,
  type EvictionStrategy,
  type EvictionStrategyFactory,
  evictionStrategies,
  mapStore,
  type WriteContext,
  type WritePolicy,
  type WritePolicyFactory,
  type WritePolicyName,
  writePolicies,
} from 'nuthatch/engine';
import {
  backingStoreClauses,
  type ContractClause,
  evictionStrategyClauses,
  evictionStrategyContract,
  recordStoreClauses,
  writePolicyClauses,
  writePolicyContract,
} from 'nuthatch/testing';
import { MapRecords } from '../support/map-records.js';

for (const name of Object.keys(evictionStrategies) as EvictionName[])
  evictionStrategyContract({ name, open: () => evictionStrategies[name], runs: 3 });

for (const name of Object.keys(writePolicies) as WritePolicyName[])
  writePolicyContract({ name, open: () => writePolicies[name] });

/** The names of the clauses that are broken. */
async function brokenOf(clauses: readonly ContractClause[]): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, run } of clauses) await run().catch(() => broken.push(name));
  return broken;
}

/** A strategy of the register with something changed. */
function wrongStrategy(
  change: (strategy: EvictionStrategy, context: EvictionContext) => Partial<EvictionStrategy>,
): () => EvictionStrategyFactory {
  return () => ({
    create: (context) => {
      const strategy = evictionStrategies.fifo.create(context);
      const bound = {
        onInsert: strategy.onInsert.bind(strategy),
        onAccess: strategy.onAccess.bind(strategy),
        onRemove: strategy.onRemove.bind(strategy),
        chooseVictim: strategy.chooseVictim.bind(strategy),
        order: strategy.order.bind(strategy),
        resize: strategy.resize.bind(strategy),
        audit: strategy.audit.bind(strategy),
      };
      return { ...bound, ...change(strategy, context) };
    },
  });
}

const steps = 'lists every resident once, and names the first of them as the victim, after every step';
const takesOver = 'takes over from another strategy, and hands over to another, with every resident';
const empties = 'empties itself victim by victim, each of them once';

describe('the eviction contract', () => {
  it.each([
    [
      'names nobody',
      wrongStrategy(() => ({ chooseVictim: () => undefined })),
      ['names nobody where nobody is', steps, takesOver, empties, 'keeps a cache within its bound'],
    ],
    [
      'names the last of its order',
      wrongStrategy((strategy) => ({ chooseVictim: () => [...strategy.order()].at(-1) })),
      [steps, takesOver, empties],
    ],
    [
      'fails its audit where nothing is wrong',
      wrongStrategy((strategy) => ({
        audit: (residents) => {
          strategy.audit(residents);
          if (residents.size > 5) throw new Error('that many?');
        },
      })),
      [steps, takesOver, empties, 'keeps a cache within its bound'],
    ],
    [
      'audits nothing',
      wrongStrategy(() => ({ audit: () => undefined })),
      ['fails its audit where the cache holds other entries than it was told of'],
    ],
    [
      'has another short cut',
      wrongStrategy((strategy) => ({
        replaceVictim: () => {
          const victim = [...strategy.order()].at(-1);
          if (victim === undefined) return undefined;
          strategy.onRemove(victim);
          strategy.onInsert(victim);
          return victim;
        },
      })),
      ['evicts the same by its short cut as without'],
    ],
  ])('is broken by a strategy that %s', async (_what, open, broken) => {
    expect(await brokenOf(evictionStrategyClauses({ open, runs: 5 }))).toEqual(broken);
  });

  it('is broken by a factory that makes one strategy for all', async () => {
    const open = (): EvictionStrategyFactory => {
      let only: EvictionStrategy | undefined;
      return { create: (context) => (only ??= evictionStrategies.fifo.create(context)) };
    };
    expect(await brokenOf(evictionStrategyClauses({ open, runs: 1 }))).toEqual([
      'has a state of its own in every cache that one factory makes it for',
    ]);
  });

  it('names the seed and the last steps of a life that went wrong', async () => {
    const open = wrongStrategy(() => ({ chooseVictim: () => undefined }));
    const [, clause] = evictionStrategyClauses({ open, runs: 1, seed: 42 });
    await expect(clause?.run()).rejects.toThrow(/seed 42, step \d+: \.\.\. .*insert \d+ for/);
  });
});

/** A policy of the register, write-through by default, with something changed. */
function wrongPolicy(
  change: (policy: WritePolicy, context: WriteContext) => Partial<WritePolicy>,
  base: WritePolicyName = 'writeThrough',
): () => WritePolicyFactory {
  return () => ({
    create: (context) => {
      const policy = writePolicies[base].create(context);
      return new Proxy(policy, {
        get: (target, name) => {
          const changed: unknown = Reflect.get(change(policy, context), name);
          if (changed !== undefined) return changed;
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    },
  });
}

describe('the contract of write policies', () => {
  it.each([
    [
      'swallows what the store refuses',
      wrongPolicy((policy) => ({
        onSet: (write) => policy.onSet(write).catch(() => 'keep' as const),
      })),
      ['never says that a write is done which it then loses: it throws, or keeps it until it is stored'],
    ],
    [
      'stores what it has refused',
      wrongPolicy((policy, { store }) => ({
        onSet: async (row) => {
          try {
            return await policy.onSet(row);
          } catch (error) {
            await store.apply([{ type: 'set', row }]);
            throw error;
          }
        },
      })),
      ['never says that a write is done which it then loses: it throws, or keeps it until it is stored'],
    ],
    [
      'forgets the tags',
      wrongPolicy((policy) => ({ onSet: (row) => policy.onSet({ ...row, tags: [] }) })),
      ['stores a row with all that belongs to it'],
    ],
    [
      'says nothing of what is left when it is closed',
      wrongPolicy(
        (policy) => ({ close: async (ms) => ({ ...(await policy.close(ms)), left: 0 }) }),
        'writeBack',
      ),
      ['closes with a report of what was and was not stored, and never throws'],
    ],
    [
      'tells of the flushes that fail, and of no others',
      () => ({
        create: (context) => {
          const silent = { ...context.observer, flushed: () => undefined };
          return writePolicies.writeBack.create({ ...context, observer: silent });
        },
      }),
      ['tells the observer of flushes that store something, and of those that fail'],
    ],
    [
      'makes a batch in pieces',
      wrongPolicy((policy) => ({
        onBatch: async (operations) => {
          for (const operation of operations.toReversed()) await policy.onBatch([operation]);
          return 'keep';
        },
      })),
      ['applies a batch in order'],
    ],
    [
      'leaves a timer behind',
      wrongPolicy((policy, { clock }) => ({
        onSet: (write) => {
          clock.schedule(() => undefined, 1e9);
          return policy.onSet(write);
        },
      })),
      expect.arrayContaining([
        'lets nothing fire once it is closed',
        'stores a row with all that belongs to it',
      ]),
    ],
    [
      'forgets to run the change of a discard',
      wrongPolicy(() => ({ discard: async () => undefined })),
      [
        'counts what is pending, and is empty after discard',
        'keeps what is pending where the change of a discard fails',
        'writes nothing while the change of a discard runs, and nothing of before afterwards',
      ],
    ],
  ])('is broken by a policy that %s', async (_what, open, broken) => {
    expect(await brokenOf(writePolicyClauses({ open }))).toEqual(broken);
  });
});

describe('the clauses of a contract', () => {
  it('can be run by anybody, one by one', async () => {
    const records = recordStoreClauses({
      open: async () => new MapRecords(),
      value: (name, wings) => ({ name, wings }),
      refused: (name) => ({ name, wings: -1 }),
    });
    const stores = backingStoreClauses({ open: async () => mapStore() });
    for (const clauses of [records, stores]) {
      expect(clauses.length).toBeGreaterThan(5);
      expect(new Set(clauses.map(({ name }) => name)).size).toBe(clauses.length);
      expect(await brokenOf(clauses)).toEqual([]);
    }
  });
});
