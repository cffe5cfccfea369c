import { createCache } from '../create-cache.js';
import type { Cache } from '../cache.js';
import type { CacheEvent } from '../events/cache-event.js';
import type { HeapWatch } from '../kernel/heap.js';
import { type BudgetMember, MemoryBudget, type MemoryBudgetOptions } from './memory-budget.js';

/** A heap that is as full as the test says. */
class TestHeap implements HeapWatch {
  watchers = 0;
  #collected: (usedShare: number) => void = () => undefined;

  start(collected: (usedShare: number) => void): () => void {
    this.watchers++;
    this.#collected = collected;
    return () => this.watchers--;
  }

  collect(usedShare: number): void {
    this.#collected(usedShare);
  }
}

/** Values weigh what they are. */
async function open(names: readonly string[], options: Partial<MemoryBudgetOptions> = {}) {
  const heap = new TestHeap();
  const budget = new MemoryBudget({ maxTotalBytes: 100, heap, ...options });
  const caches: Cache<number>[] = [];
  for (const name of names)
    caches.push(
      await createCache<number>({ name, budget, eviction: 'fifo', maxItems: 1000, weigh: (value) => value }),
    );
  const fill = async (index: number, keys: string, weight = 10): Promise<void> => {
    for (const key of keys) await caches[index]?.set(key, weight);
  };
  const keys = (): string[] => caches.map((cache) => [...cache.keys()].join(''));
  return { heap, budget, caches, fill, keys };
}

describe('a memory budget', () => {
  it('lets one cache use all that the others do not need', async () => {
    const { fill, keys, budget } = await open(['owls', 'wrens']);
    await fill(0, 'abcdefghij');
    expect([keys(), budget.report()]).toEqual([
      ['abcdefghij', ''],
      { maxBytes: 100, limitBytes: 100, bytes: 100, caches: { owls: 100, wrens: 0 } },
    ]);
  });

  it('makes the cache give way that holds most, whoever writes', async () => {
    const { fill, keys } = await open(['owls', 'wrens']);
    await fill(0, 'abcdefghij');
    await fill(1, 'xyz');
    expect(keys()).toEqual(['defghij', 'xyz']);
  });

  it('never takes from a cache that holds less than an even share', async () => {
    const { fill, keys, budget } = await open(['owls', 'wrens', 'jays']);
    await fill(2, 'rst');
    await fill(0, 'abcdefghijklm');
    await fill(1, 'nopquvwxyz');
    expect([keys()[2], budget.report().bytes <= 100]).toEqual(['rst', true]);
  });

  it('keeps out what alone is more than all may hold', async () => {
    const { fill, keys } = await open(['owls']);
    await fill(0, 'ab');
    await fill(0, 'c', 101);
    expect(keys()).toEqual(['']);
  });

  it('keeps the bounds of each cache beside its own', async () => {
    const { caches, fill, keys } = await open(['owls']);
    caches[0]?.resize({ maxItems: 2 });
    await fill(0, 'abcd');
    expect(keys()).toEqual(['cd']);
  });

  it('has room again when a cache is closed', async () => {
    const { caches, fill, keys, budget } = await open(['owls', 'wrens']);
    await fill(0, 'abcdefgh');
    await caches[0]?.close();
    await fill(1, 'qrstuvwxyz');
    expect([keys()[1], Object.keys(budget.report().caches)]).toEqual(['qrstuvwxyz', ['wrens']]);
  });

  it('is kept while who hears of an eviction writes more', async () => {
    const { caches, fill, budget } = await open(['owls', 'wrens']);
    caches[0]?.addHook({ onEvict: (key, value) => void caches[1]?.set(key, value) });
    await fill(0, 'abcdefghijklmnop');
    await fill(1, 'z');
    expect(budget.report().bytes).toBeLessThanOrEqual(100);
  });

  describe('under pressure of the heap', () => {
    it('gives a quarter back at each full collection, down to a sixteenth', async () => {
      const { heap, fill, budget } = await open(['owls', 'wrens']);
      await fill(0, 'abcdef');
      await fill(1, 'uvwx');
      heap.collect(0.9);
      const first = budget.report();
      for (let times = 0; times < 20; times++) heap.collect(0.9);
      expect([first.limitBytes, first.caches, budget.report().limitBytes]).toEqual([
        75,
        { owls: 30, wrens: 30 },
        6.25,
      ]);
    });

    it('takes what nobody uses first, so that one collection is felt', async () => {
      const { heap, fill, budget } = await open(['owls']);
      await fill(0, 'abcd');
      heap.collect(0.9);
      expect(budget.report()).toMatchObject({ limitBytes: 30, bytes: 30 });
    });

    it('gets it back a tenth at a time, once there is room, and not before', async () => {
      const { heap, fill, budget } = await open(['owls']);
      await fill(0, 'abcdefghij');
      heap.collect(0.86);
      const limits = [0.8, 0.5, 0.5, 0.5, 0.5].map((used) => {
        heap.collect(used);
        return budget.report().limitBytes;
      });
      expect(limits).toEqual([75, 83, 92, 100, 100]);
    });

    it('tells every cache', async () => {
      const { heap, caches, fill } = await open(['owls']);
      await fill(0, 'abcdefghij');
      const told: CacheEvent[] = [];
      caches[0]?.events$.subscribe((event) => told.push(event));
      heap.collect(0.9);
      heap.collect(0.8);
      expect(told.filter(({ type }) => type === 'memory_limited')).toEqual([
        { type: 'memory_limited', cache: 'owls', limitBytes: 75, heapUsedShare: 0.9 },
      ]);
    });

    it('is not looked for where that is switched off, nor once the last cache is closed', async () => {
      const off = await open(['owls'], { heapPressure: false });
      const on = await open(['owls', 'wrens']);
      const during = on.heap.watchers;
      for (const cache of on.caches) await cache.close();
      expect([off.heap.watchers, during, on.heap.watchers]).toEqual([0, 1, 0]);
    });
  });

  it('says which option is wrong', () => {
    expect(() => new MemoryBudget({ maxTotalBytes: 'much' })).toThrow(/maxTotalBytes must be/);
    expect(() => new MemoryBudget({ maxTotalBytes: 1, heapPressure: 85 })).toThrow(
      'heapPressure must be a share between 0 and 1, or false, got 85',
    );
  });

  it('is all that the option of a cache takes', async () => {
    // What a caller without types may give.
    const budget = { maxTotalBytes: 1 } as unknown as MemoryBudget;
    await expect(createCache({ budget })).rejects.toThrow(/budget must be a MemoryBudget/);
  });

  it('may be one of the other build of the package, which has a class of its own', async () => {
    const { budget } = await open([]);
    // The same, but for its class.
    const other = {
      join: (member: BudgetMember) => budget.join(member),
      report: () => budget.report(),
    } as unknown as MemoryBudget;
    const cache = await createCache<number>({ name: 'owls', budget: other, weigh: (value) => value });
    await cache.set('a', 30);
    expect(budget.report().caches).toEqual({ owls: 30 });
  });
});
