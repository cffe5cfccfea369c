import { seededRandom } from '../kernel/random.js';
import { LatencyHistogram } from './latency.js';

function open(durationsMs: Iterable<number>): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const durationMs of durationsMs) histogram.record(durationMs);
  return histogram;
}

describe('a latency histogram', () => {
  it('answers zeros where nothing was measured', () => {
    expect(open([]).read()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });

  it('answers the only duration for every percentile', () => {
    expect(open([12.5]).read()).toEqual({ count: 1, p50: 12.5, p95: 12.5, p99: 12.5, max: 12.5 });
  });

  it('is off by at most 9 per cent, over seven powers of ten', () => {
    const seed = 20260101;
    const random = seededRandom(seed);
    const durations = Array.from({ length: 10_000 }, () => 10 ** (random.next() * 7 - 2)).sort(
      (a, b) => a - b,
    );
    const { p50, p95, p99, max, count } = open(durations).read();
    const exact = (share: number): number => durations[Math.ceil(durations.length * share) - 1] ?? 0;
    const shares = [0.5, 0.95, 0.99].map(exact);
    const errors = [p50, p95, p99].map((found, index) => found / (shares[index] ?? 0) - 1);
    expect({ seed, off: errors.filter((error) => error < 0 || error > 0.09) }).toEqual({ seed, off: [] });
    expect([count, max]).toEqual([10_000, durations.at(-1)]);
  });

  it('takes zero, negative and endless durations without breaking', () => {
    const { count, p50, max } = open([0, -1, NaN, 1e300]).read();
    expect([count, p50 >= 0, max]).toEqual([4, true, 1e300]);
  });
});
