import fc from 'fast-check';
import { waterLevel } from './water-level.js';

const sum = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0);

describe('the water level', () => {
  it('is none where all fits', () => {
    expect([waterLevel([], 0), waterLevel([10, 20], 30), waterLevel([0, 0], 0)]).toEqual([
      Infinity,
      Infinity,
      Infinity,
    ]);
  });

  it('cuts the largest alone where that is enough', () => {
    expect(waterLevel([10, 100, 20], 100)).toBe(70);
  });

  it('cuts the largest down to each other, then together', () => {
    expect(waterLevel([10, 100, 90], 100)).toBe(45);
  });

  it('never cuts who has no more than an even share, and comes to the limit but for less than one each', () => {
    const amounts = fc.array(fc.nat({ max: 1e6 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(amounts, fc.nat({ max: 1e6 }), (given, limit) => {
        const level = waterLevel(given, limit);
        const cut = given.map((each) => Math.min(each, level));
        const even = Math.floor(limit / given.length);
        expect(sum(cut)).toBeLessThanOrEqual(limit);
        if (sum(given) > limit) expect(sum(cut)).toBeGreaterThan(limit - given.length);
        expect(given.every((each, index) => each > even || cut[index] === each)).toBe(true);
      }),
    );
  });
});
