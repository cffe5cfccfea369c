import { settle } from 'nuthatch/testing';
import { held, openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { Fences } from './fence.js';
import { LateLoads } from './late-loads.js';

const fail = (): Promise<never> => Promise.reject(new Error('no network'));
const never = (): Promise<never> => new Promise(() => undefined);

describe('a value that was fresh when its refresh began', () => {
  it('is not served once its life is over', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', refreshAhead: true });
    await cache.set('owl', 1);
    clock.advance('55s');
    const gate = held<number>();
    await cache.getOrLoad('owl', () => gate.promise);
    clock.advance('20s');
    const late = cache.getOrLoad('owl', fail);
    gate.reject(new Error('no network'));
    await expect(late).rejects.toThrow('no network');
  });
});

describe('an error that is to be seen', () => {
  it('is seen by the next caller, too', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h', shouldServe: () => false });
    await cache.set('owl', 1);
    clock.advance('2m');
    for (let call = 0; call < 3; call++)
      await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('no network');
    expect(cache.metrics()).toMatchObject({ loads: 3, stale_served: 0 });
  });

  it('is given again for its errorTtl, before any stale value', async () => {
    const shouldServe = (): boolean => false;
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h', errorTtl: '10s', shouldServe });
    await cache.set('owl', 1);
    clock.advance('2m');
    for (let call = 0; call < 3; call++)
      await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('no network');
    expect(cache.metrics().loads).toBe(1);
  });
});

describe('callers with different patience', () => {
  it('wait each for their own time', async () => {
    const { cache, clock } = await open<number>();
    const gate = held<number>();
    const patient = cache.getOrLoad('owl', () => gate.promise, { hardTimeout: '10m' });
    const plain = cache.getOrLoad('owl', () => gate.promise).catch((error: unknown) => error);
    await clock.advanceAsync('30s');
    expect(await plain).toMatchObject({ code: 'load_timeout' });
    const late = cache.getOrLoad('owl', () => gate.promise);
    gate.resolve(1);
    expect([await patient, await late]).toEqual([1, 1]);
  });

  it('do not wait longer in all than the hard timeout where the soft one is over', async () => {
    const { cache, clock } = await openStored<number>();
    const gate = held<number>();
    void cache.getOrLoad('owl', () => gate.promise, { hardTimeout: '10m' });
    const options = { softTimeout: '8s', hardTimeout: '10s' };
    const answer = cache.getOrLoad('owl', () => gate.promise, options).catch((error: unknown) => error);
    await settle();
    await clock.advanceAsync('10s');
    expect(await answer).toMatchObject({
      code: 'load_timeout',
      message: expect.stringContaining('10000 ms'),
    });
    gate.resolve(1);
  });

  it('may be shorter than the soft timeout of the cache', async () => {
    const { cache, clock } = await open<number>({ softTimeout: '5s' });
    const answer = cache.getOrLoad('owl', never, { hardTimeout: '1s' }).catch((error: unknown) => error);
    await clock.advanceAsync('1s');
    expect(await answer).toMatchObject({ code: 'load_timeout' });
  });
});

describe('a stale row of the store', () => {
  it('is served at once within staleWhileRevalidate, and loaded anew', async () => {
    const { cache, clock } = await openStored<number>({ ttl: '1m', staleWhileRevalidate: '5m', maxItems: 1 });
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    clock.advance('2m');
    const gate = held<number>();
    const events = recordEvents(cache);
    expect(await cache.getOrLoad('owl', () => gate.promise)).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'stale_served', reason: 'revalidating' }));
    gate.resolve(2);
    await settle();
    expect(await cache.get('owl')).toBe(2);
  });

  it('is served when the soft timeout is over', async () => {
    const { cache, clock } = await openStored<number>({
      ttl: '1m',
      grace: '1h',
      softTimeout: '1s',
      maxItems: 1,
    });
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    clock.advance('2m');
    const answer = cache.getOrLoad('owl', never);
    await settle();
    await clock.advanceAsync('1s');
    expect(await answer).toBe(1);
  });
});

