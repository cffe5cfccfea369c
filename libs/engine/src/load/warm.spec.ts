import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { FakeClock, settle } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { MapPort } from '../../../../test/support/many-port.js';
import { closed } from '../kernel/errors.js';
import type { Loader } from './loader.js';
import { Loaders } from './loaders.js';
import type { WarmObserver } from './progress.js';
import { warm, type WarmRequest } from './warm.js';
import type { WarmProgress } from './warm-report.js';

const DONE = { loaded: 0, present: 0, failed: 0, errors: [], durationMs: 0, isComplete: true };

function open() {
  const port = new MapPort<string>();
  const loaders = new Loaders<string>();
  const clock = new FakeClock();
  const told: WarmProgress[] = [];
  const failures: unknown[] = [];
  const hooks: [string, unknown][] = [];
  const observer: WarmObserver = {
    progressed: (progress) => told.push(progress),
    failed: (error) => failures.push(error),
    hookFailed: (hook, error) => hooks.push([hook, error]),
  };
  const start = (keys: WarmRequest<string>['keys'], rest: Omit<WarmRequest<string>, 'keys'> = {}) =>
    warm({ port, loaders, clock, observer }, { keys, ...rest });
  return { port, loaders, clock, told, failures, hooks, start };
}

const capitals: Loader<string> = ({ key }) => key.toUpperCase();

function keysUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `key ${index}`);
}

/** A loader whose loads end when they are told to, and that knows how many run. */
function gated() {
  const gates: ReturnType<typeof held<string>>[] = [];
  const load: Loader<string> = () => {
    const gate = held<string>();
    gates.push(gate);
    return gate.promise;
  };
  return { gates, load };
}

