import { cacheKey } from 'nuthatch/engine';

/** How many argument lists are tried. */
const LISTS = Number(process.env['NUTHATCH_RUNS'] ?? 100_000);
/** Texts of one sum each under djb2 (`hash * 33 + code`), since 'E' and 'z' weigh what 'F' and 'Y' do. */
const UNDER_DJB2 = Array.from({ length: 1024 }, (_, bits) =>
  Array.from({ length: 10 }, (_each, place) => ((bits >> place) & 1 ? 'Ez' : 'FY')).join(''),
);
/** Two words of one CRC-32. */
const UNDER_CRC32 = ['plumless', 'buckeroo'];

class Point {
  constructor(readonly x: number) {}
}

const accented = 'é';

/** Arguments that look alike, or that a careless key takes for one another; each is another than all others. */
const LOOK_ALIKES: readonly (readonly unknown[])[] = [
  [undefined],
  [null],
  [NaN],
  [0],
  [-0],
  ['0'],
  [0n],
  [false],
  ['false'],
  ['null'],
  ['undefined'],
  ['NaN'],
  ['', ''],
  ['', '', ''],
  [[]],
  [[[]]],
  [{}],
  [new Map()],
  [new Set()],
  [new Map([['a', 1]])],
  [{ a: 1 }],
  [[['a', 1]]],
  [new Set(['a', 1])],
  [/a/],
  [/a/g],
  ['/a/'],
  [new Date(0)],
  [new Date(0).toISOString()],
  ['a', 'b'],
  ['a,b'],
  ['a:b'],
  [['a', 'b']],
  ['["a","b"]'],
  ['t', 'u:k'],
  ['t:u', 'k'],
  [{ a: { b: 1 } }],
  [{ 'a.b': 1 }],
  [accented.normalize('NFC')],
  [accented.normalize('NFD')],
  ['\0'],
  ['\\0'],
  ['a'.repeat(2 ** 20)],
  [`${'a'.repeat(2 ** 20)}b`],
];

/** What has no place in a key, since two of a kind cannot be told apart. */
const REFUSED: readonly unknown[] = [
  () => 1,
  () => 2,
  Symbol('a'),
  new Point(1),
  new WeakMap(),
  Promise.resolve(),
];

describe('a key of arguments', () => {
  it('is another for each of very many lists, those included that collide under common hashes', () => {
    const keys = new Set<string>();
    let lists = 0;
    const add = (...parts: readonly unknown[]): void => {
      keys.add(cacheKey(...parts));
      lists++;
    };
    for (const text of [...UNDER_DJB2, ...UNDER_CRC32]) add('user', text);
    for (const parts of LOOK_ALIKES) add(...parts);
    for (let index = 0; lists < LISTS; index++) {
      add('user', index);
      add('user', String(index));
      add(`user:${index}`);
      add({ user: index, page: index % 7 });
      add([index], index % 13 === 0);
    }
    expect(keys.size).toBe(lists);
  });

  it('is never longer than 512 characters', () => {
    expect(LOOK_ALIKES.filter((parts) => cacheKey(...parts).length > 512)).toEqual([]);
  });

  it.each(REFUSED.map((part) => [part]))('refuses what cannot be told apart: %p', (part) => {
    expect(() => cacheKey('price', part)).toThrow(expect.objectContaining({ code: 'bad_key' }));
  });
});
