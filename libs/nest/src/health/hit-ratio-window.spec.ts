import { HitRatioWindow } from './hit-ratio-window.js';

describe('the hit ratio of late', () => {
  it('is not known before there have been enough reads', () => {
    const window = new HitRatioWindow();
    expect([window.read({ hits: 5, misses: 4 }, 10), window.read({ hits: 6, misses: 4 }, 10)]).toEqual([
      undefined,
      0.6,
    ]);
  });

  it('forgets what was before the last reads, however many there were', () => {
    const window = new HitRatioWindow();
    window.read({ hits: 1_000_000, misses: 0 }, 10);
    expect(window.read({ hits: 1_000_002, misses: 8 }, 10)).toBe(0.2);
  });

  it('stays what it was while too few reads are new, and counts them when there are enough', () => {
    const window = new HitRatioWindow();
    window.read({ hits: 10, misses: 0 }, 10);
    expect(window.read({ hits: 10, misses: 9 }, 10)).toBe(1);
    expect(window.read({ hits: 10, misses: 10 }, 10)).toBe(0);
  });
});
