import { seededRandom } from '../kernel/random.js';
import { LATENCY_BOUNDS_MS, LatencyHistogram } from './latency.js';

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

  it('has buckets whose counts are those of the durations, bound by bound, also on the bounds and beside them', () => {
    const seed = 20260102;
    const random = seededRandom(seed);
    const drawn = Array.from({ length: 5000 }, () => 10 ** (random.next() * 10 - 4));
    const beside = LATENCY_BOUNDS_MS.flatMap((bound) => [bound * (1 - 1e-12), bound, bound * (1 + 1e-12)]);
    const durations = [...drawn, ...beside, 3e6];
    const { buckets, count } = open(durations).readBuckets();
    const exact = LATENCY_BOUNDS_MS.map((atMostMs) => ({
      atMostMs,
      count: durations.filter((duration) => duration <= atMostMs).length,
    }));
    expect({ seed, buckets, count }).toEqual({ seed, buckets: exact, count: durations.length });
  });

  it('adds up what was measured, and leaves out what is no duration', () => {
    const { sumMs, count } = open([1, 2.5, 40, 0, -7, NaN, Infinity]).readBuckets();
    expect([sumMs, count]).toEqual([43.5, 7]);
  });

  it('has bounds that read as they are meant, in seconds too', () => {
    expect(LATENCY_BOUNDS_MS.slice(0, 5)).toEqual([0.001, 0.0025, 0.005, 0.01, 0.025]);
    expect([LATENCY_BOUNDS_MS.length, LATENCY_BOUNDS_MS.at(-1)]).toEqual([28, 1e6]);
  });
});
