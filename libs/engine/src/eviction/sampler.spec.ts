import { Sampler } from './sampler.js';

/** How many of `count` hashes are in the sample. */
function held(sampler: Sampler, count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) if (sampler.holds(Math.imul(at, 0x9e3779b1) >>> 0)) sum++;
  return sum;
}

describe('Sampler', () => {
  it.each([1, 7, 112])('takes every key of a cache of %d', (capacity) => {
    const sampler = new Sampler(capacity);
    expect([sampler.size, held(sampler, 10_000)]).toEqual([capacity, 10_000]);
  });

  it.each([
    [1000, 112],
    [11_200, 112],
    [100_000, 1000],
    [10_000_000, 4096],
  ])('gives a cache of %d a shadow of %d, and the keys in proportion', (capacity, size) => {
    const sampler = new Sampler(capacity);
    expect(sampler.size).toBe(size);
    const expected = (1_000_000 * size) / capacity;
    expect(Math.abs(held(sampler, 1_000_000) - expected)).toBeLessThan(10 * Math.sqrt(expected));
  });

  it('keeps of its keys a part when the cache grows, and takes no others', () => {
    const sampler = new Sampler(1000);
    const before = new Set([...Array(10_000).keys()].filter((hash) => sampler.holds(hash * 429_496)));
    sampler.resize(10_000);
    const after = [...Array(10_000).keys()].filter((hash) => sampler.holds(hash * 429_496));
    expect(after.length).toBeGreaterThan(0);
    expect(after.filter((hash) => !before.has(hash))).toEqual([]);
  });
});
