import { growthOf } from './soak.js';

describe('growth', () => {
  const steady = Array.from({ length: 40 }, (_, at) => (at < 8 ? 50 + 6 * at : 100));

  it('is nothing where the level is reached in the first quarter', () => {
    expect(growthOf(steady)).toBe(0);
  });

  it('is not seen in one sample that is off', () => {
    expect(growthOf(steady.with(39, 500))).toBe(0);
  });

  it('is what the last quarter lies above the second one', () => {
    expect(growthOf(steady.map((bytes, at) => bytes + (at >= 28 ? 10 : 0)))).toBeCloseTo(0.1);
  });
});
