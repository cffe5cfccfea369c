import { FakeClock, settle } from 'nuthatch/testing';
import { held, openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { type Cache, createCache, seededRandom, type CacheOptions } from '../index.js';

/** A loader that answers 1, 2, 3 and so on. */
function counting() {
  const loads = { count: 0 };
  return { loads, load: () => ++loads.count };
}

describe('a life', () => {
  it('is as long as a function of the value says', async () => {
    const { cache, clock } = await open<number>({ ttl: (minutes) => `${minutes}m` });
    await cache.set('owl', 2);
    await cache.set('wren', 5);
    clock.advance('3m');
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 5]);
  });

  it('is never longer than maxTtl', async () => {
    const { cache, clock } = await open<number>({ maxTtl: '1m' });
    await cache.set('owl', 1, { ttl: '1h' });
    await cache.set('wren', 1);
    clock.advance('2m');
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, undefined]);
  });

  it('is shortened by a random share where ttlJitter says so', async () => {
    const { cache, clock } = await open<number>({ ttl: 1000, ttlJitter: 0.5, random: seededRandom(7) });
    const keys = Array.from({ length: 100 }, (_, index) => `owl:${index}`);
    await cache.setMany(keys.map((key) => [key, 1]));
    clock.advance(499);
    expect((await cache.getMany(keys)).size).toBe(100);
    clock.advance(251);
    const left = (await cache.getMany(keys)).size;
    expect(left > 20 && left < 80).toBe(true);
    clock.advance(251);
    expect((await cache.getMany(keys)).size).toBe(0);
  });

  it('goes on while an entry is read, up to its time to live', async () => {
    const { cache, clock } = await open<number>({ ttl: '10m', tti: '2m' });
    await cache.setMany([
      ['owl', 1],
      ['wren', 1],
    ]);
    for (let minute = 1; minute < 10; minute++) {
      clock.advance('1m');
      expect(await cache.get('owl')).toBe(1);
    }
    expect(await cache.get('wren')).toBeUndefined();
    clock.advance('1m');
    expect(await cache.get('owl')).toBeUndefined();
    expect(cache.metrics().expirations).toBe(2);
  });
});

