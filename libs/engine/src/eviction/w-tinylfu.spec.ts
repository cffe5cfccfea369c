import fc from 'fast-check';
import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';
import type { EvictionStrategy, Slot } from './strategy.js';
import { wTinyLfu } from './w-tinylfu.js';

/** A cache of so many entries whose values are their weights where it is bounded by bytes. */
function open(bounds: { maxItems?: number; maxBytes?: number }): MemoryCache<string, number> {
  const weigh = bounds.maxBytes === undefined ? undefined : (weight: number): number => weight;
  return new MemoryCache<string, number>({ ...bounds, weigh, eviction: 'wTinyLfu' });
}

/** Asks for a key, which comes in where it is missing; answers whether it was there. */
function ask(cache: MemoryCache<string, number>, key: string, value = 1): boolean {
  if (cache.get(key) !== undefined) return true;
  cache.set(key, value);
  return false;
}

/** How many of the keys `name:0` to `name:count` are there. */
function present(cache: MemoryCache<string, number>, name: string, count: number): number {
  let found = 0;
  for (let key = 0; key < count; key++) if (cache.has(`${name}:${key}`)) found++;
  return found;
}

describe('wTinyLfu', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open({ maxItems: 100 })));
  afterEach(() => cache.audit());

  it('keeps what is used through a scan', () => {
    for (let turn = 0; turn < 300; turn++) ask(cache, `hot:${turn % 60}`);
    for (let key = 0; key < 300; key++) ask(cache, `scan:${key}`);
    expect(present(cache, 'hot', 60)).toBe(60);
  });

  it('hits a loop that does not fit about as often as can be', () => {
    let hits = 0;
    for (let turn = 0; turn < 4000; turn++) if (ask(cache, `loop:${turn % 200}`)) hits++;
    expect(hits / 4000).toBeGreaterThan(0.45);
  });

  it('becomes an LRU where only what is new is used', () => {
    const lru = new MemoryCache<string, number>({ maxItems: 100, eviction: 'lru' });
    const random = seededRandom(1);
    let [hits, hitsOfLru] = [0, 0];
    for (let turn = 0; turn < 30_000; turn++) {
      // Each key is asked for about four times, while it is among the last eighty.
      const key = `recent:${Math.floor(turn / 4) - Math.floor(80 * random.next())}`;
      if (ask(cache, key)) hits++;
      if (ask(lru, key)) hitsOfLru++;
    }
    expect(hits / hitsOfLru).toBeGreaterThan(0.95);
  });

  it('gives the main part back to what is used often after a time of recency', () => {
    for (let turn = 0; turn < 5000; turn++) ask(cache, `recent:${Math.floor(turn / 2)}`);
    let hits = 0;
    for (let turn = 0; turn < 4000; turn++) if (ask(cache, `loop:${turn % 200}`) && turn >= 2000) hits++;
    expect(hits / 2000).toBeGreaterThan(0.4);
  });

  it('lets a new favourite in although all others were used before', () => {
    for (let turn = 0; turn < 1000; turn++) ask(cache, `old:${turn % 100}`);
    for (let turn = 0; turn < 2000; turn++) {
      ask(cache, 'new');
      ask(cache, `once:${turn}`);
    }
    expect(cache.has('new')).toBe(true);
  });

  it('starts with what the last strategy knew', () => {
    cache = new MemoryCache({ maxItems: 100, eviction: 'lru' });
    for (let turn = 0; turn < 400; turn++) ask(cache, `hot:${turn % 80}`);
    for (let key = 0; key < 20; key++) ask(cache, `cold:${key}`);
    cache.swapEviction('wTinyLfu');
    for (let key = 0; key < 500; key++) ask(cache, `scan:${key}`);
    expect(present(cache, 'hot', 80)).toBe(80);
  });

  it('shrinks to what was used most, and grows again', () => {
    for (let turn = 0; turn < 1000; turn++) ask(cache, `key:${turn % 100 < 10 ? turn % 10 : turn % 100}`);
    for (const maxItems of [30, 1, 100]) {
      cache.resize({ maxItems });
      cache.audit();
      expect(cache.size).toBeLessThanOrEqual(maxItems);
    }
    for (let turn = 0; turn < 1000; turn++) ask(cache, `key:${turn % 100}`);
    expect(cache.size).toBe(100);
  });

  it('serves a cache of one entry', () => {
    cache = open({ maxItems: 1 });
    expect(['a', 'a', 'b', 'b', 'a'].map((key) => ask(cache, key))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('wTinyLfu, among entries of unequal weight', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => {
    cache = open({ maxBytes: 100_000 });
    for (let turn = 0; turn < 3000; turn++) ask(cache, `small:${turn % 1000}`, 100);
  });
  afterEach(() => cache.audit());

  it('is not flushed by large entries', () => {
    for (let key = 0; key < 100; key++) ask(cache, `large:${key}`, 50_000);
    expect(present(cache, 'small', 1000)).toBeGreaterThan(980);
  });

  it('is not flushed by small entries that grow large', () => {
    for (const key of ['small:10', 'small:20', 'new']) cache.set(key, 60_000);
    expect(present(cache, 'small', 1000)).toBeGreaterThan(970);
  });

  it('takes in a large entry that is used more than those together whose place it takes', () => {
    for (let turn = 0; turn < 40; turn++) ask(cache, 'large', 300);
    expect(cache.has('large')).toBe(true);
    expect(present(cache, 'small', 1000)).toBeGreaterThan(980);
  });

  it('fills up again with small entries after a large one has left', () => {
    cache.clear();
    ask(cache, 'large', 90_000);
    for (let turn = 0; turn < 3000; turn++) ask(cache, `small:${turn % 900}`, 100);
    expect(present(cache, 'small', 900)).toBeGreaterThan(850);
  });
});

/** A strategy with entries that weigh what they are said to, and keys that hash as they are said to. */
class Bench {
  readonly strategy: EvictionStrategy;
  readonly residents = new Set<Slot>();
  readonly #weights: number[] = [];

  constructor(capacity: number, { hashOf = spread, chance = 0.5 } = {}) {
    const entries = {
      weight: (slot: Slot) => this.#weights[slot] ?? 0,
      expiresAt: () => Infinity,
      writtenAt: () => 0,
      hits: () => 0,
    };
    const random = { next: () => chance };
    this.strategy = wTinyLfu.create({ capacity, slots: 0, random, hashOf, entries });
  }

  put(slot: Slot, weight = 0): void {
    this.#weights[slot] = weight;
    if (this.residents.has(slot)) return this.strategy.onAccess(slot);
    this.residents.add(slot);
    this.strategy.onInsert(slot);
  }

  use(slot: Slot, times = 1): void {
    for (let time = 0; time < times; time++) this.strategy.onAccess(slot);
  }

  evict(): Slot | undefined {
    const victim = this.strategy.chooseVictim();
    if (victim === undefined) return undefined;
    this.strategy.onRemove(victim, 'evicted');
    this.residents.delete(victim);
    return victim;
  }

  audit(): void {
    this.strategy.audit(this.residents);
  }
}

function spread(slot: Slot): number {
  return Math.imul(slot + 1, 0x9e3779b1) >>> 0;
}

describe('the admission of wTinyLfu', () => {
  /** Ten entries of weight 10, used three times each, and a candidate of weight 30 that was used so many times. */
  function claim(uses: number): Bench {
    const bench = new Bench(10);
    bench.put(99, 30);
    bench.use(99, uses - 1);
    bench.strategy.onRemove(99, 'deleted');
    bench.residents.delete(99);
    for (let slot = 0; slot < 10; slot++) bench.put(slot, 10);
    for (let slot = 0; slot < 10; slot++) bench.use(slot, 2);
    bench.put(99, 30);
    return bench;
  }

  it('weighs a heavy candidate against all whose place it would take', () => {
    const weaker = claim(9);
    expect(weaker.evict()).toBe(99);
    const stronger = claim(10);
    const victims = [stronger.evict(), stronger.evict(), stronger.evict()];
    expect([victims.includes(99), stronger.residents.has(99)]).toEqual([false, true]);
    stronger.audit();
  });

  it('takes a lead of one for none: in a loop the candidate always has it', () => {
    const evictedBy = (uses: number): Slot | undefined => {
      const bench = new Bench(2);
      for (const slot of [0, 1]) bench.put(slot);
      bench.use(0, 2);
      bench.put(2);
      bench.use(2, uses - 1);
      bench.put(3);
      bench.evict();
      return bench.residents.has(2) ? 2 : 0;
    };
    expect([evictedBy(1), evictedBy(9)]).toEqual([0, 2]);
  });

  it('lets one of many in by chance where all keys share their counters', () => {
    const admitted = (chance: number): boolean => {
      const bench = new Bench(10, { hashOf: () => 7, chance });
      for (let slot = 0; slot < 10; slot++) bench.put(slot);
      for (let slot = 0; slot < 10; slot++) bench.use(slot);
      bench.put(10);
      return bench.evict() !== undefined && bench.residents.has(9);
    };
    expect([admitted(0.5), admitted(0)]).toEqual([false, true]);
  });

  it('orders its residents as they would leave one after the other', () => {
    const put = fc.record({ slot: fc.nat(30), weight: fc.integer({ min: 0, max: 60 }), uses: fc.nat(4) });
    const puts = fc.array(put, { maxLength: 80 });
    fc.assert(
      fc.property(puts, fc.boolean(), fc.integer({ min: 1, max: 20 }), (list, isWeighed, capacity) => {
        const bench = new Bench(capacity);
        for (const { slot, weight, uses } of list) {
          if (bench.residents.has(slot)) bench.use(slot, uses);
          bench.put(slot, isWeighed ? weight : 0);
          bench.audit();
          while (bench.residents.size > capacity) bench.evict();
          bench.audit();
        }
        const order = [...bench.strategy.order()];
        expect(Array.from(order, () => bench.evict())).toEqual(order);
      }),
      { numRuns: 300 },
    );
  });
});
