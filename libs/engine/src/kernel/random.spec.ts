import { seededRandom } from './random.js';

function draws(seed: number, count = 1000): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

describe('seededRandom', () => {
  it('repeats itself with its seed, and only with its seed', () => {
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
  });

  it('stays at least 0 and below 1, one half on average', () => {
    const all = draws(2026, 100_000);
    expect(all.every((draw) => draw >= 0 && draw < 1)).toBe(true);
    expect(all.reduce((sum, draw) => sum + draw, 0) / all.length).toBeCloseTo(0.5, 2);
  });
});
