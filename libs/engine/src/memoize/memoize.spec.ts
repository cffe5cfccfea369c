import fc from 'fast-check';
import { FakeClock } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { memoize } from './memoize.js';

/** A function that counts its calls. */
function counted<F extends (...args: never[]) => unknown>(fn: F) {
  const calls: unknown[][] = [];
  const call = ((...args: never[]) => {
    calls.push(args);
    return fn(...args);
  }) as F;
  return { calls, fn: call };
}

describe('memoize', () => {
  it('calls the function once for the same arguments, and again for others', () => {
    const { fn, calls } = counted((one: number, other: number) => one + other);
    const add = memoize(fn);
    expect([add(1, 2), add(1, 2), add(2, 1), add(1, 2)]).toEqual([3, 3, 3, 3]);
    expect(calls).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(add.cacheInfo()).toEqual({ hits: 2, misses: 2, size: 2, maxItems: 1000 });
  });

  it('answers as the function does, whatever the arguments', () => {
    const plain = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      maxDepth: 2,
    });
    fc.assert(
      fc.property(fc.array(fc.array(plain, { maxLength: 2 }), { maxLength: 8 }), (calls) => {
        const identity = memoize((...args: unknown[]) => args, { maxItems: 3 });
        for (const args of [...calls, ...calls]) expect(identity(...args)).toEqual(args);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, () => unknown, unknown]>([
    ['objects with their properties in another order', () => ({ a: 1, b: 2 }), { b: 2, a: 1 }],
    ['dates', () => new Date(5), new Date(5)],
    ['maps in another order', () => new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]])], // prettier-ignore
    ['sets in another order', () => new Set([1, 2]), new Set([2, 1])],
    ['big integers', () => 10n ** 20n, 10n ** 20n],
    ['typed arrays', () => Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    ['deep structures', () => [{ a: [new Set([1n])] }], [{ a: [new Set([1n])] }]],
  ])('takes equal %s for the same', (_name, make, other) => {
    const memoized = memoize((value: unknown) => value);
    memoized(make());
    memoized(other);
    expect(memoized.cacheInfo()).toMatchObject({ hits: 1, misses: 1 });
  });

  it.each<[string, unknown, unknown]>([
    ['a map and an object', new Map([['a', 1]]), { a: 1 }],
    ['a number and its text', 1, '1'],
    ['null and undefined', null, undefined],
    ['arrays of other types', Uint8Array.of(1), Int8Array.of(1)],
    ['a date and its time', new Date(5), 5],
    ['a list and its text', [1, 2], '[1,2]'],
  ])('tells %s apart', (_name, one, other) => {
    const memoized = memoize((value: unknown) => [value]);
    expect(memoized(one)).toEqual([one]);
    expect(memoized(other)).toEqual([other]);
    expect(memoized.cacheInfo().misses).toBe(2);
  });

  it('tells a call without arguments from all others', () => {
    const memoized = memoize((...args: unknown[]) => args.length);
    expect([memoized(), memoized(undefined), memoized('()'), memoized([]), memoized()]).toEqual([
      0, 1, 1, 1, 0,
    ]);
    expect(memoized.cacheInfo()).toMatchObject({ hits: 1, misses: 4 });
  });

  class Account {}
  const cyclic: { self?: unknown } = {};
  cyclic.self = { in: [cyclic] };

  it.each([
    ['what contains itself', cyclic, 'or cyclic'],
    ['a function', () => 1, 'argument 0 cannot be part of a key: got function'],
    ['an instance of a class', new Account(), 'got an instance of Account'],
  ])('refuses %s, and does not call the function', (_name, argument, message) => {
    const { fn, calls } = counted((value: unknown) => value);
    const memoized = memoize(fn);
    expect(() => memoized(argument)).toThrow(message);
    expect(() => memoized(argument)).toThrow(expect.objectContaining({ code: 'bad_key' }));
    expect(calls).toEqual([]);
  });

  it('tells calls apart by a key of its own', () => {
    const { fn, calls } = counted((account: { id: number; at: Account }) => account.id);
    const memoized = memoize(fn, { key: ({ id }) => id });
    const at = new Account();
    expect([
      memoized({ id: 1, at }),
      memoized({ id: 1, at: new Account() }),
      memoized({ id: 2, at }),
    ]).toEqual([1, 1, 2]);
    expect(calls).toHaveLength(2);
    expect(() => memoize(fn, { key: () => undefined })({ id: 1, at })).toThrow(
      'key must be a function that never answers',
    );
  });

  it.each([undefined, null, 0, '', false, NaN])('keeps %p like any other result', (value) => {
    const { fn, calls } = counted(() => value);
    const memoized = memoize(fn);
    expect([memoized(), memoized()]).toEqual([value, value]);
    expect(calls).toHaveLength(1);
  });

  it('does not keep what is thrown', () => {
    let calls = 0;
    const memoized = memoize(() => {
      if (++calls === 1) throw new Error('not yet');
      return calls;
    });
    expect(memoized).toThrow('not yet');
    expect([memoized(), memoized()]).toEqual([2, 2]);
    expect(memoized.cacheInfo()).toMatchObject({ hits: 1, misses: 2, size: 1 });
  });

  it('keeps no more than maxItems, those that were used last', () => {
    const { fn, calls } = counted((key: string) => key);
    const memoized = memoize(fn, { maxItems: 2 });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) memoized(key);
    expect(calls.flat()).toEqual(['a', 'b', 'c', 'b']);
    expect(memoized.cacheInfo()).toEqual({ hits: 2, misses: 4, size: 2, maxItems: 2 });
  });

  it('forgets a result when its time is over', () => {
    const clock = new FakeClock();
    const { fn, calls } = counted(() => clock.now());
    const memoized = memoize(fn, { ttl: '1m', clock });
    expect(memoized()).toBe(0);
    clock.advance(59_000);
    expect(memoized()).toBe(0);
    clock.advance(1000);
    expect(memoized()).toBe(60_000);
    expect(calls).toHaveLength(2);
  });

  it('forgets all when it is cleared, and counts from 0', () => {
    const { fn, calls } = counted((key: string) => key);
    const memoized = memoize(fn);
    memoized('a');
    memoized('a');
    memoized.cacheClear();
    expect(memoized.cacheInfo()).toEqual({ hits: 0, misses: 0, size: 0, maxItems: 1000 });
    memoized('a');
    expect(calls).toHaveLength(2);
  });

  it('calls itself through the results', () => {
    const fibonacci: ((n: number) => bigint) & { cacheInfo(): { misses: number } } = memoize(
      (n: number): bigint => (n < 2 ? BigInt(n) : fibonacci(n - 1) + fibonacci(n - 2)),
    );
    expect(fibonacci(90)).toBe(2880067194370816120n);
    expect(fibonacci.cacheInfo().misses).toBe(91);
  });

  it('passes this on, and keeps the signature, name and length', () => {
    function greet(this: { readonly name: string }, greeting: string): string {
      return `${greeting}, ${this.name}`;
    }
    const memoized = memoize(greet);
    const answer: string = memoized.call({ name: 'owl' }, 'hello');
    expect(answer).toBe('hello, owl');
    expect([memoized.name, memoized.length]).toEqual(['greet', 1]);
    // @ts-expect-error a number is no greeting
    expect(() => memoized.call({ name: 'owl' }, 7)).not.toThrow();
    const first = memoize(<T>(list: readonly T[]): T | undefined => list[0]);
    const found: number | undefined = first([1, 2]);
    expect(found).toBe(1);
  });

  it.each<[string, unknown[], string]>([
    ['what is no function', ['add'], 'fn must be a function, got "add"'],
    ['no items', [() => 1, { maxItems: 0 }], 'maxItems must be'],
    ['no time', [() => 1, { ttl: 0 }], 'ttl must be'],
    ['a key that is none', [() => 1, { key: 'id' }], 'key must be a function, got "id"'],
    [
      'an option that does not exist',
      [() => 1, { max: 5 }],
      'there is no option max; there are maxItems, ttl, key, clock',
    ],
    ['several of these, at once', ['add', { ttl: 0 }], '- fn must be a function, got "add"\n- ttl must be'],
  ])('refuses %s', (_name, [fn, options], message) => {
    expect(() => memoize(fn as () => unknown, options as object)).toThrow(message);
  });
});

