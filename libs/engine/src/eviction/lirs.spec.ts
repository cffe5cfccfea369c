import { seededRandom } from '../kernel/random.js';
import { MemoryCache } from '../memory/memory-cache.js';
import { lirs } from './lirs.js';

function open(maxItems = 3): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxItems, eviction: 'lirs' });
}

/** Reads each key, and sets it where it is missing; answers which were there. */
function request(cache: MemoryCache<string, number>, ...keys: string[]): string[] {
  return keys.filter((key) => {
    if (cache.get(key) !== undefined) return true;
    cache.set(key, 0);
    return false;
  });
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}:${at}`);
}

function held(cache: MemoryCache<string, number>, ...keys: string[]): string[] {
  return keys.filter((key) => cache.has(key));
}

describe('lirs', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  /** Last uses, the latest first: E (on trial), A (LIR), D (a ghost), B (LIR); C, which came before, is forgotten. */
  describe('where the paper stands after its table 1', () => {
    beforeEach(() => void request(cache, 'B', 'A', 'D', 'A', 'E'));

    it('forgets D when B is used, since everything left was used after D', () => {
      expect(request(cache, 'B')).toEqual(['B']);
      request(cache, 'D', 'F');
      expect(held(cache, 'A', 'B', 'D', 'E', 'F')).toEqual(['A', 'B', 'F']);
    });

    it('makes E LIR in the place of B when E is used', () => {
      expect(request(cache, 'E')).toEqual(['E']);
      request(cache, 'F');
      expect(held(cache, 'A', 'B', 'E', 'F')).toEqual(['A', 'E', 'F']);
    });

    it('evicts E and makes D LIR in the place of B when D comes back', () => {
      expect(request(cache, 'D')).toEqual([]);
      expect(held(cache, 'A', 'B', 'D', 'E')).toEqual(['A', 'B', 'D']);
      request(cache, 'F');
      expect(held(cache, 'A', 'B', 'D', 'F')).toEqual(['A', 'D', 'F']);
    });

    it('evicts E and puts C on trial when C comes, and remembers E', () => {
      expect(request(cache, 'C')).toEqual([]);
      expect(held(cache, 'A', 'B', 'C', 'E')).toEqual(['A', 'B', 'C']);
      request(cache, 'E', 'F');
      expect(held(cache, 'A', 'B', 'C', 'E', 'F')).toEqual(['A', 'E', 'F']);
    });
  });

  it('holds out against a scan', () => {
    cache = open(100);
    request(cache, ...named('hot', 99), ...named('scan', 1000));
    expect(held(cache, ...named('hot', 99))).toHaveLength(99);
  });

  it('hits nearly its whole room in a loop that is larger than the cache', () => {
    cache = open(100);
    const loop = named('loop', 150);
    request(cache, ...loop);
    expect(request(cache, ...loop).length).toBeGreaterThan(95);
  });

  it('puts a hundredth of the room on trial, and one entry at least', () => {
    for (const [maxItems, onTrial] of [
      [2, 1],
      [100, 1],
      [500, 5],
    ] as const) {
      cache = open(maxItems);
      request(cache, ...named('first', maxItems - onTrial), ...named('next', 2 * onTrial));
      expect(held(cache, ...named('first', maxItems))).toHaveLength(maxItems - onTrial);
      expect(held(cache, ...named('next', 2 * onTrial))).toEqual(named('next', 2 * onTrial).slice(onTrial));
    }
  });

  it('takes in every newcomer where there is room for one', () => {
    cache = open(1);
    expect(request(cache, 'a', 'a', 'b', 'a', 'a')).toEqual(['a', 'a']);
    expect([...cache.keys()]).toEqual(['a']);
  });

  it('remembers what was evicted, up to two capacities', () => {
    cache = open(10);
    request(cache, ...named('lir', 9), ...named('scan', 21));
    request(cache, 'scan:0', 'later');
    expect(cache.has('scan:0')).toBe(true);
    cache = open(10);
    request(cache, ...named('lir', 9), ...named('scan', 22));
    request(cache, 'scan:0', 'later');
    expect(cache.has('scan:0')).toBe(false);
  });

  it('does not remember what was deleted', () => {
    request(cache, 'a', 'b', 'c');
    cache.delete('c');
    request(cache, 'c', 'd');
    expect([...cache.keys()]).toEqual(['a', 'b', 'd']);
  });

  it('gives room that became free to the next to come', () => {
    request(cache, 'a', 'b', 'c');
    cache.delete('a');
    request(cache, 'd', ...named('scan', 9));
    expect([...cache.keys()]).toEqual(['b', 'd', 'scan:8']);
  });

  it('evicts the coldest first after a swap, and keeps the others', () => {
    cache = new MemoryCache({ maxItems: 100, eviction: 'lru' });
    const keys = named('key', 100);
    request(cache, ...keys, ...keys);
    cache.swapEviction('lirs');
    request(cache, ...named('scan', 50));
    expect(held(cache, ...keys)).toEqual(keys.slice(1));
  });

  it('keeps the latest used when the cache becomes smaller, and goes on when it grows', () => {
    cache = open(100);
    const keys = named('key', 99);
    request(cache, ...keys, 'other');
    cache.resize({ maxItems: 10 });
    expect([...cache.keys()]).toEqual(keys.slice(89));
    cache.resize({ maxItems: 100 });
    request(cache, ...named('more', 1000));
    expect(held(cache, ...keys)).toEqual(keys.slice(90));
  });

  it('makes LIR what is used where no LIR entry is left', () => {
    request(cache, 'a', 'b', 'c');
    cache.delete('a');
    cache.delete('b');
    request(cache, 'c', 'd', 'e', 'f');
    expect([...cache.keys()]).toEqual(['c', 'd', 'f']);
  });

  it('keeps its measure where it has to evict before it has heard of all, as during a swap', () => {
    let hits = 1;
    const entries = { weight: () => 0, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => hits };
    const random = seededRandom(1);
    const strategy = lirs.create({ capacity: 100, slots: 0, random, hashOf: (slot) => slot, entries });
    for (let slot = 0; slot < 50; slot++) strategy.onInsert(slot);
    for (let slot = 0; slot < 3; slot++) strategy.onRemove(slot, 'evicted');
    for (let slot = 50; slot < 103; slot++) strategy.onInsert(slot);
    hits = 0;
    for (let slot = 200; slot < 220; slot++) {
      strategy.onInsert(slot);
      strategy.onRemove(strategy.chooseVictim()!, 'evicted');
    }
    expect([...strategy.order()].slice(0, 3)).toEqual([4, 5, 6]);
  });

  it('has somebody on trial where bytes bind and fewer fit than it was told', () => {
    cache = new MemoryCache({ maxBytes: 1000, weigh: (weight) => weight, eviction: 'lirs' });
    const hot = named('hot', 100);
    for (const key of [...hot, ...hot]) cache.set(key, 10);
    for (const key of [...hot, 'other', ...hot]) cache.set(key, 11);
    for (const key of named('scan', 500)) cache.set(key, 11);
    expect(held(cache, ...hot).length).toBeGreaterThan(80);
  });
});
