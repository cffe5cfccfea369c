import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { cacheKey } from './cache-key.js';

const plain = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  maxDepth: 3,
});

/** Values that are easily mistaken for each other. */
const lookAlikes = fc.constantFrom<unknown>(
  1,
  '1',
  1n,
  '1n',
  true,
  'true',
  null,
  'null',
  undefined,
  'undefined',
  NaN,
  'NaN',
  0,
  -0,
  '-0',
  '',
  ' ',
  ',',
  ':',
  '{}',
  {},
  '[]',
  [],
  [[]],
  [''],
  [undefined],
  { a: undefined },
  'a',
  ['a'],
  ['a', 'b'],
  ['a,b'],
  'a:b',
  { a: 'b' },
  new Map(),
  new Set(),
  new Map([['a', 'b']]),
  new Set(['a']),
  new Date(0),
  'Date(0)',
  /a/,
  /a/g,
  /a/i,
  '/a/',
  new Uint8Array(2),
  new Int8Array(2),
  new Uint16Array(1),
  Infinity,
  'Infinity',
  -Infinity,
  '-Infinity',
  '#a',
);

const argument = fc.oneof(
  lookAlikes,
  fc.array(lookAlikes, { maxLength: 3 }),
  fc.dictionary(fc.string(), lookAlikes, { noNullPrototype: true }),
  plain,
);

describe('cacheKey', () => {
  it('reads like what it was made of', () => {
    expect(cacheKey('user', 42)).toBe('user:42');
    expect(cacheKey('near', { lon: 2, lat: 1 })).toBe('near:{lat:1,lon:2}');
  });

  it('never gives different arguments the same key', () => {
    fc.assert(
      fc.property(
        fc.array(argument, { minLength: 1, maxLength: 3 }),
        fc.array(argument, { minLength: 1, maxLength: 3 }),
        (one, other) => {
          if (!isDeepStrictEqual(one, other)) expect(cacheKey(...one)).not.toBe(cacheKey(...other));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('gives a copy the key of its original', () => {
    fc.assert(
      fc.property(argument, (value) => expect(cacheKey(structuredClone(value))).toBe(cacheKey(value))),
      { numRuns: 2000 },
    );
  });

  it('keeps every pair of look-alikes apart', () => {
    const values: unknown[] = [
      1,
      '1',
      1n,
      '1n',
      null,
      'null',
      undefined,
      'undefined',
      NaN,
      'NaN',
      0,
      -0,
      '-0',
      '',
      true,
      'true',
      [],
      '[]',
      {},
      '{}',
    ];
    const nested = [
      [undefined],
      [null],
      [''],
      [[]],
      ['a', 'b'],
      ['a,b'],
      { a: undefined },
      { a: null },
      { 'a:1': 2 },
      { a: '1:2' },
    ];
    const keys = [...values, ...nested].map((value) => cacheKey(value));
    expect(new Set(keys).size).toBe(keys.length);
    expect(cacheKey('a', 'b')).not.toBe(cacheKey('a:b'));
    expect(cacheKey(['a'], 'b')).not.toBe(cacheKey(['a', 'b']));
  });

  it('tells built-in objects and their contents apart', () => {
    const values = [
      new Map([['a', 1]]),
      new Set(['a', 1]),
      new Set([['a', 1]]),
      new Map([['a', '1']]),
      new Date(5),
      new Date(NaN),
      5,
      /a/,
      /a/g,
      /a,g/,
      /b/,
      new URL('http://a.example/'),
      'http://a.example/',
      Buffer.from('a'),
      new Uint8Array([97]),
      new Float64Array([1]),
      new Float64Array([-0]),
      new Float64Array([0]),
      new BigInt64Array(1),
      new DataView(new ArrayBuffer(8)),
    ];
    expect(new Set(values.map((value) => cacheKey(value))).size).toBe(values.length);
  });

  it('does not care about the order of properties, members and map entries, but about that of lists', () => {
    expect(cacheKey({ a: 1, b: { c: 2, d: 3 } })).toBe(cacheKey({ b: { d: 3, c: 2 }, a: 1 }));
    expect(cacheKey(new Set([1, 2]))).toBe(cacheKey(new Set([2, 1])));
    expect(
      cacheKey(
        new Map([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBe(
      cacheKey(
        new Map([
          [3, 4],
          [1, 2],
        ]),
      ),
    );
    expect(cacheKey([1, 2])).not.toBe(cacheKey([2, 1]));
  });

  it('takes an object without prototype for a plain one', () => {
    expect(cacheKey(Object.assign(Object.create(null), { a: 1 }))).toBe(cacheKey({ a: 1 }));
  });

  it('takes the bytes of a view, not the buffer around it', () => {
    const buffer = Uint8Array.of(0, 1, 2, 3).buffer;
    expect(cacheKey(new Uint8Array(buffer, 1, 2))).toBe(cacheKey(Uint8Array.of(1, 2)));
  });

  it('hashes what would be longer than 512 characters, and keeps it apart', () => {
    const [one, other] = [cacheKey('x'.repeat(600)), cacheKey(`${'x'.repeat(599)}y`)];
    expect(one).toMatch(/^#[0-9a-f]{64}$/);
    expect(one).not.toBe(other);
    expect(cacheKey('x'.repeat(512))).toHaveLength(512);
  });

  class Account {
    readonly #secret = 1;
    read(): number {
      return this.#secret;
    }
  }
  class Names extends Array<string> {}

  it.each<[string, unknown]>([
    ['an instance of Account', new Account()],
    ['an array of 0', new Names()],
    ['function ', () => 1],
    ['Symbol(a)', Symbol('a')],
    ['an instance of Promise', Promise.resolve()],
    ['an instance of WeakMap', new WeakMap()],
    ['an instance of Number', Object(1)],
    ['an instance of Error', new Error('state')],
    ['an object', { [Symbol('hidden')]: 1 }],
  ])('refuses %s, whose state cannot be seen', (found, part) => {
    expect(() => cacheKey('a', part)).toThrow(`argument 1`);
    expect(() => cacheKey('a', part)).toThrow(`got ${found}`);
  });

  it('says where in the arguments the wrong part is', () => {
    expect(() => cacheKey({ filter: [1, { by: () => 1 }] })).toThrow(
      'argument 0.filter[1].by cannot be part of a key',
    );
  });

  it('refuses what contains itself', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const list: unknown[] = [];
    list.push(list);
    for (const part of [cyclic, list]) expect(() => cacheKey(part)).toThrow('or cyclic');
  });

  it('tells a hole in an array from undefined and from nothing', () => {
    // oxlint-disable-next-line no-sparse-arrays
    const keys = [[, 1], [undefined, 1], [1], [,], []].map((list) => cacheKey(list));
    expect(new Set(keys).size).toBe(5);
  });

  it.each([
    ['an array', Object.assign([1], { user: 1 })],
    ['a date', Object.assign(new Date(0), { user: 1 })],
    ['a map', Object.assign(new Map(), { user: 1 })],
  ])('refuses %s with properties of its own, which would not be seen', (_, part) => {
    expect(() => cacheKey(part)).toThrow('argument 0 cannot be part of a key');
  });

  it('refuses to make a key of nothing', () => {
    expect(() => cacheKey()).toThrow('key must be a non-empty string, got ""');
  });
});
