import { estimateWeight, wholeBytes } from './weight.js';

/** Without what every entry costs. */
function weightOf(value: unknown): number {
  return estimateWeight(value, undefined) - estimateWeight(undefined, undefined);
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

describe('estimateWeight', () => {
  it('counts the key and the place of an entry', () => {
    expect(estimateWeight(undefined, 'k'.repeat(1000))).toBeGreaterThan(1000);
    expect(estimateWeight(null, '')).toBeGreaterThan(50);
  });

  it('grows with every part', () => {
    const growing = [
      {},
      { a: 1 },
      { a: 1, b: 'text' },
      { a: 1, b: 'text', c: [1, 2, 3] },
      { a: 1, b: 'text', c: [1, 2, 3], d: () => 1 },
    ];
    const weights = growing.map(weightOf);
    expect(weights).toEqual([...new Set(weights)].sort((one, other) => one - other));
  });

  it('tells strings of two bytes a character from others, wherever the character is', () => {
    expect(weightOf('x'.repeat(1000))).toBe(1016);
    expect(weightOf(`${'x'.repeat(998)}€x`)).toBe(2016);
    const long = 'x'.repeat(50_000);
    expect(weightOf(long)).toBe(50_016);
    expect([`€${long}`, `${long}€`, `${long}${'€'.repeat(20_000)}${long}`].map(weightOf)).toEqual([
      100_024, 100_024, 240_016,
    ]);
  });

  it('comes to an end on what contains itself', () => {
    const cyclic: { self?: unknown; list: unknown[]; map: Map<unknown, unknown> } = {
      list: [],
      map: new Map(),
    };
    cyclic.self = cyclic;
    cyclic.list.push(cyclic, cyclic.list);
    cyclic.map.set(cyclic, cyclic.map);
    expect(weightOf(cyclic)).toBeLessThan(100_000);
  });

  it('looks at no more than 200 objects, at every level', () => {
    let looks = 0;
    const leaf = () => ({
      get seen() {
        looks++;
        return 1;
      },
    });
    const many: Readonly<Record<string, unknown>> = {
      flat: times(100_000, leaf),
      deep: times(100, () => times(100, () => times(10, leaf))),
      mapped: new Map(times(1000, (at) => [at, leaf()])),
      named: Object.fromEntries(times(100, (at) => [`name ${at}`, leaf()])),
      table: Object.fromEntries(times(1000, (at) => [`name ${at}`, leaf()])),
    };
    for (const [name, value] of Object.entries(many)) {
      looks = 0;
      weightOf(value);
      expect([name, looks > 10, looks <= 200]).toEqual([name, true, true]);
    }
  });

  it('looks at a list from end to end, not at its beginning', () => {
    const rising = times(1000, (at) => 'x'.repeat(at));
    const real = rising.reduce((sum, text) => sum + weightOf(text) + 8, 0);
    expect(weightOf(rising) / real).toBeGreaterThan(0.95);
    expect(weightOf(rising) / real).toBeLessThan(1.05);
  });

  it.each([1000, 1024])('keeps no step with what alternates in a list of %d', (length) => {
    for (const period of [2, 3, 4, 5]) {
      const waves = times(length, (at) => 'x'.repeat(at % period === 0 ? 800 : 8));
      const real = waves.reduce((sum, text) => sum + weightOf(text) + 8, 0);
      expect(Math.abs(weightOf(waves) / real - 1)).toBeLessThan(0.5);
    }
  });

  it('follows a chain of objects to its end', () => {
    let chain: unknown = undefined;
    for (let at = 0; at < 150; at++) chain = { next: chain };
    expect(weightOf(chain)).toBe(150 * 32);
  });

  it('weighs a sparse list by what is in it', () => {
    const sparse: unknown[] = [];
    sparse[10_000_000] = { text: 'x'.repeat(1000) };
    expect(weightOf(sparse)).toBeLessThan(1300);
    expect(weightOf(sparse)).toBeGreaterThan(1000);
  });

  it('counts what a view shows of its buffer, and shared buffers', () => {
    const whole = new ArrayBuffer(1_000_000);
    expect(weightOf(new Uint8Array(whole, 0, 10))).toBeLessThan(300);
    expect(weightOf(new DataView(whole))).toBeGreaterThan(1_000_000);
    expect(weightOf(new SharedArrayBuffer(1000))).toBeGreaterThan(1000);
  });

  it('weighs what comes from another realm as its own', () => {
    const map = new Map(times(100, (at) => [at, `value ${at}`]));
    expect(weightOf(structuredClone(map))).toBe(weightOf(map));
  });

  it('does not call the getters of instances', () => {
    class Lazy {
      readonly id = 1;
    }
    const lazy = Object.defineProperty(new Lazy(), 'related', {
      enumerable: true,
      get: () => {
        throw new Error('asks the database');
      },
    });
    expect(weightOf(lazy)).toBe(weightOf(Object.assign(new Lazy(), { related: 1 })));
  });

  it('does not mind what cannot be looked at', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const refuse = () => {
      throw new Error('no');
    };
    const closed = [
      {
        get a() {
          return refuse();
        },
      },
      {
        get constructor() {
          return refuse();
        },
      },
      revoked.proxy,
      new Proxy([1, 2, 3], { get: refuse }),
      new Proxy({ a: 1 }, { ownKeys: refuse }),
      new Proxy(new Map([[1, 2]]), {}),
      Object.defineProperty([1, 2], 1, { get: refuse }),
    ];
    const text = 'x'.repeat(1000);
    for (const value of closed) {
      expect(weightOf(value)).toBeLessThan(200);
      expect(weightOf({ value, text })).toBeGreaterThan(1000);
      expect(weightOf([value, text])).toBeGreaterThan(1000);
    }
  });

  it.each([
    ['nothing', Object.create(null)],
    ['an object without prototype', Object.assign(Object.create(null), { a: 'text' })],
    ['an error', new Error('text')],
    ['a regular expression', /x/],
    ['a promise', Promise.resolve()],
    ['a weak map', new WeakMap()],
    ['a symbol', Symbol('x')],
    ['NaN', NaN],
  ])('has a finite answer for %s', (_, value) => {
    expect(weightOf(value)).toBeGreaterThanOrEqual(0);
    expect(weightOf(value)).toBeLessThan(1000);
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