describe('memoize of a function that answers promises', () => {
  it('shares a call under way, and keeps what it is fulfilled with', async () => {
    const gate = held<string>();
    const { fn, calls } = counted((_key: string) => gate.promise);
    const memoized = memoize(fn);
    const answers = [memoized('a'), memoized('a'), memoized('a')];
    expect(memoized.cacheInfo()).toEqual({ hits: 2, misses: 1, size: 0, maxItems: 1000 });
    gate.resolve('owl');
    expect(await Promise.all([...answers, memoized('a')])).toEqual(['owl', 'owl', 'owl', 'owl']);
    expect(await memoized('a')).toBe('owl');
    expect(calls).toEqual([['a']]);
    expect(memoized.cacheInfo()).toEqual({ hits: 4, misses: 1, size: 1, maxItems: 1000 });
  });

  it('shares a rejection with those who wait, and keeps nothing of it', async () => {
    const gate = held<string>();
    const { fn, calls } = counted((): Promise<string> =>
      calls.length === 1 ? gate.promise : Promise.resolve('fine'),
    );
    const memoized = memoize(fn);
    const answers = [memoized(), memoized()];
    const error = new Error('down');
    gate.reject(error);
    expect(await Promise.allSettled(answers)).toEqual(
      answers.map(() => ({ status: 'rejected', reason: error })),
    );
    expect(memoized.cacheInfo().size).toBe(0);
    expect(await memoized()).toBe('fine');
    expect(calls).toHaveLength(2);
  });

  it('begins the life of a result when it is there, not when it was asked for', async () => {
    const clock = new FakeClock();
    const gate = held<string>();
    const { fn, calls } = counted(() => gate.promise);
    const memoized = memoize(fn, { ttl: '1m', clock });
    const answer = memoized();
    clock.advance('5m');
    expect(memoized()).toBe(answer);
    gate.resolve('owl');
    await answer;
    clock.advance(59_000);
    await memoized();
    expect(calls).toHaveLength(1);
    clock.advance(1000);
    await memoized();
    expect(calls).toHaveLength(2);
  });

  it('keeps nothing of a call that was under way when it was cleared', async () => {
    const gates = [held<string>(), held<string>()] as const;
    const { fn, calls } = counted(() => gates[calls.length - 1]?.promise);
    const memoized = memoize(fn);
    const early = memoized();
    memoized.cacheClear();
    const late = memoized();
    gates[0].resolve('early');
    expect(await early).toBe('early');
    expect(memoized()).toBe(late);
    gates[1].resolve('late');
    expect([await late, await memoized()]).toEqual(['late', 'late']);
    expect(calls).toHaveLength(2);
  });

  it('takes whatever has a then for a promise', async () => {
    let calls = 0;
    const memoized = memoize((): PromiseLike<string> => {
      calls++;
      // oxlint-disable-next-line unicorn/no-thenable
      return { then: (fulfilled) => Promise.resolve('owl').then(fulfilled) };
    });
    expect([await memoized(), await memoized()]).toEqual(['owl', 'owl']);
    expect(calls).toBe(1);
  });
});
