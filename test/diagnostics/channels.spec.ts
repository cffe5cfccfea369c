import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { settle } from 'nuthatch/testing';
import {
  type CacheEvent,
  createCache,
  type FlushOperation,
  type LoadOperation,
  type StoreOperation,
  type WaitOperation,
} from 'nuthatch/engine';
import { held, openCache, openStored } from '../support/caches.js';

type Message = LoadOperation & WaitOperation & StoreOperation & FlushOperation;
type Phase = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

function subscribe(name: string, phase: Phase, listener: (message: Message) => void): void {
  const target = tracingChannel(name)[phase];
  const wrapped = (message: unknown): void => listener(message as Message);
  target.subscribe(wrapped);
  stops.push(() => target.unsubscribe(wrapped));
}

/** What is published on a tracing channel from now on: phase by phase, and the messages that have ended. */
function watch(name: string) {
  const phases: string[] = [];
  const ended: Message[] = [];
  const started: Message[] = [];
  for (const phase of ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const)
    subscribe(name, phase, () => phases.push(phase));
  subscribe(name, 'start', (message) => started.push(message));
  subscribe(name, 'asyncEnd', (message) => ended.push(message));
  return { phases, started, ended };
}

describe('nuthatch:load', () => {
  it('tells of a load from its start to its end, never of its value', async () => {
    const { phases, started, ended } = watch('nuthatch:load');
    const { cache, clock } = await openCache<string>({ name: 'birds' });
    const answer = held<string>();
    const loading = cache.getOrLoad('owl', () => answer.promise);
    expect(phases).toEqual(['start', 'end']);
    clock.advance(40);
    answer.resolve('a secret');
    await loading;
    expect(phases).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(ended).toMatchObject([
      { cache: 'birds', key: 'owl', isBackground: false, origin: 'loader', durationMs: 40, error: undefined },
    ]);
    expect(ended[0]).toBe(started[0]);
    expect(JSON.stringify(ended)).not.toContain('secret');
  });

  it('tells why a load has failed, and its caller gets that very error', async () => {
    const { phases, ended } = watch('nuthatch:load');
    const { cache } = await openCache<string>();
    const error = new Error('gone');
    await expect(cache.getOrLoad('owl', () => Promise.reject(error))).rejects.toBe(error);
    expect(phases).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(ended[0]?.error).toBe(error);
  });

  it('tells of a value that the store had', async () => {
    const { cache } = await openStored<string>();
    await cache.set('owl', 'hoo');
    cache.resize({ maxItems: 1 });
    await cache.set('wren', 'tit');
    const { ended } = watch('nuthatch:load');
    await cache.getOrLoad('owl', () => 'not asked');
    expect(ended).toMatchObject([{ key: 'owl', origin: 'backing' }]);
  });

  it('tells of a refresh that it is in the background', async () => {
    const { cache, clock } = await openCache<number>({ ttl: '1m', staleWhileRevalidate: '5m' });
    await cache.getOrLoad('owl', () => 1);
    clock.advance('2m');
    const { ended } = watch('nuthatch:load');
    expect(await cache.getOrLoad('owl', () => 2)).toBe(1);
    await settle();
    expect(ended).toMatchObject([{ key: 'owl', isBackground: true, origin: 'loader' }]);
  });

  it('is silent on a hit in memory', async () => {
    const { cache } = await openCache<number>();
    await cache.set('owl', 1);
    const watches = ['load', 'wait', 'store', 'flush'].map((name) => watch(`nuthatch:${name}`));
    await cache.get('owl');
    await cache.getOrLoad('owl', () => 2);
    await cache.getMany(['owl']);
    expect(watches.flatMap(({ phases }) => phases)).toEqual([]);
  });

  it('runs a load within what a subscriber puts around it, across awaits, the first outermost', async () => {
    const { cache } = await openCache<string | undefined>();
    const storage = new AsyncLocalStorage<string>();
    const order: string[] = [];
    for (const name of ['first', 'second'])
      subscribe('nuthatch:load', 'start', (message) =>
        message.around((run) => {
          order.push(name);
          return storage.run(name, run);
        }),
      );
    const seen = await cache.getOrLoad('owl', async () => {
      await settle();
      return storage.getStore();
    });
    expect(order).toEqual(['second', 'first']);
    expect(seen).toBe('first');
  });

  it('runs a load within the stores that are bound to it', async () => {
    const { cache } = await openCache<string | undefined>();
    const storage = new AsyncLocalStorage<string>();
    const { start } = tracingChannel<string, LoadOperation>('nuthatch:load');
    start.bindStore(storage, (operation) => (operation as LoadOperation).key);
    stops.push(() => start.unbindStore(storage));
    expect(await cache.getOrLoad('owl', () => storage.getStore())).toBe('owl');
  });

  it('runs a load that had to queue in the context of who asked for it', async () => {
    const { cache } = await openCache<string | undefined>({ maxLoads: 1 });
    const storage = new AsyncLocalStorage<string>();
    const first = held<string>();
    const one = storage.run('one', () => cache.getOrLoad('owl', () => first.promise));
    const two = storage.run('two', () => cache.getOrLoad('wren', () => storage.getStore()));
    first.resolve('done');
    await one;
    expect(await two).toBe('two');
  });
});

