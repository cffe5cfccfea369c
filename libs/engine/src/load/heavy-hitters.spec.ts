import fc from 'fast-check';
import { HeavyHitters } from './heavy-hitters.js';

function count(keys: Iterable<string>, capacity: number): HeavyHitters {
  const hitters = new HeavyHitters(capacity);
  for (const key of keys) hitters.add(key);
  return hitters;
}

function exactly(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const streams = fc.array(
  fc.integer({ min: 0, max: 20 }).map((number) => `key ${Math.floor(number ** 2 / 20)}`),
  { maxLength: 300 },
);

describe('heavy hitters', () => {
  it('are counted exactly as long as there is room for all', () => {
    fc.assert(
      fc.property(streams, (keys) => {
        const hitters = count(keys, 21);
        expect(hitters.isExact).toBe(true);
        const sorted = [...exactly(keys)].sort(([, one], [, other]) => other - one);
        const top = [...hitters.top(100)];
        expect(top.map(([, times]) => times)).toEqual(sorted.map(([, times]) => times));
        expect(new Map(top)).toEqual(exactly(keys));
      }),
    );
  });

  it('are never more than the capacity, never lost, and never counted too low', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 12 }), (keys, capacity) => {
        const hitters = count(keys, capacity);
        const counts = exactly(keys);
        const found = new Map(hitters.top(Infinity));
        expect(found.size).toBe(Math.min(capacity, counts.size));
        expect(hitters.size).toBe(found.size);
        expect(hitters.isExact).toBe(counts.size <= capacity);
        for (const [key, times] of counts)
          if (times > keys.length / capacity) expect(found.has(key)).toBe(true);
        for (const [key, times] of found) expect(times).toBeGreaterThanOrEqual(counts.get(key) ?? 0);
        // Every key that came is counted once somewhere.
        expect([...found.values()].reduce((sum, times) => sum + times, 0)).toBe(keys.length);
        const lowest = Math.min(...found.values());
        for (const [key, times] of found) expect(times - (counts.get(key) ?? 0)).toBeLessThanOrEqual(lowest);
      }),
      { numRuns: 1000 },
    );
  });

  it('come in the order of their counts, as many as are asked for', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 12 }), (keys, capacity) => {
        const hitters = count(keys, capacity);
        const counts = Array.from(hitters.top(Infinity), ([, times]) => times);
        expect(counts).toEqual([...counts].sort((one, other) => other - one));
        expect(Array.from(hitters.top(3), ([, times]) => times)).toEqual(counts.slice(0, 3));
      }),
    );
  });

  it('are found in a long stream of keys that come once', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) =>
      index % 50 === 0 ? `hot ${(index / 50) % 4}` : `cold ${index}`,
    );
    const top = Array.from(count(keys, 300).top(4), ([key]) => key);
    expect(new Set(top)).toEqual(new Set(['hot 0', 'hot 1', 'hot 2', 'hot 3']));
  });

  it.each(['', 'plain', 'na\u00efve', '\u{1f986}', '\ud800 alone', 'a\u0000b'])(
    'keep the key %j as it is',
    (key) => {
      expect([...count([key], 2).top(1)]).toEqual([[key, 1]]);
    },
  );
});
