import { seededKeyHash } from '../../libs/engine/src/kernel/key-hash.js';
import { names, open } from './open.js';

/** Keys that are awkward for whoever keeps them in objects, compares them with `===` or turns them into text. */
const awkward: readonly unknown[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  ' ',
  '\0',
  '\ud800',
  'undefined',
  'null',
  'NaN',
  '0',
  '-0',
  '1e21',
  '4294967295',
  null,
  true,
  false,
  NaN,
  0,
  1,
  -1,
  Infinity,
  2 ** 53,
  1n,
  0n,
  Symbol('key'),
  Symbol('key'),
  Symbol.iterator,
  {},
  {},
  [],
  Object.create(null),
  Object.freeze({}),
  () => 1,
  new Proxy({}, {}),
];

describe.each(names)('keys that attack %s', (eviction) => {
  it('are told apart as a map does, and leave as others do', () => {
    const { cache } = open<unknown>(eviction, { maxItems: awkward.length });
    awkward.forEach((key, at) => cache.set(key, at));
    expect(awkward.map((key) => cache.get(key))).toEqual([...awkward.keys()]);
    expect([...cache.keys()]).toEqual(awkward);
    awkward.forEach((key) => cache.set(key, key));
    expect(awkward.every((key) => Object.is(cache.peek(key), key))).toBe(true);
    expect(awkward.map((key) => cache.delete(key))).not.toContain(false);
    expect([cache.size, cache.has('__proto__'), cache.has(NaN)]).toEqual([0, false, false]);
  });

  it('find room for each other where there is little', () => {
    const { cache } = open(eviction, { maxItems: 3 });
    for (let round = 0; round < 3; round++)
      awkward.forEach((key, at) => {
        const isKept = cache.set(key, at);
        expect([cache.has(key), cache.get(key)]).toEqual([isKept, isKept ? at : undefined]);
      });
    expect(cache.size).toBe(3);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('are one where a map says so: both zeros, and every NaN', () => {
    const { cache } = open(eviction);
    cache.set(0, 1);
    cache.set(-0, 2);
    cache.set(NaN, 3);
    cache.set(Number('x'), 4);
    expect([cache.size, cache.get(0), cache.get(-0), cache.get(NaN)]).toEqual([2, 2, 2, 4]);
    expect(Object.is([...cache.keys()][0], 0)).toBe(true);
    expect([cache.delete(-0), cache.delete(NaN), cache.size]).toEqual([true, true, 0]);
  });

  it('are refused where they are undefined, and nothing else happens', () => {
    const { cache } = open(eviction);
    cache.set('a', 1);
    expect(() => cache.set(undefined, 1)).toThrow('key must be anything but undefined');
    expect([cache.get(undefined), cache.has(undefined), cache.delete(undefined)]).toEqual([
      undefined,
      false,
      false,
    ]);
    expect([...cache]).toEqual([['a', 1]]);
  });

  it('may be a million characters long', () => {
    const { cache } = open(eviction, { maxItems: 2 });
    const long = (at: number) => `${'x'.repeat(1_000_000)}${at}`;
    for (let at = 0; at < 8; at++) {
      const isKept = cache.set(long(at), at);
      expect(cache.get(long(at))).toBe(isKept ? at : undefined);
    }
    expect(cache.size).toBe(2);
  });

  it('flood it in vain as whole numbers, or as texts of these', () => {
    const keys = 2 ** 16;
    const { cache, unaudited } = open(eviction, { maxItems: 64 });
    for (const keyOf of [String, Number])
      for (let from = 0; from < keys; from += 4096) {
        for (let at = from; at < from + 4096; at++) unaudited.set(keyOf(at), at);
        expect(cache.size).toBe(64);
        cache.audit();
      }
    for (const [key, value] of cache) expect(Number(key)).toBe(value);
  });
});

describe('the hash of keys', () => {
  /** Texts whose hashes end in the same bits, under a seed that somebody has found out. */
  function colliding(seed: number, bits: number, count: number): string[] {
    const hash = seededKeyHash(seed);
    const mask = 2 ** bits - 1;
    const found: string[] = [];
    for (let at = 0; found.length < count; at++) if ((hash(String(at)) & mask) === 0) found.push(String(at));
    return found;
  }

  it('spreads what was chosen to collide under another seed', () => {
    const bits = 8;
    const keys = colliding(1, bits, 4096);
    for (const seed of [2, 3, 0xffffffff]) {
      const hash = seededKeyHash(seed);
      expect(new Set(keys.map((key) => hash(key) % 2 ** bits)).size).toBe(2 ** bits);
    }
  });

  it('spreads integers and what looks like them', () => {
    for (const keyOf of [String, Number]) {
      const hash = seededKeyHash(7);
      const hashes = new Set(Array.from({ length: 2 ** 15 }, (_, at) => hash(keyOf(at))));
      expect(hashes.size).toBeGreaterThan(2 ** 15 - 5);
    }
  });
});