describe('nuthatch:wait', () => {
  it('tells of each caller that waits for the load of another, and of which', async () => {
    const loads = watch('nuthatch:load');
    const waits = watch('nuthatch:wait');
    const { cache, clock } = await openCache<string>();
    const answer = held<string>();
    const calls = [1, 2, 3].map(() => cache.getOrLoad('owl', () => answer.promise));
    const patient = cache.getOrLoad('owl', () => answer.promise, { ttl: '1m' });
    clock.advance(10);
    answer.resolve('hoo');
    await Promise.all([...calls, patient]);
    expect(loads.ended).toHaveLength(1);
    expect(waits.ended).toHaveLength(3);
    for (const wait of waits.ended) {
      expect(wait).toMatchObject({ key: 'owl', isBackground: false, durationMs: 10 });
      expect(wait.load).toBe(loads.started[0]);
    }
  });

  it('is silent for the caller that begins the load', async () => {
    const { phases } = watch('nuthatch:wait');
    const { cache } = await openCache<string>();
    await cache.getOrLoad('owl', () => 'hoo');
    await cache.getOrLoad('wren', () => 'tit', { ttl: '1m' });
    expect(phases).toEqual([]);
  });
});

describe('nuthatch:store', () => {
  it('tells of each call, its keys and how it ended', async () => {
    const { ended } = watch('nuthatch:store');
    const { cache, store } = await openStored<number>({ name: 'birds' });
    await cache.set('owl', 1);
    await cache.setMany([['wren', 1], ['kite', 2]]); // prettier-ignore
    await cache.getMany(['rook', 'crow']);
    store.failNext('get');
    await cache.get('jay');
    await cache.clear();
    const told = ended.map(({ operation, key, keys, error }) => [operation, key, keys, error !== undefined]);
    expect(told).toEqual([
      ['open', undefined, undefined, false],
      ['invalidations', undefined, undefined, false],
      ['apply', 'owl', 1, false],
      ['apply', undefined, 2, false],
      ['getMany', undefined, 2, false],
      ['get', 'jay', 1, true],
      ['clear', undefined, undefined, false],
    ]);
    expect(ended.every(({ cache: name, isBackground }) => name === 'birds' && !isBackground)).toBe(true);
  });

  it('tells of calls that are refused since the store is down, and of repairs that they are in the background', async () => {
    const { cache, clock, store } = await openStored<number>({
      resilience: {
        breaker: { threshold: 0.5, calls: 1, minCalls: 1, halfOpenAfter: '1s' },
        whenDown: 'memory',
      },
    });
    store.failAlways('get');
    await cache.get('owl');
    const { ended } = watch('nuthatch:store');
    await cache.get('owl');
    expect(ended).toMatchObject([{ operation: 'get', error: { code: 'store_down' } }]);
    await cache.set('owl', 1);
    store.heal();
    await clock.advanceAsync('10s');
    expect(ended.slice(1).map(({ operation, isBackground }) => [operation, isBackground])).toEqual([
      ['get', true],
      ['apply', true],
    ]);
  });
});

