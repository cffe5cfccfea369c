import { isDeepStrictEqual } from 'node:util';
import { settle } from 'nuthatch/testing';
import {
  held,
  openCache as open,
  openStored,
  recordEvents,
  type StoredOptions,
} from '../../../test/support/caches.js';
import { type Cache, DeleteCommand, SetCommand } from './index.js';

/** A cache whose one entry in memory makes room for the next, so that what was written is read from the store. */
function openSmall(options: StoredOptions<unknown> = {}) {
  return openStored<unknown>({ maxItems: 1, ...options });
}

describe('a cache in memory', () => {
  it('answers undefined for a key that it has not', async () => {
    const { cache } = await open();
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('answers the value that was set last', async () => {
    const { cache } = await open();
    await cache.set('owl', 1);
    await cache.set('owl', 2);
    expect(await cache.get('owl')).toBe(2);
  });

  it('has a value at once when set was called, before it is awaited', async () => {
    const { cache } = await open();
    const setting = cache.set('owl', 1);
    expect(cache.peek('owl')).toBe(1);
    await setting;
  });

  it('forgets an entry when its time to live is over', async () => {
    const { cache, clock } = await open({ ttl: '1m' });
    await cache.set('owl', 1);
    clock.advance('59s');
    expect(await cache.get('owl')).toBe(1);
    clock.advance('1s');
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('prefers the time to live of a write to its own', async () => {
    const { cache, clock } = await open({ ttl: '1m' });
    await cache.set('owl', 1, { ttl: '1h' });
    await cache.set('wren', 1, { ttl: Infinity });
    clock.advance('59m');
    expect(await cache.get('owl')).toBe(1);
    clock.advance('1d');
    expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 1]);
  });

  it('starts a new life with every set', async () => {
    const { cache, clock } = await open({ ttl: '1m' });
    await cache.set('owl', 1);
    clock.advance('50s');
    await cache.set('owl', 2);
    clock.advance('50s');
    expect(await cache.get('owl')).toBe(2);
  });

  it('answers from delete whether there was an entry', async () => {
    const { cache } = await open();
    await cache.set('owl', undefined);
    expect([await cache.delete('owl'), await cache.delete('owl')]).toEqual([true, false]);
    expect(await cache.has('owl')).toBe(false);
  });

  it('does not count has and peek as uses', async () => {
    const { cache } = await open({ maxItems: 2, eviction: 'lru' });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    expect([await cache.has('owl'), cache.peek('owl'), await cache.has('jay'), cache.peek('jay')]).toEqual([
      true,
      1,
      false,
      undefined,
    ]);
    await cache.set('jay', 3);
    expect([...cache.keys()]).toEqual(['wren', 'jay']);
    expect(cache.metrics()).toMatchObject({ hits: 0, misses: 0 });
  });

  it('answers from getMany the keys that there are, each once', async () => {
    const { cache } = await open();
    await cache.setMany(Object.entries({ owl: 1, wren: undefined }));
    const found = await cache.getMany(['wren', 'jay', 'owl', 'wren']);
    expect(found).toEqual(new Map<string, unknown>(Object.entries({ owl: 1, wren: undefined })));
  });

  it('keeps the last value of a key that setMany was given twice', async () => {
    const { cache } = await open();
    await cache.setMany([
      ['owl', 1],
      ['owl', 2],
    ]);
    expect(await cache.get('owl')).toBe(2);
  });

  it('answers from deleteMany how many entries there were', async () => {
    const { cache } = await open();
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    expect(await cache.deleteMany(['owl', 'emu', 'jay', 'owl'])).toBe(2);
    expect([...cache.keys()]).toEqual(['wren']);
  });

  it('iterates over living entries in order of arrival', async () => {
    const { cache, clock } = await open();
    await cache.set('owl', 1);
    await cache.set('wren', 2, { ttl: '1m' });
    await cache.set('jay', 3);
    clock.advance('2m');
    expect([...cache]).toEqual([
      ['owl', 1],
      ['jay', 3],
    ]);
    expect([...cache.entries()]).toEqual([...cache]);
    expect([...cache.keys()]).toEqual(['owl', 'jay']);
  });

  it('goes on iterating while entries come and go', async () => {
    const { cache } = await open();
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    const seen: string[] = [];
    for (const [key] of cache) {
      seen.push(key);
      await cache.delete(key);
      await cache.delete('wren');
      if (key === 'owl') await cache.set('emu', 4);
    }
    expect(seen).toEqual(['owl', 'jay', 'emu']);
  });

  it('holds as many entries as it may', async () => {
    const { cache } = await open({ maxItems: 3 });
    for (let bird = 0; bird < 10; bird++) await cache.set(`bird ${bird}`, bird);
    expect(cache.size).toBe(3);
    expect(cache.metrics().evictions).toBe(7);
  });

  it('evicts what no longer fits after resize', async () => {
    const { cache } = await open({ maxItems: 3, eviction: 'lru' });
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    cache.resize({ maxItems: 1 });
    expect([...cache.keys()]).toEqual(['jay']);
    expect(cache.info()).toMatchObject({ items: 1, maxItems: 1 });
  });

  it('keeps its bounds where resize is given a wrong one', async () => {
    const { cache } = await open({ maxItems: 3 });
    expect(() => cache.resize({ maxItems: -1 })).toThrow('maxItems must be a positive whole number, got -1');
    expect(cache.info().maxItems).toBe(3);
  });

  it('keeps every entry when its strategy is swapped', async () => {
    const { cache } = await open({ maxItems: 2 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    await cache.get('owl');
    cache.swapEviction('lfu');
    await cache.set('jay', 3);
    expect([...cache.keys()]).toEqual(['owl', 'jay']);
    expect(cache.info().eviction.strategy).toBe('lfu');
  });

  it('refuses a strategy that it does not know and keeps its own', async () => {
    const { cache } = await open();
    // A name from a configuration file, which no type has checked.
    expect(() => cache.swapEviction('clock' as 'lru')).toThrow(
      expect.objectContaining({ code: 'unknown_name', message: expect.stringContaining('fifo') }),
    );
    expect(cache.info().eviction.strategy).toBe('adaptive');
  });
});

describe('a cache with a store', () => {
  it('reads a miss through from the store, with the life that is left', async () => {
    const { cache, clock } = await openSmall();
    await cache.set('owl', 1, { ttl: '10m' });
    await cache.set('wren', 2);
    clock.advance('4m');
    expect(await cache.get('owl')).toBe(1);
    expect(cache.peek('owl')).toBe(1);
    clock.advance('6m');
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('reads what is not in memory with one call of getMany', async () => {
    const { cache, store } = await openSmall();
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    const found = await cache.getMany(['owl', 'emu', 'wren', 'jay']);
    expect(found).toEqual(new Map(Object.entries({ owl: 1, wren: 2, jay: 3 })));
    expect([store.calls('get'), store.calls('getMany')]).toEqual([0, 1]);
  });

  it('finds with has what only the store has, and does not bring it to memory', async () => {
    const { cache } = await openSmall();
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    expect([await cache.has('owl'), await cache.has('emu')]).toEqual([true, false]);
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('deletes what only the store has, and says so', async () => {
    const { cache, rows } = await openSmall();
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    expect(await cache.delete('owl')).toBe(true);
    expect(await cache.deleteMany(['owl', 'wren', 'jay'])).toBe(2);
    expect(rows.size).toBe(0);
  });

  it('iterates over memory alone', async () => {
    const { cache } = await openSmall();
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    expect([...cache]).toEqual([['wren', 2]]);
  });

  it('stores what setMany is given as one batch, or none of it', async () => {
    const { cache, store, applied, rows } = await openStored();
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    store.failNext('apply');
    await expect(cache.setMany(Object.entries({ owl: 3, jay: 3 }))).rejects.toMatchObject({
      code: 'store_failed',
    });
    expect(applied.map((batch) => batch.length)).toEqual([2]);
    expect([...rows.keys()]).toEqual(['owl', 'wren']);
    expect([await cache.get('owl'), await cache.get('jay')]).toEqual([1, undefined]);
  });

  it('finds the rows of an earlier cache of the same name', async () => {
    const { cache, rows } = await openStored();
    await cache.set('owl', { wings: 2 });
    await cache.close();
    const next = await openStored();
    for (const [key, row] of rows) next.rows.set(key, row);
    expect(await next.cache.get('owl')).toEqual({ wings: 2 });
  });

  it('does not bring an old row back that it read beside a set', async () => {
    const { cache, store } = await openSmall();
    await cache.setMany(Object.entries({ owl: 'old', wren: 2 }));
    const release = store.hold('get');
    const reading = cache.get('owl');
    await settle();
    await cache.set('owl', 'new');
    await cache.set('wren', 3);
    release();
    await reading;
    expect(await cache.get('owl')).toBe('new');
  });

  it('does not bring an old row back that getMany read beside a delete', async () => {
    const { cache, store } = await openSmall();
    await cache.setMany(Object.entries({ owl: 'old', wren: 2 }));
    const release = store.hold('getMany');
    const reading = cache.getMany(['owl']);
    await settle();
    await cache.delete('owl');
    release();
    await reading;
    expect(await cache.get('owl')).toBeUndefined();
  });
});

describe('every verb', () => {
  const verbs: Record<string, (cache: Cache, key: string) => Promise<unknown>> = {
    get: (cache, key) => cache.get(key),
    getMany: (cache, key) => cache.getMany(['owl', key]),
    getOrLoad: (cache, key) => cache.getOrLoad(key, () => 1),
    set: (cache, key) => cache.set(key, 1),
    setMany: (cache, key) =>
      cache.setMany([
        ['jay', 1],
        [key, 1],
      ]),
    delete: (cache, key) => cache.delete(key),
    deleteMany: (cache, key) => cache.deleteMany(['owl', key]),
    has: (cache, key) => cache.has(key),
    'run of a SetCommand': (cache, key) => cache.run(new SetCommand(key, 1)),
    'run of a DeleteCommand': (cache, key) => cache.run(new DeleteCommand(key)),
  };
  const wrong: readonly [key: unknown, shown: string][] = [
    ['', '""'],
    [42, '42'],
    [undefined, 'undefined'],
  ];

  it.each(Object.keys(verbs))('refuses a bad key and changes nothing: %s', async (verb) => {
    for (const { cache } of [await open(), await openStored()]) {
      await cache.set('owl', 1);
      for (const [key, shown] of wrong)
        // What callers without types pass.
        await expect(verbs[verb]?.(cache, key as string)).rejects.toMatchObject({
          name: 'CacheError',
          code: 'bad_key',
          message: `key must be a non-empty string, got ${shown}`,
        });
      expect([...cache]).toEqual([['owl', 1]]);
    }
  });

  it.each(Object.keys(verbs))('is refused once the cache is closed: %s', async (verb) => {
    for (const { cache } of [await open(), await openStored()]) {
      await cache.set('owl', 1);
      await cache.close();
      await expect(verbs[verb]?.(cache, 'owl')).rejects.toMatchObject({ code: 'closed' });
      expect(cache.size).toBe(0);
    }
  });

  const others: Record<string, (cache: Cache) => Promise<unknown>> = {
    clear: (cache) => cache.clear(),
    invalidateTags: (cache) => cache.invalidateTags('night'),
    undo: (cache) => cache.undo(),
    redo: (cache) => cache.redo(),
    snapshot: (cache) => cache.snapshot(),
    swapWritePolicy: (cache) => cache.swapWritePolicy('writeBack'),
  };

  it.each(Object.keys(others))('is refused once the cache is closed: %s', async (verb) => {
    const { cache } = await openStored();
    await cache.close();
    await expect(others[verb]?.(cache)).rejects.toMatchObject({ code: 'closed' });
  });

  it('answers the same report when it is closed again', async () => {
    const { cache } = await openStored();
    expect(await cache.close()).toEqual({ flushed: 0, left: 0 });
    expect(await cache.close()).toEqual({ flushed: 0, left: 0 });
  });

  it('refuses a wrong time to live and leaves what was there', async () => {
    const { cache } = await openStored();
    await cache.set('owl', 1);
    for (const ttl of [0, -1, NaN, '10', 'soon'])
      await expect(cache.set('owl', 2, { ttl })).rejects.toThrow(/^ttl must be a positive number/);
    expect(await cache.get('owl')).toBe(1);
  });
});

describe('values', () => {
  const cyclic: Record<string, unknown> = { bird: 'owl' };
  cyclic['self'] = cyclic;
  const values: readonly [name: string, value: unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['NaN', NaN],
    ['-0', -0],
    ['an empty text', ''],
    ['false', false],
    ['a bigint', 2n ** 70n],
    ['a date', new Date(0)],
    ['a map', new Map([['owl', new Set([1])]])],
    ['a set', new Set([{ wings: 2 }])],
    ['a buffer', Buffer.from([0, 128, 255])],
    ['an error', new RangeError('no owl')],
    ['a cycle', cyclic],
  ];

  it.each(values)('come back from memory as they are: %s', async (_name, value) => {
    const { cache } = await open();
    await cache.set('owl', value);
    expect(await cache.get('owl')).toBe(value);
    expect(await cache.has('owl')).toBe(true);
  });

  it.each(values)('come back equal from the store after eviction: %s', async (_name, value) => {
    const { cache } = await openSmall();
    await cache.set('owl', value);
    await cache.set('wren', 1);
    expect(cache.peek('owl')).toBeUndefined();
    const back = await cache.get('owl');
    expect(isDeepStrictEqual(back, value)).toBe(true);
    expect(Object.prototype.toString.call(back)).toBe(Object.prototype.toString.call(value));
  });

  it.each(values)('are loaded once in six calls, through eviction: %s', async (_name, value) => {
    const { cache } = await openSmall();
    let loads = 0;
    for (let call = 0; call < 6; call++) {
      await cache.getOrLoad('owl', () => {
        loads++;
        return value;
      });
      await settle();
      await cache.set('wren', call);
    }
    expect(loads).toBe(1);
  });

  it.each([
    ['a function', () => 1, 'writeThrough' as const],
    ['a symbol', Symbol('owl'), 'writeBack' as const],
    ['an instance', new (class Nest {})(), 'writeAround' as const],
  ])('that cannot be stored are refused and leave what was stored: %s', async (_name, value, writePolicy) => {
    const { cache, stored } = await openStored<unknown>({ writePolicy });
    await cache.set('owl', 'kept');
    await expect(cache.set('owl', value)).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringMatching(/^the value of "owl" cannot be stored by the rich codec: .+/),
    });
    await expect(cache.setMany([['jay', 1], ['owl', value]])).rejects.toMatchObject({ code: 'bad_value' }); // prettier-ignore
    expect([await cache.get('owl'), await cache.get('jay')]).toEqual(['kept', undefined]);
    await cache.flush();
    expect(stored('owl')).toBe('kept');
  });
});

describe('isolation', () => {
  it('shares values with its callers unless told otherwise', async () => {
    const { cache } = await open();
    const owl = { wings: 2 };
    await cache.set('owl', owl);
    expect(await cache.get('owl')).toBe(owl);
  });

  it('makes changing a frozen value throw, deeply', async () => {
    const { cache } = await open<{ eyes: { left: string } }>({ isolate: 'freeze' });
    await cache.set('owl', { eyes: { left: 'open' } });
    const owl = await cache.get('owl');
    expect(() => Object.assign(owl?.eyes ?? {}, { left: 'shut' })).toThrow(TypeError);
    expect(cache.peek('owl')).toEqual({ eyes: { left: 'open' } });
  });

  const readers: Record<string, (cache: Cache<{ wings: number }>) => Promise<{ wings: number } | undefined>> =
    {
      get: (cache) => cache.get('owl'),
      peek: async (cache) => cache.peek('owl'),
      getMany: async (cache) => (await cache.getMany(['owl'])).get('owl'),
      getOrLoad: (cache) => cache.getOrLoad('owl', () => ({ wings: 0 })),
      entries: async (cache) => [...cache][0]?.[1],
    };

  it.each(Object.keys(readers))('gives every caller of %s a copy of its own', async (reader) => {
    const { cache } = await open<{ wings: number }>({ isolate: 'clone' });
    await cache.set('owl', { wings: 2 });
    Object.assign((await readers[reader]?.(cache)) ?? {}, { wings: 3 });
    expect(await readers[reader]?.(cache)).toEqual({ wings: 2 });
  });

  it('keeps a cloned value as it was when it was set', async () => {
    const { cache } = await open<{ wings: number }>({ isolate: 'clone' });
    const owl = { wings: 2 };
    await cache.set('owl', owl);
    owl.wings = 3;
    expect(await cache.get('owl')).toEqual({ wings: 2 });
  });

  it('keeps a cloned value as it was when set was called, however slow the store is', async () => {
    const { cache, store, stored } = await openStored<{ wings: number }>({ isolate: 'clone' });
    const release = store.hold('apply');
    const owl = { wings: 2 };
    const setting = cache.set('owl', owl);
    owl.wings = 3;
    release();
    await setting;
    expect([cache.peek('owl'), stored('owl')]).toEqual([{ wings: 2 }, { wings: 2 }]);
  });

  it('gives callers that share a load copies of their own', async () => {
    const { cache } = await open<{ wings: number }>({ isolate: 'clone' });
    const load = held<{ wings: number }>();
    const callers = [1, 2].map(() => cache.getOrLoad('owl', () => load.promise));
    load.resolve({ wings: 2 });
    const [first, second] = await Promise.all(callers);
    Object.assign(first ?? {}, { wings: 3 });
    expect([second, cache.peek('owl')]).toEqual([{ wings: 2 }, { wings: 2 }]);
  });

  it('refuses a value that cannot be cloned and keeps the one before, in memory and store', async () => {
    const codec = { name: 'lax', encode: () => 'anything', decode: (): unknown => 'old' };
    const { cache, applied } = await openStored<unknown>({ isolate: 'clone', codec });
    await cache.set('owl', 'old');
    await expect(cache.set('owl', { hoot: () => 'hoo' })).rejects.toMatchObject({ code: 'bad_value' });
    expect([cache.peek('owl'), applied.length]).toEqual(['old', 1]);
  });
});

describe('memory that cannot keep a value', () => {
  const weigh = (value: unknown): number => {
    if (value === 'bad') throw new Error('cannot weigh that');
    return 1;
  };

  it('does not go on with the old one where the store has taken the new one', async () => {
    const { cache } = await openStored<string>({ weigh });
    const events = recordEvents(cache);
    await cache.set('owl', 'good');
    await cache.set('owl', 'bad');
    expect(cache.peek('owl')).toBeUndefined();
    expect(await cache.get('owl')).toBe('bad');
    expect(events).toContainEqual(expect.objectContaining({ type: 'hook_failed', hook: 'memory' }));
  });

  it('does not fail a load, nor a read of the store', async () => {
    const { cache } = await openStored<string>({ weigh });
    expect(await cache.getOrLoad('owl', () => 'bad')).toBe('bad');
    expect(await cache.get('owl')).toBe('bad');
  });

  it('tells the caller where there is no store, and forgets the key', async () => {
    const { cache } = await open<string>({ weigh });
    await cache.set('owl', 'good');
    await expect(cache.set('owl', 'bad')).rejects.toThrow('cannot weigh that');
    expect(await cache.get('owl')).toBeUndefined();
  });
});

describe('a batch of reads', () => {
  it('answers the others where one row cannot be read, and reports that one', async () => {
    const { cache, rows } = await openStored<string>({ maxItems: 1 });
    await cache.setMany([['owl', 'o'], ['emu', 'e'], ['jay', 'j']]); // prettier-ignore
    const row = rows.get('owl');
    if (row !== undefined) rows.set('owl', { ...row, value: 'garbage' });
    const events = recordEvents(cache);
    expect([...(await cache.getMany(['owl', 'emu', 'jay']))].sort()).toEqual([['emu', 'e'], ['jay', 'j']]); // prettier-ignore
    expect(events).toContainEqual(expect.objectContaining({ type: 'store_failed' }));
  });
});

describe("isolate: 'freeze'", () => {
  it('reaches inside what somebody else has frozen on the outside', async () => {
    const { cache } = await open<{ readonly inner: { name: string } }>({ isolate: 'freeze' });
    await cache.set('owl', Object.freeze({ inner: { name: 'owl' } }));
    const found = await cache.get('owl');
    expect(Object.isFrozen(found?.inner)).toBe(true);
  });
});

describe('the options of a call', () => {
  it.each([
    ['tags', { tags: 'night' }, 'tags must be an array of non-empty strings, got "night"'],
    ['one tag', { tags: ['night', 5] }, 'tags[1] must be a non-empty string, got 5'],
    ['a number', 5000, "options must be an object such as { ttl: '5m' }, got 5000"],
  ])('are refused by name, and nothing is written: %s', async (_, options, message) => {
    for (const { cache } of [await open(), await openStored()]) {
      const refusal = { code: 'bad_option', message };
      await expect(cache.set('owl', 1, options as never)).rejects.toMatchObject(refusal);
      await expect(cache.getOrLoad('emu', () => 1, options as never)).rejects.toMatchObject(refusal);
      expect(await cache.getMany(['owl', 'emu'])).toEqual(new Map());
    }
  });

  it('of an invalidation are tags, one by one', async () => {
    const { cache } = await openStored();
    await expect(cache.invalidateTags(['night'] as never)).rejects.toMatchObject({ code: 'bad_option' });
    expect(cache.health().status).toBe('up');
  });
});