/** Lets a warming come to where it waits. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await settle();
}

describe('warm', () => {
  it('loads what is not there, and counts what is', async () => {
    const { port, start } = open();
    port.values.set('b', 'kept');
    expect(await start(['a', 'b', 'c'], { loader: capitals })).toEqual({ ...DONE, loaded: 2, present: 1 });
    expect([...port.values]).toEqual([
      ['b', 'kept'],
      ['a', 'A'],
      ['c', 'C'],
    ]);
  });

  it('counts every key once, whatever becomes of it, and loads each at most once', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'bad a', 'bad b', '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        async (keys, concurrency) => {
          const { port, start } = open();
          port.values.set('b', 'kept');
          const loader: Loader<string> = ({ key: asked }) => {
            if (asked.startsWith('bad')) throw new Error(asked);
            return asked;
          };
          const { loaded, present, failed, isComplete } = await start(keys, {
            loader,
            options: { concurrency },
          });
          expect(loaded + present + failed).toBe(keys.length);
          expect(isComplete).toBe(true);
          expect(port.loads.filter((asked) => !asked.startsWith('bad'))).toEqual([
            ...new Set(keys.filter((asked) => asked === 'a' || asked === 'c')),
          ]);
          expect(failed).toBeGreaterThanOrEqual(keys.filter((asked) => asked === '').length);
        },
      ),
    );
  });

  it('reports how many keys failed, and what the first ten threw, and goes on', async () => {
    const { start } = open();
    const loader: Loader<string> = ({ key }) => {
      if (key.endsWith('9')) return 'fine';
      throw new Error(`no ${key}`);
    };
    const report = await start(keysUpTo(20), { loader });
    expect(report).toMatchObject({ loaded: 2, failed: 18, isComplete: true });
    expect(report.errors.map(String)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 10].map((index) => `Error: no key ${index}`),
    );
  });

  it('counts keys that are none as failed', async () => {
    const { start } = open();
    const report = await start(['a', '', 7 as never, undefined as never], { loader: capitals });
    expect(report).toMatchObject({ loaded: 1, failed: 3 });
    expect(report.errors.map((error) => (error as { code: string }).code)).toEqual([
      'bad_key',
      'bad_key',
      'bad_key',
    ]);
  });

  it.each([
    [undefined, 8],
    [3, 3],
    [1, 1],
  ])('with a concurrency of %s has %d loads running', async (concurrency, running) => {
    const { start } = open();
    const { gates, load } = gated();
    const warming = start(keysUpTo(30), { loader: load, options: { concurrency } });
    await rest();
    expect(gates).toHaveLength(running);
    gates[0]?.resolve('first');
    await rest();
    expect(gates).toHaveLength(running + 1);
    for (let index = 1; index < 30; index++) {
      gates[index]?.resolve('loaded');
      await settle();
    }
    expect(await warming).toMatchObject({ loaded: 30 });
  });

  it('reads keys no faster than they are loaded', async () => {
    const { start } = open();
    const { gates, load } = gated();
    let read = 0;
    async function* endless(): AsyncGenerator<string> {
      for (;;) yield `key ${read++}`;
    }
    const abort = new AbortController();
    const warming = start(endless(), { loader: load, options: { signal: abort.signal } });
    await rest();
    expect(read).toBe(100);
    expect(gates).toHaveLength(8);
    abort.abort();
    expect(await warming).toEqual({ ...DONE, isComplete: false });
  });

  it('asks a loader for many once for its share, and counts that as one load', async () => {
    const { start } = open();
    const gates: (() => void)[] = [];
    const many = (keys: readonly string[]): Promise<string[]> =>
      new Promise((resolve) => gates.push(() => resolve([...keys])));
    const warming = start(keysUpTo(50), { loader: { many, maxBatch: 10 }, options: { concurrency: 2 } });
    await rest();
    expect(gates).toHaveLength(2);
    for (let index = 0; index < 5; index++) {
      gates[index]?.();
      await rest();
    }
    expect(gates).toHaveLength(5);
    expect(await warming).toMatchObject({ loaded: 50 });
  });

  it('asks the registered loaders where it is given none, and counts keys that have none as failed', async () => {
    const { start, loaders, port } = open();
    const calls: number[] = [];
    const many = (keys: readonly string[]): string[] => {
      calls.push(keys.length);
      return [...keys];
    };
    loaders.register('user', { many, maxBatch: 3 }, { ttl: '5m' });
    loaders.register('home', capitals);
    const report = await start(['user:1', 'home', 'user:2', 'nobody', 'user:3', 'user:4'], {
      options: { tags: ['warm'] },
    });
    expect(report).toMatchObject({ loaded: 5, failed: 1, errors: [{ code: 'no_loader' }] });
    expect(calls).toEqual([3, 1]);
    expect(port.options[0]).toEqual({ ttl: '5m', tags: ['warm'] });
  });

  it('ends with the error of its keys in the report, when what has begun is loaded', async () => {
    const { start, failures } = open();
    const error = new Error('the list is lost');
    async function* broken(): AsyncGenerator<string> {
      yield* keysUpTo(100);
      throw error;
    }
    const report = await start(broken(), { loader: capitals });
    expect(report).toEqual({ ...DONE, loaded: 100, failed: 1, errors: [error], isComplete: false });
    expect(failures).toEqual([error]);
  });

  it('counts keys that cannot be looked for as failed, and goes on', async () => {
    const { start, port } = open();
    const find = port.find.bind(port);
    const error = new Error('down');
    port.find = (keys) => (keys.includes('key 0') ? Promise.reject(error) : find(keys));
    expect(await start(keysUpTo(150), { loader: capitals })).toMatchObject({
      loaded: 50,
      failed: 100,
      errors: [error],
    });
  });

  it('ends when the cache is closed, also where the keys have no end', async () => {
    const { start, port } = open();
    function* endless(): Generator<string> {
      for (let index = 0; ; index++) yield `key ${index}`;
    }
    port.find = () => Promise.reject(closed('the cache'));
    expect(await start(endless(), { loader: capitals })).toMatchObject({ failed: 100, isComplete: false });
  });

  it('answers at once when its signal comes, though loads and keys hang', async () => {
    const { start, port } = open();
    const abort = new AbortController();
    const { gates, load } = gated();
    const warming = start(keysUpTo(20), { loader: load, options: { signal: abort.signal } });
    await rest();
    gates[0]?.resolve('first');
    await rest();
    abort.abort();
    expect(await warming).toMatchObject({ loaded: 1, isComplete: false });
    for (const gate of gates) gate.resolve('late');
    await rest();
    expect(port.loads).toHaveLength(9);

    const hanging = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const again = new AbortController();
    const stuck = start(hanging, { loader: capitals, options: { signal: again.signal } });
    await rest();
    again.abort();
    expect(await stuck).toEqual({ ...DONE, isComplete: false });
  });

  it('tells the source of its keys that it wants no more', async () => {
    const { start } = open();
    let isOver = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (let index = 0; ; index++) yield `key ${index}`;
      } finally {
        isOver = true;
      }
    }
    const abort = new AbortController();
    const loader: Loader<string> = ({ key }) => {
      if (key === 'key 150') abort.abort();
      return key;
    };
    await start(endless(), { loader, options: { signal: abort.signal } });
    await rest();
    expect(isOver).toBe(true);
  });

  it('loads nothing where its signal was there before', async () => {
    const { start, port } = open();
    expect(await start(['a'], { loader: capitals, options: { signal: AbortSignal.abort() } })).toEqual({
      ...DONE,
      isComplete: false,
    });
    await rest();
    expect(port.loads).toEqual([]);
  });

  it('leaves no listener on its signal', async () => {
    const { start } = open();
    const { signal } = new AbortController();
    await start(['a'], { loader: capitals, options: { signal } });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('lets others have their turn while all is there already', async () => {
    const { start, port } = open();
    const keys = keysUpTo(1000);
    for (const key of keys) port.values.set(key, 'kept');
    let isOver = false;
    const warming = start(keys, { loader: capitals }).then(() => (isOver = true));
    await settle();
    expect(isOver).toBe(false);
    await warming;
  });

  it('tells its progress ten times a second at most, and at the end', async () => {
    const { start, clock, told } = open();
    const loader: Loader<string> = ({ key }) => {
      clock.advance(10);
      return key;
    };
    const seen: WarmProgress[] = [];
    const onProgress = (progress: WarmProgress): unknown => seen.push(progress);
    const report = await start(keysUpTo(100), { loader, options: { concurrency: 1, onProgress } });
    expect(report.durationMs).toBe(1000);
    expect(told.map(({ done }) => done)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 100]);
    expect(told.at(-1)).toEqual({ done: 100, failed: 0, total: 100 });
    expect(seen).toEqual(told);
  });

  it.each([
    ['a set', new Set(['a', 'b']), 2],
    ['the keys of a map', new Map([['a', 1]]).keys(), undefined],
  ])('knows how many keys %s has where that can be known', async (_name, keys, total) => {
    const { start, told } = open();
    await start(keys, { loader: capitals });
    expect(told.at(-1)?.total).toBe(total);
  });

  it('reports a listener that throws, once, and goes on', async () => {
    const { start, hooks, clock } = open();
    const error = new Error('deaf');
    let calls = 0;
    const onProgress = (): never => {
      calls++;
      throw error;
    };
    const loader: Loader<string> = ({ key }) => {
      clock.advance('1s');
      return key;
    };
    expect(await start(keysUpTo(5), { loader, options: { onProgress } })).toMatchObject({ loaded: 5 });
    expect(hooks).toEqual([['onProgress', error]]);
    expect(calls).toBe(1);
  });

  it('draws a bar where it is asked to and there is a terminal', async () => {
    const written: string[] = [];
    const write = (text: string): unknown => written.push(text);
    await open().start(['a', 'b'], { loader: capitals, options: { progress: { isTTY: true, write } } });
    expect(written).toEqual([`\rwarming [${'#'.repeat(40)}] 2/2 100%\u001b[K\n`]);
    await open().start(['a'], { loader: capitals, options: { progress: { isTTY: false, write } } });
    await open().start(['a'], { loader: capitals });
    expect(written).toHaveLength(1);
  });

  it.each<[string, unknown[], string]>([
    [
      'keys that are one key',
      ['user:1'],
      'keys must be an iterable, or async iterable, of keys, got "user:1"',
    ],
    ['no keys', [undefined], 'keys must be an iterable'],
    ['a loader that is none', [[], { loader: 'load' }], 'loader must be a function, or { many }'],
    [
      'no concurrency',
      [[], { options: { concurrency: 0 } }],
      'concurrency must be a positive whole number, got 0',
    ],
    ['a listener that is none', [[], { options: { onProgress: 1 } }], 'onProgress must be a function, got 1'],
    ['a signal that is none', [[], { options: { signal: 1 } }], 'signal must be an AbortSignal, got 1'],
    [
      'a stream that is none',
      [[], { options: { progress: 'bar' } }],
      'progress must be true, false or a stream, got "bar"',
    ],
  ])('refuses %s', async (_name, [keys, request], message) => {
    const { start } = open();
    await expect(start(keys as string[], request as object)).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
  });
});
