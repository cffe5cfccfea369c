import { settle } from 'nuthatch/testing';
import { held, openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { type Cache, DeleteCommand, SetCommand, type Snapshot } from '../index.js';

/** A loader that waits, and counts how often it was asked. */
function slowLoader<V>() {
  const gate = held<V>();
  const loads = { count: 0 };
  const load = (): Promise<V> => {
    loads.count++;
    return gate.promise;
  };
  return { load, loads, ...gate };
}

function callers<V>(cache: Cache<V>, load: () => V | Promise<V>): Promise<V>[] {
  return Array.from({ length: 1000 }, () => cache.getOrLoad('owl', load));
}

describe('1,000 callers of one key', () => {
  it('share one load', async () => {
    const { cache } = await open<string>();
    const { load, loads, resolve } = slowLoader<string>();
    const answers = callers(cache, load);
    resolve('loaded');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['loaded']));
    expect(loads.count).toBe(1);
    expect(await cache.getOrLoad('owl', () => 'again')).toBe('loaded');
  });

  it.each([
    ['an error', new Error('no owl')],
    ['undefined', undefined],
    ['null', null],
    ['zero', 0],
    ['an empty text', ''],
  ])('share one rejection, with its very reason: %s', async (_name, reason) => {
    const { cache } = await open<string>();
    const { load, loads, reject } = slowLoader<string>();
    const answers = callers(cache, load);
    reject(reason);
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.filter((outcome) => outcome.status !== 'rejected' || outcome.reason !== reason)).toEqual(
      [],
    );
    expect(loads.count).toBe(1);
  });

  it('share one error that the loader throws at once', async () => {
    const { cache } = await open<string>();
    const error = new Error('no owl');
    let loads = 0;
    const answers = callers(cache, () => {
      loads++;
      throw error;
    });
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === error)).toBe(true);
    expect(loads).toBe(1);
  });

  it('count as 1,000 misses and one load', async () => {
    const { cache } = await open<string>();
    await Promise.all(callers(cache, () => 'loaded'));
    expect(cache.metrics()).toMatchObject({ hits: 0, misses: 1000, loads: 1, load_failures: 0 });
  });
});

describe('a load', () => {
  it('is tried again by the next call after it failed', async () => {
    const { cache } = await open<string>();
    await expect(cache.getOrLoad('owl', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.getOrLoad('owl', () => 'yes')).toBe('yes');
  });

  it('is told its key', async () => {
    const { cache } = await open<string>();
    expect(await cache.getOrLoad('owl', ({ key }) => `about ${key}`)).toBe('about owl');
  });

  it('runs beside loads of other keys', async () => {
    const { cache } = await open<string>();
    const slow = slowLoader<string>();
    const owl = cache.getOrLoad('owl', slow.load);
    expect(await cache.getOrLoad('wren', () => 'quick')).toBe('quick');
    slow.resolve('slow');
    expect(await owl).toBe('slow');
  });

  it.each([[undefined], [null], [false], [0], ['']])('keeps %p as a value like any other', async (value) => {
    const { cache } = await open<unknown>();
    await cache.getOrLoad('owl', () => value);
    expect(await cache.getOrLoad('owl', () => 'again')).toBe(value);
    expect(await cache.has('owl')).toBe(true);
  });

  it('keeps its result for the time to live of the call, else of the cache', async () => {
    const { cache, clock } = await open<string>({ ttl: '10m' });
    await cache.getOrLoad('owl', () => 'short', { ttl: '1m' });
    await cache.getOrLoad('wren', () => 'long');
    clock.advance('5m');
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 'long']);
  });

  it('gives a result that is not to be kept to its callers only', async () => {
    const { cache } = await open<string | null>();
    const unless = (value: string | null): boolean => value === null;
    expect(await cache.getOrLoad('owl', () => null, { unless })).toBeNull();
    expect(await cache.has('owl')).toBe(false);
    await cache.getOrLoad('owl', () => 'found', { unless });
    expect(await cache.get('owl')).toBe('found');
  });

  it('is not run where the store has the value', async () => {
    const { cache } = await openStored<number>({ maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    expect(await cache.getOrLoad('owl', () => 3)).toBe(1);
    expect(cache.metrics()).toMatchObject({ hits: 1, store_hits: 1, misses: 0, loads: 0 });
  });

  it('reads the store once for all callers', async () => {
    const { cache, store } = await openStored<number>();
    await Promise.all(callers(cache, () => 1));
    expect(store.calls('get')).toBe(1);
  });
});

const changes: Record<string, (cache: Cache<string>, before: Snapshot) => Promise<unknown>> = {
  delete: (cache) => cache.delete('owl'),
  deleteMany: (cache) => cache.deleteMany(['wren', 'owl']),
  clear: (cache) => cache.clear(),
  invalidateTags: (cache) => cache.invalidateTags('night'),
  set: (cache) => cache.set('owl', 'new'),
  setMany: (cache) => cache.setMany([['owl', 'new']]),
  undo: (cache) => cache.undo(),
  restore: (cache, before) => cache.restore(before),
};
/** What is there after the change; nothing where the value is to be loaded anew. */
const after: Record<string, string | undefined> = { set: 'new', setMany: 'new', undo: 'undeleted' };
const ROUNDS = 250;

describe.each([
  ['no store', undefined],
  ['writeThrough', 'writeThrough'],
  ['writeBack', 'writeBack'],
  ['writeAround', 'writeAround'],
] as const)('a change during a load, with %s', (_name, writePolicy) => {
  /** A cache without the key, whose next undo brings it back. */
  async function openChanged(): Promise<{ cache: Cache<string>; reset: () => Promise<Snapshot> }> {
    const { cache } =
      writePolicy === undefined ? await open<string>() : await openStored<string>({ writePolicy });
    const reset = async (): Promise<Snapshot> => {
      await cache.run(new SetCommand('owl', 'undeleted'));
      await cache.run(new DeleteCommand('owl'));
      return cache.snapshot();
    };
    return { cache, reset };
  }

  /** A load whose loader is running. */
  async function startLoad(cache: Cache<string>) {
    const slow = slowLoader<string>();
    const loading = cache.getOrLoad('owl', slow.load, { tags: ['night'] });
    while (slow.loads.count === 0) await undefined;
    return { loading, ...slow };
  }

  it.each(Object.keys(changes))(`leaves nothing stale in ${ROUNDS} rounds: %s`, async (name) => {
    const { cache, reset } = await openChanged();
    const stale: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await reset();
      const { loading, resolve } = await startLoad(cache);
      if (round % 2 === 0) await settle();
      const changing = changes[name]?.(cache, before);
      if (round % 3 > 0) await changing;
      resolve('stale');
      expect(await loading).toBe('stale');
      await changing;
      await settle();
      const found = await cache.get('owl');
      if (found !== after[name]) stale.push(`round ${round}: ${found}`);
    }
    expect(stale).toEqual([]);
  });

  it.each(Object.keys(changes))('lets the next caller start a load of its own: %s', async (name) => {
    const { cache, reset } = await openChanged();
    const before = await reset();
    const { loading, resolve } = await startLoad(cache);
    await changes[name]?.(cache, before);
    const next = await cache.getOrLoad('owl', () => 'fresh', { tags: ['night'] });
    resolve('stale');
    await loading;
    const expected = after[name] ?? 'fresh';
    expect([next, await cache.get('owl')]).toEqual([expected, expected]);
  });
});