describe('a value beyond its time to live', () => {
  it('is no longer there for a get, and still kept', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    clock.advance('2m');
    expect([await cache.get('owl'), await cache.has('owl'), cache.peek('owl'), [...cache.keys()]]).toEqual([
      undefined,
      false,
      undefined,
      [],
    ]);
    expect(cache.size).toBe(1);
    clock.advance('1h');
    expect(cache.size).toBe(0);
  });

  it('is served while it is loaded anew, and one load is made', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', staleWhileRevalidate: '5m' });
    const { load, loads } = counting();
    await cache.getOrLoad('owl', load);
    clock.advance('2m');
    const events = recordEvents(cache);
    expect(await Promise.all([1, 2, 3].map(() => cache.getOrLoad('owl', load)))).toEqual([1, 1, 1]);
    await settle();
    expect([await cache.getOrLoad('owl', load), loads.count]).toEqual([2, 2]);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['stale_served', 'refreshed']));
    expect(cache.metrics()).toMatchObject({ stale_served: 3, refreshes: 1, misses: 1 });
  });

  it('is loaded before it is answered where that window is over', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', staleWhileRevalidate: '5m', grace: '1h' });
    const { load } = counting();
    await cache.getOrLoad('owl', load);
    clock.advance('7m');
    expect(await cache.getOrLoad('owl', load)).toBe(2);
  });

  it('is served where its load fails, until grace is over', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    clock.advance('2m');
    const fail = (): Promise<number> => Promise.reject(new Error('no network'));
    expect(await cache.getOrLoad('owl', fail)).toBe(1);
    clock.advance('59m');
    await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('no network');
  });

  it('is not served in the place of an error that is to be seen', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    clock.advance('2m');
    const gone = new Error('404');
    const load = cache.getOrLoad('owl', () => Promise.reject(gone), {
      shouldServe: (error) => error !== gone,
    });
    await expect(load).rejects.toBe(gone);
  });

  it('is served without another load for a while after its load has failed', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 1);
    clock.advance('2m');
    let loads = 0;
    const fail = (): never => {
      loads++;
      throw new Error('no network');
    };
    for (let call = 0; call < 100; call++) expect(await cache.getOrLoad('owl', fail)).toBe(1);
    expect(loads).toBe(1);
    clock.advance('1s');
    await cache.getOrLoad('owl', fail);
    expect(loads).toBe(2);
    clock.advance('3m');
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
  });

  it('is not served once it was invalidated or deleted', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h' });
    const fail = (): Promise<number> => Promise.reject(new Error('no network'));
    for (const change of [
      () => cache.invalidateTags('night'),
      () => cache.delete('owl'),
      () => cache.clear(),
    ]) {
      await cache.set('owl', 1, { tags: ['night'] });
      clock.advance('2m');
      await change();
      await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('no network');
    }
  });

  it.each<[string, (cache: Cache<string>) => Promise<unknown>]>([
    ['its tag was invalidated', (cache) => cache.invalidateTags('night')],
    ['its namespace was invalidated', (cache) => cache.bumpVersion('owl')],
    ['its key was invalidated', (cache) => cache.invalidateMatching('owl:1')],
    ['it was deleted', (cache) => cache.delete('owl:1')],
    ['all was cleared', (cache) => cache.clear()],
  ])('is not served by a load under way that fails after %s', async (_, change) => {
    const { cache, clock } = await open<string>({ ttl: '1m', grace: '1h' });
    await cache.set('owl:1', 'old', { tags: ['night'] });
    clock.advance('2m');
    const origin = held<string>();
    const load = cache.getOrLoad('owl:1', () => origin.promise);
    await change(cache);
    origin.reject(new Error('no network'));
    await expect(load).rejects.toThrow('no network');
  });

  it('gives way to what was set while its load is under way', async () => {
    const { cache, clock } = await open<string>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 'old');
    clock.advance('2m');
    const origin = held<string>();
    const load = cache.getOrLoad('owl', () => origin.promise);
    await cache.set('owl', 'new');
    origin.reject(new Error('no network'));
    expect(await load).toBe('new');
  });

  it('that a loader was told is not shared with who comes after it was invalidated', async () => {
    const { cache, clock } = await open<string>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 'old', { tags: ['night'] });
    clock.advance('2m');
    const origin = held<void>();
    const early = cache.getOrLoad('owl', async ({ notModified }) => {
      await origin.promise;
      return notModified();
    });
    await cache.invalidateTags('night');
    const late = cache.getOrLoad('owl', () => 'new');
    origin.resolve();
    expect([await early, await late, await cache.get('owl')]).toEqual(['old', 'new', 'new']);
  });

  it('is not told to a loader that begins after it was invalidated, and one load is made', async () => {
    const { cache, clock, store } = await openStored<unknown>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 'old', { tags: ['night'] });
    clock.advance('2m');
    const release = store.hold('get');
    const origin = held<void>();
    const early = cache.getOrLoad('owl', async ({ stale }) => {
      await origin.promise;
      return { stale };
    });
    await settle();
    await cache.invalidateTags('night');
    release();
    await settle();
    const late = cache.getOrLoad('owl', () => 'another');
    origin.resolve();
    expect(await Promise.all([early, late])).toEqual([{ stale: undefined }, { stale: undefined }]);
  });

  it('is still known, as stale, after it was evicted from memory', async () => {
    const { cache, clock } = await openStored<number>({ ttl: '1m', grace: '1h', maxItems: 1 });
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    clock.advance('2m');
    expect(await cache.get('owl')).toBeUndefined();
    expect(await cache.getOrLoad('owl', () => Promise.reject(new Error('no network')))).toBe(1);
    expect(await cache.getOrLoad('wren', () => 3)).toBe(3);
  });
});

