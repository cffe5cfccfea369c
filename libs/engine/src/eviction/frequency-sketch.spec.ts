import fc from 'fast-check';
import { FrequencySketch } from './frequency-sketch.js';

/** A hash as the engine makes them: well mixed. */
function hashOf(key: number): number {
  let hash = Math.imul(key ^ 0x5bd1e995, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function use(sketch: FrequencySketch, key: number, times: number): void {
  for (let time = 0; time < times; time++) sketch.increment(hashOf(key));
}

describe('FrequencySketch', () => {
  let sketch: FrequencySketch;
  beforeEach(() => (sketch = new FrequencySketch(1000)));
  afterEach(() => sketch.audit('sketch'));

  it('counts the uses of a key up to 15', () => {
    for (const uses of [0, 1, 7, 15, 40]) use(sketch, uses, uses);
    expect([0, 1, 7, 15, 40].map((key) => sketch.estimate(hashOf(key)))).toEqual([0, 1, 7, 15, 15]);
  });

  it('never says less than an exact count, within a period', () => {
    const skewed = fc.array(
      fc.nat(99).map((draw) => Math.floor((draw * draw) / 100)),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(skewed, fc.integer({ min: 30, max: 2000 }), (keys, room) => {
        const counted = new FrequencySketch(room);
        const exact = new Map<number, number>();
        for (const key of keys) {
          counted.increment(hashOf(key));
          exact.set(key, (exact.get(key) ?? 0) + 1);
        }
        for (const [key, uses] of exact)
          expect(counted.estimate(hashOf(key))).toBeGreaterThanOrEqual(Math.min(15, uses));
      }),
    );
  });

  it('says too much of few of as many keys as it has room for', () => {
    for (let key = 0; key < 1000; key++) use(sketch, key, 1 + (key % 5));
    let wrong = 0;
    for (let key = 0; key < 1000; key++) if (sketch.estimate(hashOf(key)) !== 1 + (key % 5)) wrong++;
    expect(wrong).toBeLessThan(50);
  });

  it('tells hashes apart that differ in a few bits only, wherever these are', () => {
    for (const shift of [0, 4, 8, 12, 16, 20]) {
      const some = new FrequencySketch(1000);
      for (let key = 0; key < 1000; key++) some.increment(key << shift);
      let others = 0;
      for (let key = 1000; key < 2000; key++) others += some.estimate(key << shift);
      expect({ shift, others: others < 100 }).toEqual({ shift, others: true });
    }
  });

  it('counts the past half after ten uses for each key', () => {
    const estimates = (): number[] => Array.from({ length: 2000 }, (_, key) => sketch.estimate(hashOf(key)));
    use(sketch, 1, 12);
    use(sketch, 2, 5);
    for (let key = 10; key < 9992; key++) use(sketch, key, 1);
    const before = estimates();
    use(sketch, 9992, 1);
    const after = estimates();
    expect(before[1]).toBeGreaterThanOrEqual(12);
    expect([after[1], after[2]]).toEqual([before[1]! >>> 1, before[2]! >>> 1]);
    // The last use itself may have counted for others, too.
    expect(after.filter((uses, key) => uses !== before[key]! >>> 1).length).toBeLessThan(5);
  });

  it('forgets nothing as it grows', () => {
    for (let key = 0; key < 1000; key++) use(sketch, key, key % 16);
    const before = Array.from({ length: 1000 }, (_, key) => sketch.estimate(hashOf(key)));
    sketch.resize(1_000_000);
    expect(Array.from({ length: 1000 }, (_, key) => sketch.estimate(hashOf(key)))).toEqual(before);
    sketch.audit('sketch');
    use(sketch, 3, 1);
    expect(sketch.estimate(hashOf(3))).toBe(before[3]! + 1);
  });

  it('says no less after it has shrunk', () => {
    sketch.resize(100_000);
    for (let key = 0; key < 200; key++) use(sketch, key, key % 16);
    sketch.resize(300);
    sketch.audit('sketch');
    for (let key = 0; key < 200; key++) expect(sketch.estimate(hashOf(key))).toBeGreaterThanOrEqual(key % 16);
  });

  it('raises what it knows of a key, and lowers nothing', () => {
    use(sketch, 1, 3);
    use(sketch, 2, 9);
    for (const key of [1, 2, 3]) sketch.raise(hashOf(key), 6);
    sketch.raise(hashOf(4), 1000);
    expect([1, 2, 3, 4].map((key) => sketch.estimate(hashOf(key)))).toEqual([6, 9, 6, 15]);
  });
});
