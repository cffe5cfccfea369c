import { CacheError } from 'nuthatch/engine';
import { names, open } from './open.js';

const byValue = (value: number): number => value;

describe.each(names)('weights that attack %s', (eviction) => {
  it.each([NaN, -1, -0.5, -Infinity, Infinity])('are refused where they are %d', (wrong) => {
    const { cache } = open(eviction, { maxBytes: 100, weigh: byValue });
    cache.set('old', 10);
    for (const key of ['old', 'new'])
      expect(() => cache.set(key, wrong)).toThrow('the result of weigh must be a finite number of bytes');
    expect([[...cache], cache.totalWeight]).toEqual([[['old', 10]], 10]);
  });

  it.each(['12', null, undefined, {}, [], 5n, Symbol('w')])(
    'are refused where they are no numbers: %p',
    (wrong) => {
      // A weigher in JavaScript may answer anything.
      const weigh = (value: number) => (value === 0 ? (wrong as number) : value);
      const { cache } = open(eviction, { maxBytes: 100, weigh });
      cache.set('old', 10);
      for (const key of ['old', 'new']) expect(() => cache.set(key, 0)).toThrow(CacheError);
      expect([[...cache], cache.totalWeight]).toEqual([[['old', 10]], 10]);
    },
  );

  it('lose nothing where the weigher throws', () => {
    let isBroken = false;
    const weigh = (value: number): number => {
      if (isBroken) throw new Error('the scales are broken');
      return value;
    };
    const { cache } = open(eviction, { maxBytes: 100, weigh });
    for (let at = 1; at <= 5; at++) cache.set(at, at);
    const before = [...cache];
    isBroken = true;
    for (const key of [1, 5, 'new']) expect(() => cache.set(key, 50)).toThrow('the scales are broken');
    expect([[...cache], cache.totalWeight]).toEqual([before, 15]);
    isBroken = false;
    cache.set(1, 7);
    expect([cache.peek(1), cache.totalWeight]).toEqual([7, 21]);
  });

  it('may change the cache while they are asked for', () => {
    const { cache, unaudited } = open(eviction, {
      maxItems: 3,
      maxBytes: 100,
      weigh: (value, key) => {
        if (value === 1) unaudited.delete(key);
        if (value === 2) unaudited.set(key, 20);
        if (value === 3) unaudited.clear();
        return value;
      },
    });
    cache.set('a', 10);
    for (const value of [1, 2, 3]) {
      cache.set('b', 5);
      const isKept = cache.set('a', value);
      expect([cache.has('a'), cache.peek('a')]).toEqual([isKept, isKept ? value : undefined]);
    }
    expect([...cache]).toEqual([['a', 3]]);
  });

  it('beyond the bound keep an entry out, and take its old value with it', () => {
    const { cache } = open(eviction, { maxItems: 10, maxBytes: 100, weigh: byValue });
    for (let at = 1; at <= 5; at++) cache.set(at, at);
    expect([cache.set('heavy', 101), cache.set(3, 1e300)]).toEqual([false, false]);
    expect([cache.has('heavy'), [...cache.keys()]]).toEqual([false, [1, 2, 4, 5]]);
    cache.clear();
    expect([cache.set('just', 100), cache.size, cache.totalWeight]).toEqual([true, 1, 100]);
  });

  it('hold together with a bound on entries, whichever binds', () => {
    const { cache } = open(eviction, { maxItems: 10, maxBytes: 100, weigh: byValue });
    for (let at = 0; at < 50; at++) cache.set(at, 1);
    expect(cache.size).toBe(10);
    for (let at = 0; at < 50; at++) cache.set(`heavy ${at}`, 40);
    expect(cache.totalWeight).toBeLessThanOrEqual(100);
    for (let at = 0; at < 50; at++) cache.set(`light ${at}`, at % 3);
    expect(cache.size).toBeLessThanOrEqual(10);
    cache.resize({ maxItems: 100, maxBytes: 5 });
    cache.resize({ maxItems: 2, maxBytes: 1e9 });
    expect(cache.size).toBeLessThanOrEqual(2);
  });

  it('may all be nothing, or less than one', () => {
    const { cache } = open(eviction, { maxItems: 5, maxBytes: 3, weigh: byValue });
    for (let at = 0; at < 20; at++) cache.set(at, 0);
    expect([cache.size, cache.totalWeight]).toEqual([5, 0]);
    cache.clear();
    for (let at = 0; at < 20; at++) cache.set(at, 0.1);
    expect([cache.size, cache.totalWeight]).toEqual([3, 3]);
    for (const key of cache.keys()) cache.set(key, 0);
    expect([cache.size, cache.totalWeight]).toEqual([3, 0]);
  });

  it('may grow and shrink under an entry until nothing else fits', () => {
    const { cache } = open(eviction, { maxItems: 8, maxBytes: 64, weigh: byValue });
    for (let at = 0; at < 8; at++) cache.set(at, 8);
    for (const weight of [57, 64, 1, 0, 33, 65, 64]) {
      const isKept = cache.set('x', weight);
      expect([cache.has('x'), cache.peek('x')]).toEqual([isKept, isKept ? weight : undefined]);
      expect(cache.totalWeight).toBe([...cache].reduce((sum, [, value]) => sum + value, 0));
      for (let at = 0; at < 8; at++) cache.set(at, 8);
    }
  });
});
