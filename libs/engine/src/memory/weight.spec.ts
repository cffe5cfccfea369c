import { serialize } from 'node:v8';
import { estimateWeight, wholeBytes } from './weight.js';

const owl = { id: 1, name: 'owl', tags: ['night', 'forest'], born: new Date(5), wings: true, weight: 1.5 };

/** Values of every kind that people keep in caches; all take more than a hundred bytes. */
const matrix: Readonly<Record<string, unknown>> = {
  'a list of rows': Array.from({ length: 1000 }, (_, id) => ({ ...owl, id })),
  'a long string': 'x'.repeat(1000),
  'a long string beyond Latin-1': '€'.repeat(1000),
  'a list of whole numbers': Array.from({ length: 1000 }, (_, at) => at),
  'a list of fractions': Array.from({ length: 1000 }, (_, at) => at + 0.5),
  'a list of strings': Array.from({ length: 1000 }, (_, at) => `user:${at}`),
  'a map': new Map(Array.from({ length: 1000 }, (_, at) => [`k${at}`, at])),
  'a set': new Set(Array.from({ length: 1000 }, (_, at) => `k${at}`)),
  'a buffer': new Uint8Array(10_000),
  'a bare buffer': new ArrayBuffer(10_000),
  'lists in rows in a list': Array.from({ length: 100 }, (_, id) => ({
    id,
    list: Array.from({ length: 10 }, (__, at) => ({ at })),
  })),
};

/** Without what every entry costs. */
function weightOf(value: unknown): number {
  return estimateWeight(value, '') - estimateWeight(undefined, '');
}

describe('estimateWeight', () => {
  it.each(Object.entries(matrix))('takes %s for 0.8 to 9 times its serialised length', (_, value) => {
    const ratio = weightOf(value) / serialize(value).length;
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(9);
  });

  it('counts the key and the place of an entry', () => {
    expect(estimateWeight(undefined, 'k'.repeat(1000))).toBeGreaterThan(1000);
    expect(estimateWeight(null, '')).toBeGreaterThan(50);
  });

  it('grows with every part', () => {
    const growing = [{}, { a: 1 }, { a: 1, b: 'text' }, { a: 1, b: 'text', c: [1, 2, 3] }];
    const weights = growing.map(weightOf);
    expect(weights).toEqual([...new Set(weights)].sort((one, other) => one - other));
  });

  it('comes to an end on what contains itself', () => {
    const cyclic: { self?: unknown; list: unknown[] } = { list: [] };
    cyclic.self = cyclic;
    cyclic.list.push(cyclic, cyclic.list);
    expect(weightOf(cyclic)).toBeLessThan(1_000_000);
  });

  it('looks at no more than 2,000 parts and 32 members of a list', () => {
    let reads = 0;
    const part = {
      get seen() {
        reads++;
        return {};
      },
    };
    weightOf(Array.from({ length: 100_000 }, () => part));
    expect(reads).toBe(32);
    weightOf(
      Array.from({ length: 30 }, () =>
        Array.from({ length: 30 }, () => Array.from({ length: 30 }, () => part)),
      ),
    );
    expect(reads).toBeLessThan(2032);
  });
});

describe('wholeBytes', () => {
  it('rounds up', () => {
    expect([0, 0.1, 1, 1.5].map(wholeBytes)).toEqual([0, 1, 1, 2]);
  });

  it.each([-1, NaN, Infinity])('refuses %d', (weight) => {
    expect(() => wholeBytes(weight)).toThrow(
      'the result of weigh must be a finite number of bytes, 0 or more',
    );
  });
});