describe('a loader', () => {
  it('is told what is still there, and can say that it is not modified', async () => {
    const { cache, clock } = await open<{ etag: string }>({ ttl: '1m', grace: '1h' });
    const page = { etag: 'a' };
    await cache.getOrLoad('owl', () => page, { tags: ['night'] });
    clock.advance('90s');
    const again = await cache.getOrLoad('owl', ({ stale, notModified }) => {
      expect(stale).toMatchObject({ value: page, ageMs: 90_000, tags: ['night'] });
      return notModified();
    });
    expect(again).toBe(page);
    clock.advance('50s');
    expect(cache.peek('owl')).toBe(page);
    await cache.invalidateTags('night');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('cannot renew what is not there', async () => {
    const { cache } = await open<number>();
    const load = cache.getOrLoad('owl', (context) => context.notModified());
    await expect(load).rejects.toMatchObject({
      code: 'nothing_stale',
      message: expect.stringContaining('"owl"'),
    });
  });

  it('sets life and tags of its result, or that it is not kept', async () => {
    const { cache, clock } = await open<number>({ ttl: '1h' });
    const load = (key: string): Promise<number> =>
      cache.getOrLoad(key, ({ setTtl, setTags, skip }) => {
        if (key === 'robin') skip();
        setTtl('1m');
        setTags(['day']);
        return 1;
      });
    await Promise.all(['owl', 'wren', 'robin'].map(load));
    expect([...cache.keys()]).toEqual(['owl', 'wren']);
    clock.advance('2m');
    expect([...cache.keys()]).toEqual([]);
    await load('owl');
    await cache.invalidateTags('day');
    expect([...cache.keys()]).toEqual([]);
  });

  it('says that there is nothing for another time', async () => {
    const { cache, clock } = await open<number | null>({ ttl: '1h', negativeTtl: '1m' });
    await cache.getOrLoad('owl', () => null);
    await cache.getOrLoad('wren', () => 1);
    expect(await cache.getOrLoad('owl', () => 2)).toBeNull();
    clock.advance('2m');
    expect([await cache.getOrLoad('owl', () => 2), await cache.getOrLoad('wren', () => 2)]).toEqual([2, 1]);
  });

  it('is not asked again for a while where its error is to be remembered', async () => {
    const { cache, clock } = await open<number>({ errorTtl: '10s' });
    let loads = 0;
    const fail = (): never => {
      loads++;
      throw new Error(`${loads}`);
    };
    for (let call = 0; call < 5; call++) await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('1');
    await cache.delete('owl');
    await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('2');
    clock.advance('11s');
    await expect(cache.getOrLoad('owl', fail)).rejects.toThrow('3');
    await expect(cache.getOrLoad('wren', () => 1)).resolves.toBe(1);
  });
});

describe('a slow loader', () => {
  it('lets a caller have the stale value after the soft timeout, and its result is kept', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h', softTimeout: '1s' });
    await cache.set('owl', 1);
    clock.advance('2m');
    const gate = held<number>();
    const answer = cache.getOrLoad('owl', () => gate.promise);
    await clock.advanceAsync('2s');
    expect(await answer).toBe(1);
    gate.resolve(2);
    await settle();
    expect(await cache.get('owl')).toBe(2);
  });

  it('is waited for beyond the soft timeout where there is nothing else', async () => {
    const { cache, clock } = await open<number>({ ttl: '1m', grace: '1h', softTimeout: '1s' });
    const gate = held<number>();
    const answer = cache.getOrLoad('owl', () => gate.promise);
    await clock.advanceAsync('2s');
    gate.resolve(2);
    expect(await answer).toBe(2);
  });

  it('lets every caller go at the hard timeout, and the next one begins anew', async () => {
    const { cache, clock } = await open<number>({ hardTimeout: '5s' });
    const gate = held<number>();
    const answers = [1, 2, 3].map(() => cache.getOrLoad('owl', () => gate.promise));
    const outcomes = Promise.allSettled(answers);
    await clock.advanceAsync('5s');
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'load_timeout' } });
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
    gate.resolve(1);
    await settle();
    expect(await cache.get('owl')).toBe(2);
    expect(cache.metrics().load_timeouts).toBe(1);
  });

  it('is waited for no longer than 30 seconds, even where it waits for itself', async () => {
    const { cache, clock } = await open<number>();
    const load = async (): Promise<number> => {
      await settle();
      return cache.getOrLoad('owl', load);
    };
    const answer = cache.getOrLoad('owl', load).catch((error: unknown) => error);
    await settle();
    await clock.advanceAsync('30s');
    expect(await answer).toMatchObject({
      code: 'load_timeout',
      message: expect.stringContaining('asks for its own key'),
    });
  });

  it('has its late result kept where nobody has changed the key', async () => {
    const { cache, clock } = await open<number>({ hardTimeout: '5s' });
    const gates = [held<number>(), held<number>()];
    for (const gate of gates) {
      const answer = cache.getOrLoad('owl', () => gate.promise).catch(() => 'late');
      await clock.advanceAsync('5s');
      expect(await answer).toBe('late');
      if (gate === gates[1]) await cache.delete('owl');
      gate.resolve(1);
      await settle();
      expect(cache.peek('owl')).toBe(gate === gates[0] ? 1 : undefined);
      await cache.delete('owl');
    }
  });
});

