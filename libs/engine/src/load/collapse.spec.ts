import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { settle } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { contextOf } from '../../../../test/support/many-port.js';
import type { BulkAnswer, BulkContext, BulkLoader } from './bulk-loader.js';
import { collapse, collapseSource } from './collapse.js';

/** A bulk loader that notes its calls and answers each key with itself in capitals. */
function capitals() {
  const calls: (readonly string[])[] = [];
  const bulk: BulkLoader<string> = (keys) => {
    calls.push(keys);
    return keys.map((key) => key.toUpperCase());
  };
  return { calls, bulk };
}

/** What each answered, or `{ error }` with what it threw. */
function outcomesOf(promises: readonly (string | PromiseLike<string>)[]): Promise<unknown[]> {
  return Promise.all(
    promises.map(async (promise) => {
      try {
        return await promise;
      } catch (error) {
        return { error };
      }
    }),
  );
}

/** Loads keys in one turn with a bulk loader of any answer. */
function loadAll(keys: readonly string[], bulk: BulkLoader<string>): Promise<unknown[]> {
  const load = collapse(bulk, { maxBatch: 100 });
  return outcomesOf(keys.map((key) => load(contextOf(key))));
}

describe('a collapsed bulk loader', () => {
  it('is asked once for all misses of one turn, those after a few awaits included', async () => {
    const { calls, bulk } = capitals();
    const load = collapse(bulk, { maxBatch: 100 });
    const late = async (): Promise<string> => {
      for (let turn = 0; turn < 20; turn++) await undefined;
      return load(contextOf('c'));
    };
    expect(await Promise.all([load(contextOf('a')), load(contextOf('b')), late()])).toEqual(['A', 'B', 'C']);
    expect(calls).toEqual([['a', 'b', 'c']]);
  });

  it('is asked again for what comes in a later turn', async () => {
    const { calls, bulk } = capitals();
    const load = collapse(bulk, { maxBatch: 100 });
    const first = load(contextOf('a'));
    await settle();
    await settle();
    await Promise.all([first, load(contextOf('b'))]);
    expect(calls).toEqual([['a'], ['b']]);
  });

  it('never gets more keys than its bound, a key twice in one call, or an answer that is not its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (keys, maxBatch) => {
          const { calls, bulk } = capitals();
          const load = collapse(bulk, { maxBatch });
          const answers = await Promise.all(keys.map((key) => load(contextOf(key))));
          expect(answers).toEqual(keys.map((key) => key.toUpperCase()));
          expect(calls.flat()).toEqual(keys);
          for (const call of calls) {
            expect(call.length).toBeLessThanOrEqual(maxBatch);
            expect(new Set(call).size).toBe(call.length);
          }
        },
      ),
    );
  });

  it('makes no more calls than it needs', async () => {
    const { calls, bulk } = capitals();
    const load = collapse(bulk, { maxBatch: 3 });
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => load(contextOf(key))));
    expect(calls).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
  });

  it('fails one caller for an error in the place of a value, in a list and in a map', async () => {
    const error = new Error('no b');
    const keys = ['a', 'b', 'c'];
    expect(await loadAll(keys, () => ['A', error, 'C'])).toEqual(['A', { error }, 'C']);
    const answer = new Map<string, string | Error>([
      ['c', 'C'],
      ['b', error],
      ['a', 'A'],
    ]);
    expect(await loadAll(keys, () => answer)).toEqual(['A', { error }, 'C']);
  });

  it('takes what is missing for not found', async () => {
    expect(await loadAll(['a', 'b'], () => new Map([['b', 'B']]))).toEqual([undefined, 'B']);
    expect(await loadAll(['a', 'b'], () => new Map())).toEqual([undefined, undefined]);
    expect(await loadAll(['a', 'b'], () => [undefined, 'B'])).toEqual([undefined, 'B']);
  });

  it.each<[string, unknown, string]>([
    ['a shorter list', ['A'], 'an array of 2 in the order of the keys, got an array of 1'],
    ['a longer list', ['A', 'B', 'C'], 'got an array of 3'],
    ['an object', { a: 'A' }, 'got an object'],
    ['a text', 'AB', 'got "AB"'],
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['a set', new Set(['A']), 'got an instance of Set'],
    [
      'a map of other keys',
      new Map([['user:a', 'A']]),
      'one of its keys is "user:a", one that was asked for is "a"',
    ],
    ['a map of numbers', new Map([[1, 'A']]), 'one of its keys is 1'],
  ])('fails all callers with a clear error for %s', async (_name, answer, message) => {
    const outcomes = await loadAll(['a', 'b'], () => answer as BulkAnswer<string>);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        error: { code: 'bad_load', message: expect.stringContaining(message) },
      });
  });

  it('gives all callers the very error that it throws at once, or rejects with', async () => {
    const error = new Error('down');
    const thrower = (): never => {
      throw error;
    };
    expect(await loadAll(['a', 'b'], thrower)).toEqual([{ error }, { error }]);
    expect(await loadAll(['a', 'b'], () => Promise.reject(error))).toEqual([{ error }, { error }]);
    // The same object, not a copy of it.
    for (const outcome of await loadAll(['a', 'b'], thrower))
      expect((outcome as { error: unknown }).error).toBe(error);
  });

  it('cannot reorder the keys that its list is measured by', async () => {
    const outcomes = await loadAll(['b', 'a'], (keys) => (keys as string[]).sort());
    for (const outcome of outcomes) expect(outcome).toMatchObject({ error: expect.any(TypeError) });
  });

  it('lets a caller go that is aborted, while the others wait on', async () => {
    const gate = held<string[]>();
    const load = collapse(() => gate.promise, { maxBatch: 100 });
    const abort = new AbortController();
    const leaving = load(contextOf('a', abort.signal));
    const staying = load(contextOf('b'));
    await settle();
    abort.abort(new Error('late'));
    await expect(leaving).rejects.toThrow('late');
    gate.resolve(['A', 'B']);
    expect(await staying).toBe('B');
  });

  it('is told by its signal when the last caller has gone, and not before', async () => {
    const contexts: BulkContext<string>[] = [];
    const hangs: BulkLoader<string> = (_keys, context) => {
      contexts.push(context);
      return new Promise(() => undefined);
    };
    const load = collapse(hangs, { maxBatch: 100 });
    const aborts = [new AbortController(), new AbortController()] as const;
    const loads = outcomesOf(aborts.map(({ signal }, index) => load(contextOf(`key ${index}`, signal))));
    await settle();
    aborts[0].abort('first');
    expect(contexts[0]?.signal.aborted).toBe(false);
    aborts[1].abort('second');
    expect(contexts[0]?.signal.reason).toBe('second');
    expect(await loads).toEqual([{ error: 'first' }, { error: 'second' }]);
  });

  it('holds up no later call where one never ends', async () => {
    let calls = 0;
    const load = collapse<string>(() => (++calls === 1 ? new Promise(() => undefined) : ['B']), {
      maxBatch: 100,
    });
    void load(contextOf('a'));
    await settle();
    expect(await load(contextOf('b'))).toBe('B');
  });

  it('is not asked for those who have gone before it is called, nor at all where nobody is left', async () => {
    const { calls, bulk } = capitals();
    const load = collapse(bulk, { maxBatch: 100 });
    const [early, all] = [new AbortController(), new AbortController()];
    const gone = outcomesOf([load(contextOf('a', early.signal))]);
    early.abort('gone');
    expect(await Promise.all([load(contextOf('b')), load(contextOf('c'))])).toEqual(['B', 'C']);
    const nobody = outcomesOf([
      load(contextOf('d', all.signal)),
      load(contextOf('e', AbortSignal.abort('gone'))),
    ]);
    all.abort('gone');
    await settle();
    expect(calls).toEqual([['b', 'c']]);
    expect([await gone, await nobody]).toEqual([[{ error: 'gone' }], [{ error: 'gone' }, { error: 'gone' }]]);
  });

  it('serves who comes after the first caller has gone, in the same turn', async () => {
    const signals: boolean[] = [];
    const bulk: BulkLoader<string> = (keys, { signal }) => {
      signals.push(signal.aborted);
      return keys.map((key) => key.toUpperCase());
    };
    const load = collapse(bulk, { maxBatch: 100 });
    const abort = new AbortController();
    const gone = outcomesOf([load(contextOf('a', abort.signal))]);
    abort.abort('gone');
    expect(await load(contextOf('a'))).toBe('A');
    expect(signals).toEqual([false]);
    expect(await gone).toEqual([{ error: 'gone' }]);
  });

  it('leaves no listener on the signal of a caller that was answered', async () => {
    const { bulk } = capitals();
    const { signal } = new AbortController();
    await collapse(bulk, { maxBatch: 2 })(contextOf('a', signal));
    await settle();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('reaches the load of each key by its context, and of no other', async () => {
    const lives: [string, unknown][] = [];
    const bulk: BulkLoader<string> = (keys, context) => {
      for (const key of keys) context.of(key).setTtl(`${key.length}s`);
      expect(() => context.of('other')).toThrow('key must be one of those that were asked for, got "other"');
      return keys.map((key) => key.toUpperCase());
    };
    const load = collapse(bulk, { maxBatch: 100 });
    const told = (key: string) => ({
      ...contextOf<string>(key),
      setTtl: (ttl: unknown) => lives.push([key, ttl]),
    });
    await Promise.all([load(told('a')), load(told('bb'))]);
    expect(lives).toEqual([
      ['a', '1s'],
      ['bb', '2s'],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no function', { many: 'users' }, 'loader.many must be a function, got "users"'],
    [
      'a bound of zero',
      { many: () => [], maxBatch: 0 },
      'loader.maxBatch must be a positive whole number, got 0',
    ],
    ['a bound that is none', { many: () => [], maxBatch: Infinity }, 'loader.maxBatch must be'],
  ])('is refused with %s', (_name, source, message) => {
    expect(() => collapseSource(source as never)).toThrow(message);
  });

  it('is asked for 100 keys at once where nothing is said', async () => {
    const { calls, bulk } = capitals();
    const load = collapseSource({ many: bulk });
    await Promise.all(Array.from({ length: 101 }, (_, index) => load(contextOf(`${index}`))));
    expect(calls.map(({ length }) => length)).toEqual([100, 1]);
  });
});
