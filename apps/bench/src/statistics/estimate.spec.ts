import { estimate } from './estimate.js';
import { median } from './median.js';

describe('the median', () => {
  it('is the middle of an odd number of figures, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the middle two of an even number', () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it('leaves out what was not measured', () => {
    expect(median([NaN, 7, NaN])).toBe(7);
    expect(median([NaN])).toBeNaN();
  });
});

describe('an estimate', () => {
  const rounds = [0.9, 0.95, 1, 1, 1.02, 1.05, 1.4];

  it('has its median within its interval, and the interval within the figures', () => {
    const { median: middle, low, high } = estimate(rounds);
    expect(middle).toBe(1);
    expect(low).toBeGreaterThanOrEqual(0.9);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThanOrEqual(1.4);
  });

  it('is the same each time', () => {
    expect(estimate(rounds)).toEqual(estimate(rounds));
  });

  it('is surer of more rounds', () => {
    const more = estimate([...rounds, ...rounds, ...rounds, ...rounds]);
    const few = estimate(rounds);
    expect(more.high - more.low).toBeLessThan(few.high - few.low);
  });

  it('is as wide as two figures are apart', () => {
    expect(estimate([1, NaN, 2])).toEqual({ median: 1.5, low: 1, high: 2 });
  });
});
