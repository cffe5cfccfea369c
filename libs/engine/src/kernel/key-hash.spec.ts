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

  it.each<[string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['two objects that look the same', { id: 1 }, { id: 1 }],
    ['null and its text', null, 'null'],
    ['long keys that differ at their end', 'x'.repeat(1e6) + 'a', 'x'.repeat(1e6) + 'b'],
    [
      'keys of a thousand characters that differ in one',
      `${'x'.repeat(501)}y${'x'.repeat(498)}`,
      'x'.repeat(1000),
    ],
    ['long keys that differ in length', 'x'.repeat(999), 'x'.repeat(1000)],
  ])('tells apart %s', (_, one, other) => {
    const hash = seededKeyHash(4);
    expect(hash(one)).not.toBe(hash(other));
    expect(hash(one)).toBe(hash(one));
  });
});