describe('a load that was overtaken', () => {
  it('says so', async () => {
    const { cache } = await open<string>();
    const events = recordEvents(cache);
    const { load, resolve } = slowLoader<string>();
    const loading = cache.getOrLoad('owl', load);
    await cache.delete('owl');
    resolve('stale');
    await loading;
    expect(events).toContainEqual({ type: 'load_fenced', key: 'owl', cache: 'default' });
    expect(cache.metrics().loads_fenced).toBe(1);
  });

  it('is not stored behind a newer value that waits for the store', async () => {
    const { cache, store, stored } = await openStored<string>();
    const { load, resolve } = slowLoader<string>();
    const loading = cache.getOrLoad('owl', load);
    await settle();
    const release = store.hold('apply');
    const setting = cache.set('owl', 'new');
    resolve('stale');
    await loading;
    release();
    await setting;
    await settle();
    expect([await cache.get('owl'), stored('owl')]).toEqual(['new', 'new']);
  });

  it('is kept where only another tag was invalidated', async () => {
    const { cache } = await open<string>();
    const { load, loads, resolve } = slowLoader<string>();
    const loading = cache.getOrLoad('owl', load, { tags: ['night'] });
    await cache.invalidateTags('day');
    const joined = cache.getOrLoad('owl', load, { tags: ['night'] });
    resolve('loaded');
    expect([await loading, await joined, await cache.get('owl'), loads.count]).toEqual([
      'loaded',
      'loaded',
      'loaded',
      1,
    ]);
  });
});

describe('a store that fails on a read', () => {
  it('is a miss of a get and is reported, where it is a cache', async () => {
    const { cache, store } = await openStored<number>({ role: 'cache', maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    const events = recordEvents(cache);
    store.failAlways('get');
    store.failAlways('getMany');
    expect([await cache.get('owl'), await cache.has('owl')]).toEqual([undefined, false]);
    expect(await cache.getMany(['owl', 'wren'])).toEqual(new Map([['wren', 2]]));
    const failures = events.filter(({ type }) => type === 'store_failed');
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatchObject({ error: { code: 'store_failed' } });
    expect(cache.metrics().store_failures).toBe(3);
  });

  it('rejects a get where it is the record', async () => {
    const { cache, store } = await openStored<number>({ role: 'record', maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    const cause = new Error('no network');
    store.failAlways('get', cause);
    store.failAlways('getMany', cause);
    for (const call of [() => cache.get('owl'), () => cache.has('owl'), () => cache.getMany(['owl'])])
      await expect(call()).rejects.toMatchObject({ code: 'store_failed', cause });
  });

  it.each(['cache', 'record'] as const)('lets a load go to its loader, and is reported: %s', async (role) => {
    const { cache, store } = await openStored<number>({ role });
    const events = recordEvents(cache);
    store.failAlways('get');
    expect(await cache.getOrLoad('owl', () => 1)).toBe(1);
    expect(events.map(({ type }) => type)).toContain('store_failed');
  });

  it('does not fail the callers of a load whose result it refuses', async () => {
    const { cache, store } = await openStored<number>();
    const events = recordEvents(cache);
    store.failAlways('apply');
    expect(await cache.getOrLoad('owl', () => 1)).toBe(1);
    await settle();
    expect(events.map(({ type }) => type)).toContain('store_failed');
    expect(await cache.get('owl')).toBe(1);
  });

  it('answers unreadable rows as misses where it is a cache, and says what cannot be read', async () => {
    const { cache, rows } = await openStored<number>();
    rows.set('owl', { key: 'owl', value: 'not of this codec', expiresAt: undefined, version: 1, tags: [] });
    const events = recordEvents(cache);
    expect(await cache.get('owl')).toBeUndefined();
    expect(await cache.getOrLoad('owl', () => 2)).toBe(2);
    expect(events.find(({ type }) => type === 'store_failed')).toMatchObject({
      error: { code: 'bad_value', message: expect.stringContaining('"owl"') },
    });
  });
});