describe('a caller with a signal', () => {
  it('is let go with its reason, while others wait on', async () => {
    const { cache } = await open<number>();
    const gate = held<number>();
    const controller = new AbortController();
    const leaving = cache.getOrLoad('owl', () => gate.promise, { signal: controller.signal });
    const staying = cache.getOrLoad('owl', () => gate.promise);
    controller.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    gate.resolve(1);
    expect(await staying).toBe(1);
  });

  it('aborts the loader when it was the last, and the next caller begins anew', async () => {
    const { cache } = await open<number>();
    const [first, second] = [new AbortController(), new AbortController()];
    let seen: AbortSignal | undefined;
    const load = ({ signal }: { signal: AbortSignal }): Promise<number> => {
      seen = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const answers = [first, second].map(({ signal }) => cache.getOrLoad('owl', load, { signal }));
    const outcomes = Promise.allSettled(answers);
    await settle();
    first.abort(new Error('gone'));
    await settle();
    expect(seen?.aborted).toBe(false);
    second.abort(new Error('gone, too'));
    expect(seen?.aborted).toBe(true);
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  });

  it('that is aborted already gets its reason at once', async () => {
    const { cache } = await open<number>();
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(cache.getOrLoad('owl', () => 1, { signal })).rejects.toThrow('gone');
    expect(cache.metrics().loads).toBe(0);
  });
});

describe('refresh ahead', () => {
  it('loads a value anew when a share of its life is left, and answers the old one meanwhile', async () => {
    const { cache, clock } = await open<number>({ ttl: 1000, refreshAhead: true });
    const { load, loads } = counting();
    await cache.getOrLoad('owl', load);
    clock.advance(790);
    expect([await cache.getOrLoad('owl', load), loads.count]).toEqual([1, 1]);
    clock.advance(20);
    expect(await cache.getOrLoad('owl', load)).toBe(1);
    await settle();
    expect(await cache.getOrLoad('owl', load)).toBe(2);
    clock.advance(700);
    expect(await cache.getOrLoad('owl', load)).toBe(2);
    expect(cache.metrics()).toMatchObject({ misses: 1, refreshes: 1 });
  });

  it.each([
    [9, 750, 1],
    [11, 750, 2],
    [11, 550, 1],
    [101, 550, 2],
  ])('begins earlier for hot keys: %d reads, at %d of 1,000 ms', async (reads, atMs, expected) => {
    const { cache, clock } = await open<number>({ ttl: 1000, refreshAhead: true });
    const { load, loads } = counting();
    await cache.getOrLoad('owl', load);
    for (let read = 0; read < reads; read++) await cache.get('owl');
    clock.advance(atMs);
    await cache.getOrLoad('owl', load);
    await settle();
    expect(loads.count).toBe(expected);
  });

  it('loses against a change that comes during it', async () => {
    const { cache, clock } = await open<number>({ ttl: 1000, refreshAhead: 0.5 });
    await cache.set('owl', 1);
    clock.advance(600);
    const gate = held<number>();
    await cache.getOrLoad('owl', () => gate.promise);
    await cache.set('owl', 2);
    gate.resolve(3);
    await settle();
    expect(await cache.get('owl')).toBe(2);
  });

  it('keeps the old value where it fails, and leaves the source in peace for a while', async () => {
    const { cache, clock } = await open<number>({ ttl: '1h', refreshAhead: 0.9 });
    await cache.set('owl', 1);
    clock.advance('10m');
    let loads = 0;
    const fail = (): never => {
      loads++;
      throw new Error('no network');
    };
    for (let call = 0; call < 50; call++) {
      expect(await cache.getOrLoad('owl', fail)).toBe(1);
      await settle();
    }
    expect(loads).toBe(1);
  });

  it('can be asked for by a single call', async () => {
    const { cache, clock } = await open<number>({ ttl: 1000 });
    const { load, loads } = counting();
    await cache.getOrLoad('owl', load);
    clock.advance(900);
    await cache.getOrLoad('owl', load);
    expect(loads.count).toBe(1);
    await cache.getOrLoad('owl', load, { refreshAhead: true });
    await settle();
    expect(loads.count).toBe(2);
  });
});

describe('early expiration', () => {
  it('loads anew by chance, the earlier the longer a load takes', async () => {
    const firstMs: number[] = [];
    for (const loadMs of [1, 100]) {
      const { cache, clock } = await open<number>({
        ttl: 10_000,
        earlyExpiration: true,
        random: seededRandom(3),
      });
      const load = async (): Promise<number> => {
        clock.advance(loadMs);
        return clock.now();
      };
      await cache.getOrLoad('owl', load);
      const startedAt = clock.now();
      while (cache.metrics().refreshes === 0 && clock.now() - startedAt < 10_000) {
        clock.advance(1);
        await cache.getOrLoad('owl', load);
        await settle();
      }
      firstMs.push(clock.now() - startedAt);
    }
    const [quick = 0, slow = 0] = firstMs;
    expect(slow).toBeLessThan(quick);
    expect(quick).toBeLessThanOrEqual(10_000);
  });

  it('by the simple formula goes by the life alone', async () => {
    const options: CacheOptions<number> = { ttl: 1000, earlyExpiration: { formula: 'simple' } };
    const clock = new FakeClock();
    const cache = await createCache<number>({ ...options, clock, random: { next: () => 0.5 } });
    const { load, loads } = counting();
    await cache.getOrLoad('owl', load);
    clock.advance(925);
    await cache.getOrLoad('owl', load);
    expect(loads.count).toBe(1);
    clock.advance(10);
    await cache.getOrLoad('owl', load);
    await settle();
    expect(loads.count).toBe(2);
    await cache.close();
  });
});

describe('wrong options', () => {
  it.each([
    [{ ttl: '5m', grace: '1m' }, 'grace must be at least the ttl'],
    [{ softTimeout: '5s', hardTimeout: '1s' }, 'softTimeout must be at most the hardTimeout'],
    [{ ttl: -1 }, 'ttl must be'],
    [{ tti: 0 }, 'tti must be'],
    [{ ttlJitter: 1 }, 'ttlJitter must be'],
    [{ refreshAhead: 2 }, 'refreshAhead must be'],
    [{ earlyExpiration: { beta: -1 } }, 'earlyExpiration.beta must be'],
    [{ maxLoads: 0 }, 'maxLoads must be'],
    [{ shouldServe: 1 }, 'shouldServe must be'],
  ])('are told: %p', async (options, message) => {
    // Wrong on purpose.
    const opening = createCache(options as unknown as CacheOptions);
    await expect(opening).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
  });

  it('of a call are its rejection', async () => {
    const { cache } = await open<number>();
    await expect(cache.getOrLoad('owl', () => 1, { grace: '1m', ttl: '5m' })).rejects.toThrow('grace');
    await expect(cache.getOrLoad('owl', () => 1, { softTimeout: '1h' })).rejects.toThrow('softTimeout');
    const signal = {} as AbortSignal;
    await expect(cache.getOrLoad('owl', () => 1, { signal })).rejects.toThrow(
      'signal must be an AbortSignal',
    );
    await cache.set('owl', 1);
    await expect(cache.getOrLoad('owl', () => 1, { refreshAhead: 7 })).rejects.toThrow('refreshAhead');
  });
});

describe('too many loads', () => {
  it('wait, and beyond that are refused', async () => {
    const { cache } = await open<number>({ maxLoads: 2, maxQueuedLoads: 1 });
    const gate = held<number>();
    const loads = ['a', 'b', 'c', 'd'].map((key) => cache.getOrLoad(key, () => gate.promise));
    const outcomes = Promise.allSettled(loads);
    await settle();
    gate.resolve(1);
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    await expect(loads[3]).rejects.toMatchObject({ code: 'too_many_loads' });
    expect(cache.metrics().loads_refused).toBe(1);
  });
});

describe('expire', () => {
  it('makes a value stale, and keeps it for when its load fails', async () => {
    const { cache, stored } = await openStored<number>();
    await cache.set('owl', 1);
    expect([await cache.expire('owl'), await cache.expire('owl'), await cache.expire('wren')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([await cache.get('owl'), await cache.has('owl'), stored('owl')]).toEqual([undefined, false, 1]);
    expect(await cache.getOrLoad('owl', () => Promise.reject(new Error('no network')))).toBe(1);
  });

  it('holds where the value was evicted from memory', async () => {
    const { cache } = await openStored<number>({ maxItems: 1 });
    await cache.set('owl', 1);
    await cache.expire('owl');
    await cache.set('wren', 2);
    expect([await cache.get('owl'), await cache.has('owl'), await cache.delete('owl')]).toEqual([
      undefined,
      false,
      false,
    ]);
  });

  it('makes a value of the user’s own database be read again', async () => {
    const { cache, store, rows } = await openStored<number>({ role: 'record' });
    await cache.set('owl', 1);
    const before = rows.get('owl');
    expect(await cache.expire('owl')).toBe(true);
    expect(rows.get('owl')).toBe(before);
    expect([await cache.get('owl'), store.calls('get')]).toEqual([1, 1]);
  });

  it('wins against a load under way', async () => {
    const { cache } = await open<number>();
    const gate = held<number>();
    const loading = cache.getOrLoad('owl', () => gate.promise);
    await cache.set('owl', 1);
    await cache.expire('owl');
    gate.resolve(2);
    expect([await loading, await cache.get('owl')]).toEqual([2, undefined]);
  });
});
