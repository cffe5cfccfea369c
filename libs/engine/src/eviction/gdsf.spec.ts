import { MemoryCache } from '../memory/memory-cache.js';
import { gdsf } from './gdsf.js';
import type { EvictionStrategy, Slot } from './strategy.js';

/** A cache of 100 bytes whose values are their weights. */
function open(): MemoryCache<string, number> {
  return new MemoryCache<string, number>({ maxBytes: 100, weigh: (weight) => weight, eviction: 'gdsf' });
}

describe('gdsf', () => {
  let cache: MemoryCache<string, number>;
  beforeEach(() => (cache = open()));
  afterEach(() => cache.audit());

  /** Sets a key and reads it so many times. */
  function use(key: string, weight: number, reads = 0): void {
    cache.set(key, weight);
    for (let read = 0; read < reads; read++) cache.get(key);
  }

  it('evicts the large before the small where they are used alike', () => {
    use('small', 10);
    use('large', 50);
    use('middle', 30);
    use('next', 20);
    expect([...cache.keys()]).toEqual(['small', 'middle', 'next']);
  });

  it('keeps the large where it is used more for each of its bytes', () => {
    use('large', 60, 20);
    use('small', 30, 0);
    use('next', 20);
    expect([...cache.keys()]).toEqual(['large', 'next']);
  });

  it('is not flushed by large newcomers', () => {
    for (let key = 0; key < 20; key++) use(`small:${key}`, 5);
    for (let turn = 0; turn < 200; turn++) {
      cache.get(`small:${turn % 20}`);
      use(`large:${turn}`, 80);
    }
    expect([...cache.keys()].filter((key) => key.startsWith('small')).length).toBeGreaterThan(12);
  });

  it('forgets in time what was used often long ago', () => {
    use('old', 10, 50);
    for (let turn = 0; turn < 2000; turn++) use(`new:${Math.floor(turn / 4)}`, 10);
    expect(cache.has('old')).toBe(false);
  });

  it('evicts the longest unused among equals', () => {
    for (const key of ['a', 'b', 'c', 'd']) use(key, 25, 1);
    cache.get('a');
    use('b', 25);
    use('e', 25, 0);
    expect([cache.has('a'), cache.has('b'), cache.has('c'), cache.has('e')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    for (let turn = 0; turn < 4; turn++) use('e', 25);
    expect([cache.has('c'), cache.has('d')]).toEqual([false, true]);
  });

  it('follows an overwrite that changes the weight', () => {
    use('a', 10);
    use('b', 20);
    use('c', 30);
    cache.set('a', 50);
    cache.set('c', 10);
    cache.audit();
    use('d', 24);
    expect([...cache.keys()].sort()).toEqual(['b', 'c', 'd']);
  });

  it('ages nobody by an entry that grew too heavy to be kept', () => {
    use('a', 10, 50);
    use('b', 10, 20);
    expect(cache.set('a', 101)).toBe(false);
    for (let key = 0; key < 30; key++) use(`new:${key}`, 10);
    expect(cache.has('b')).toBe(true);
  });

  it('learns at a swap how often every entry was read', () => {
    cache = new MemoryCache({ maxItems: 3, eviction: 'lru' });
    use('often', 0, 5);
    use('once', 0);
    use('twice', 0, 1);
    cache.swapEviction('gdsf');
    use('next', 0);
    expect([...cache.keys()]).toEqual(['often', 'twice', 'next']);
  });
});

describe('the clock of gdsf', () => {
  let hits: number[];
  let weights: number[];
  let strategy: EvictionStrategy;

  beforeEach(() => {
    [hits, weights] = [[], []];
    const entries = {
      weight: (slot: Slot) => weights[slot] ?? 0,
      hits: (slot: Slot) => hits[slot] ?? 0,
      expiresAt: () => Infinity,
      writtenAt: () => 0,
    };
    strategy = gdsf.create({
      capacity: 10,
      slots: 0,
      random: { next: () => 0 },
      hashOf: (slot) => slot,
      entries,
    });
  });

  it('starts again before it is so late that the use of a large entry counts for nothing', () => {
    const gigabyte = 2 ** 30;
    for (let round = 0; round < 3; round++) {
      hits[0] = 2 ** 21;
      strategy.onInsert(0);
      strategy.onRemove(0, 'evicted');
    }
    weights = [0, gigabyte, gigabyte, gigabyte];
    for (const slot of [1, 2, 3]) strategy.onInsert(slot);
    strategy.onAccess(1);
    strategy.onAccess(3);
    strategy.onAccess(3);
    expect([...strategy.order()]).toEqual([2, 1, 3]);
    strategy.audit(new Set([1, 2, 3]));
  });

  it('leaves the order as it is when it starts again', () => {
    for (let slot = 1; slot < 50; slot++) {
      hits[slot] = 2 ** 20 + ((slot * 7) % 50);
      strategy.onInsert(slot);
    }
    const order = [...strategy.order()];
    for (const victim of order.slice(0, 20)) {
      expect(strategy.chooseVictim()).toBe(victim);
      strategy.onRemove(victim, 'evicted');
    }
    hits[60] = 2 ** 20;
    strategy.onInsert(60);
    expect([...strategy.order()]).toEqual([...order.slice(20), 60]);
    strategy.audit(new Set([...order.slice(20), 60]));
  });

  it('does not move for an entry that was deleted', () => {
    hits = [100, 150, 0, 120];
    for (const slot of [0, 1]) strategy.onInsert(slot);
    expect(strategy.chooseVictim()).toBe(0);
    strategy.onRemove(0, 'deleted');
    for (const slot of [2, 3]) strategy.onInsert(slot);
    expect([...strategy.order()]).toEqual([2, 3, 1]);
  });
});