describe('nuthatch:flush', () => {
  it('tells of flushes, those in the background and those that are asked for, and the calls they make are within', async () => {
    const { cache, clock } = await openStored<number>({ writePolicy: 'writeBack' });
    const storage = new AsyncLocalStorage<string>();
    const around: (string | undefined)[] = [];
    subscribe('nuthatch:flush', 'start', (message) => message.around((run) => storage.run('flush', run)));
    subscribe('nuthatch:store', 'start', () => around.push(storage.getStore()));
    const { ended } = watch('nuthatch:flush');
    await cache.setMany([['owl', 1], ['wren', 2]]); // prettier-ignore
    await clock.advanceAsync('2s');
    await cache.set('kite', 3);
    await cache.flush();
    expect(ended).toMatchObject([
      { cache: 'default', isBackground: true, pending: 2, written: 2, left: 0, error: undefined },
      { cache: 'default', isBackground: false, pending: 1, written: 1, left: 0, error: undefined },
    ]);
    expect(around).toEqual(['flush', 'flush']);
  });

  it('tells of a flush that fails', async () => {
    const { cache, store } = await openStored<number>({ writePolicy: 'writeBack' });
    const { ended, phases } = watch('nuthatch:flush');
    await cache.set('owl', 1);
    store.failAlways('apply');
    await expect(cache.flush()).rejects.toMatchObject({ code: 'store_failed' });
    expect(ended).toMatchObject([{ pending: 1, written: 0, left: 1, error: { code: 'store_failed' } }]);
    expect(phases).toContain('error');
  });
});

describe('nuthatch:event', () => {
  it('has every event of every cache, also where nobody listens to the caches', async () => {
    const events: CacheEvent[] = [];
    // On this channel are events.
    const listener = (event: unknown): void => void events.push(event as CacheEvent);
    channel('nuthatch:event').subscribe(listener);
    stops.push(() => channel('nuthatch:event').unsubscribe(listener));
    for (const name of ['one', 'two']) {
      const { cache } = await openCache<number>({ name });
      await cache.set('owl', 1);
      await cache.get('owl');
      await cache.getMany(['owl', 'wren']);
      await cache.invalidateTags('birds');
    }
    expect(events.map(({ cache, type }) => `${cache} ${type}`)).toEqual(
      ['one', 'two'].flatMap((name) =>
        ['entry_set', 'entry_get_hit', 'entry_get_hit', 'entry_get_miss', 'invalidated'].map(
          (type) => `${name} ${type}`,
        ),
      ),
    );
  });

  it('reaches those who listen to the cache as well, once', async () => {
    const { cache } = await openCache<number>();
    const heard: string[] = [];
    cache.events$.subscribe(({ type }) => heard.push(type));
    const listener = (): void => undefined;
    channel('nuthatch:event').subscribe(listener);
    stops.push(() => channel('nuthatch:event').unsubscribe(listener));
    await cache.set('owl', 1);
    expect(heard).toEqual(['entry_set']);
  });
});

it('leaves no rejection behind that nobody handles', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listener);
  stops.push(() => process.off('unhandledRejection', listener));
  for (const name of ['load', 'wait', 'store', 'flush']) watch(`nuthatch:${name}`);
  const cache = await createCache<number>();
  const fail = (): Promise<never> => Promise.reject(new Error('gone'));
  const calls = [1, 2, 3].map(() => cache.getOrLoad('owl', fail));
  await Promise.allSettled(calls);
  await new Promise((resolve) => setImmediate(resolve));
  await cache.close();
  expect(unhandled).toEqual([]);
});
