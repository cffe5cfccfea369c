import { seededKeyHash } from './key-hash.js';

const keys = Array.from({ length: 10_000 }, (_, at) => `user:${at}`);

describe('seededKeyHash', () => {
  it('answers the same for the same key, a 32-bit number', () => {
    const hash = seededKeyHash(1);
    expect(keys.every((key) => hash(key) === hash(key) && hash(key) >>> 0 === hash(key))).toBe(true);
  });

  it('differs from seed to seed', () => {
    expect(seededKeyHash(1)('owl')).not.toBe(seededKeyHash(2)('owl'));
  });

  it('spreads keys that are alike evenly over its low bits', () => {
    const counts = new Uint32Array(16);
    for (const key of keys)
      counts[seededKeyHash(3)(key) & 15] = (counts[seededKeyHash(3)(key) & 15] ?? 0) + 1;
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.3);
  });
});