describe('a loader', () => {
  it("does not get the cache's own object where values are copied", async () => {
    const { cache, clock } = await open<{ n: number }>({ ttl: '1m', grace: '1h', isolate: 'clone' });
    await cache.set('owl', { n: 1 });
    clock.advance('2m');
    const answer = await cache.getOrLoad('owl', ({ stale }) => {
      if (stale !== undefined) stale.value.n = 7;
      throw new Error('no network');
    });
    expect(answer).toEqual({ n: 1 });
  });

  it('that is registered to refresh ahead does so', async () => {
    const { cache, clock } = await open<number>({ ttl: 1000 });
    let loads = 0;
    cache.registerLoader('owl', () => ++loads, { refreshAhead: true });
    await cache.getOrLoad('owl:1');
    clock.advance(900);
    await cache.getOrLoad('owl:1');
    await settle();
    expect(loads).toBe(2);
  });

  it('is not run for callers that have gone while it waited for room', async () => {
    const { cache, clock } = await open<number>({ maxLoads: 1, hardTimeout: '1s' });
    const gate = held<number>();
    const first = cache.getOrLoad('owl', () => gate.promise, { hardTimeout: '1m' });
    let runs = 0;
    const queued = cache.getOrLoad('wren', () => ++runs).catch((error: unknown) => error);
    await clock.advanceAsync('1s');
    expect(await queued).toMatchObject({ code: 'load_timeout' });
    gate.resolve(1);
    await first;
    await settle();
    expect(runs).toBe(0);
  });

  it('that has not answered in time takes nobody’s room', async () => {
    const { cache, clock } = await open<number>({ maxLoads: 1, hardTimeout: '1s' });
    const hung = cache.getOrLoad('owl', never).catch(() => 'late');
    await clock.advanceAsync('1s');
    expect([await hung, await cache.getOrLoad('wren', () => 1)]).toEqual(['late', 1]);
  });

  it('whose ttl is wrong has failed once', async () => {
    const { cache } = await open<number>({ ttl: () => -1 });
    await expect(cache.getOrLoad('owl', () => 1)).rejects.toMatchObject({ code: 'bad_option' });
    expect(cache.metrics()).toMatchObject({ load_failures: 1, latencies: { load: { count: 1 } } });
  });

  it('that gives a longer life than grace is right', async () => {
    const { cache } = await open<number>();
    const load = cache.getOrLoad('owl', ({ setTtl }) => (setTtl('2h'), 1), { ttl: '1m', grace: '1h' });
    expect(await load).toBe(1);
  });
});

describe('closing', () => {
  it('lets those go who wait for a load, and tells its loader', async () => {
    const { cache } = await open<number>();
    let signal: AbortSignal | undefined;
    const answer = cache.getOrLoad('owl', (context) => ((signal = context.signal), never()));
    const outcome = answer.catch((error: unknown) => error);
    await settle();
    await cache.close();
    expect(await outcome).toMatchObject({ code: 'closed' });
    expect(signal?.aborted).toBe(true);
  });

  it('tells the loaders of loads that were given up', async () => {
    const { cache, clock } = await open<number>({ hardTimeout: '1s' });
    let signal: AbortSignal | undefined;
    const answer = cache.getOrLoad('owl', (context) => ((signal = context.signal), never()));
    const outcome = answer.catch(() => undefined);
    await clock.advanceAsync('1s');
    await outcome;
    await cache.close();
    expect(signal?.aborted).toBe(true);
  });
});

describe('loads that never answer', () => {
  it('are forgotten beyond 10,000', () => {
    const late = new LateLoads();
    const fences = new Fences();
    for (let index = 0; index < 10_003; index++) {
      const fence = fences.enter(`key ${index}`);
      late.add({ forget: () => fence.release(), stop: () => undefined });
    }
    expect(fences.size).toBe(10_000);
  });
});

describe('an override of staleWhileRevalidate', () => {
  it('holds for the loads within it', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    clock.advance('2m');
    const load = () => cache.getOrLoad('owl', () => 2);
    expect(await cache.withOverrides({ staleWhileRevalidate: '5m' }, load)).toBe(1);
  });
});
