import { jest } from '@jest/globals';
import { Cacheable } from 'cacheable';
import { createCache, KeyvAdapter } from 'cache-manager';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { Cache, CacheManagerOptions } from 'nuthatch/compat';
import { systemClock } from 'nuthatch/engine';
import { createManager } from '../manager/create-manager.js';
import { copyOf } from './copy.js';

function open(options: CacheManagerOptions = {}): Cache {
  return createManager(options);
}

/** A raw adapter of Keyv: keeps texts. */
function adapterOn(held: Map<string, unknown>): KeyvStoreAdapter & { namespace?: string | undefined } {
  const adapter = {
    opts: {},
    get: async (key: string) => held.get(key),
    set: async (key: string, value: unknown) => void held.set(key, value),
    delete: async (key: string) => held.delete(key),
    clear: async () => held.clear(),
    on: () => adapter,
  };
  return adapter as unknown as KeyvStoreAdapter;
}

const values: readonly [what: string, value: unknown][] = [
  ['a word', 'nut'],
  ['a word that begins with a colon', ':base64:nut'],
  ['a number', 0],
  ['false', false],
  ['null', null],
  ['a list', [1, null, { deep: ':nut' }]],
  ['bytes', Buffer.from([0, 255])],
  ['nested bytes', { image: Buffer.from('nut') }],
];

describe('a raw adapter', () => {
  it.each(values)('holds %s as a Keyv does, each reading what the other wrote', async (_what, value) => {
    const held = new Map<string, unknown>();
    const cache = open({ stores: adapterOn(held), namespace: 'shop' });
    const keyv = new Keyv({ store: adapterOn(held), namespace: 'shop' });
    await cache.set('ours', value, 60_000);
    expect(await keyv.get('ours')).toEqual(value);
    await keyv.set('theirs', value, 60_000);
    expect(await cache.get('theirs')).toEqual(value);
    expect([...held.keys()]).toEqual(['shop:ours', 'shop:theirs']);
    await cache.set('theirs', value);
    await keyv.set('ours', value);
    expect(held.get('shop:ours')).toEqual(held.get('shop:theirs'));
  });

  it('has no prefix without a namespace, and no expired values', async () => {
    const held = new Map<string, unknown>();
    const cache = open({ stores: adapterOn(held) });
    await cache.set('key', 1, -1000);
    expect([...held.keys()]).toEqual(['key']);
    expect(await cache.get('key')).toBeUndefined();
  });

  it('has the face of a Keyv', async () => {
    const adapter = adapterOn(new Map());
    const [store] = open({ stores: adapter, ttl: 5 }).stores;
    expect([store.store, store.opts.store, store.ttl]).toEqual([adapter, adapter, 5]);
    await store.set('key', 1, 0);
    expect([await store.get('key'), await store.has('key'), await store.getMany(['key', 'none'])]).toEqual([
      1,
      true,
      [1, undefined],
    ]);
    expect(await store.get('key', { raw: true })).toEqual({ value: 1 });
    expect([await store.delete('key'), await store.has('key')]).toEqual([true, false]);
  });

  it('is refused where it is none, by its place', () => {
    // A caller without types.
    const stores = [new Keyv(), 'redis://localhost'] as unknown as Keyv[];
    expect(() => open({ stores })).toThrow(/^stores\[1\] must be a Keyv, .* got a string$/);
  });
});

describe('other stores', () => {
  it.each([
    ['a Keyv', () => new Keyv()],
    [
      'a Keyv that keeps the values themselves',
      () => new Keyv({ serialize: undefined, deserialize: undefined } as object),
    ],
    ['a Cacheable', () => new Cacheable()],
    ['a Map', () => new Map<string, unknown>()],
    ['a KeyvAdapter of cache-manager', () => new KeyvAdapter(oldStore())],
    ['a store of cache-manager 5', () => oldStore()],
  ])('%s holds, expires and gives up values', async (_what, storeOf) => {
    const cache = open({ stores: storeOf() as Keyv });
    const value = { word: 'nut' };
    await cache.set('key', value, 60_000);
    value.word = 'changed';
    expect(await cache.get('key')).toEqual({ word: 'nut' });
    expect(Math.round((((await cache.ttl('key')) ?? 0) - Date.now()) / 1000)).toBe(60);
    expect(await cache.wrap('key', () => 'not loaded')).toEqual({ word: 'nut' });
    await cache.mset([{ key: 'other', value: 1 }]);
    expect(await cache.mget(['other', 'none', 'key'])).toEqual([1, undefined, { word: 'nut' }]);
    await cache.mdel(['other', 'key']);
    expect(await cache.mget(['other', 'key'])).toEqual([undefined, undefined]);
    await cache.set('key', 1);
    await cache.clear();
    expect(await cache.get('key')).toBeUndefined();
  });

  it('are seen to change by others, since nothing is put in front of them', async () => {
    const keyv = new Keyv();
    const cache = open({ stores: keyv });
    await cache.set('key', 'ours');
    await keyv.set('key', 'theirs');
    expect(await cache.get('key')).toBe('theirs');
  });

  it('have a memory in front where one is asked for, which is the first store', async () => {
    const keyv = new Keyv();
    const cache = open({ stores: keyv, memory: { ttl: 1000 } });
    await cache.set('key', 'ours', 60_000);
    await keyv.set('key', 'theirs');
    expect(await cache.get('key')).toBe('ours');
    expect((await cache.ttl('key')) ?? Infinity).toBeLessThanOrEqual(Date.now() + 1000);
    expect(cache.stores[1]).toBe(keyv);
  });

  it('read what cache-manager wrote to them, and the other way round', async () => {
    const keyv = new Keyv();
    const [cache, theirs] = [open({ stores: keyv }), createCache({ stores: [keyv] })];
    await theirs.set('theirs', { a: 1 });
    await cache.set('ours', { a: 2 });
    expect([await cache.get('theirs'), await theirs.get('ours')]).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('memory', () => {
  it('shows itself as the Keyv that it stands for', async () => {
    const cache = open();
    await cache.set('key', 1, 60_000);
    const [keyv] = cache.stores;
    expect([...keyv.store.keys()]).toEqual(['keyv:key']);
    const all: unknown[] = [];
    for await (const entry of keyv.iterator()) all.push(entry);
    expect(all).toEqual([['key', 1]]);
    expect(await cache.get('keyv:key')).toBe(1);
    expect(await keyv.get('key')).toBe(1);
    keyv.store.delete('keyv:key');
    expect([await cache.get('key'), await keyv.get('key')]).toEqual([undefined, undefined]);
    expect([keyv.stats.hits, keyv.stats.misses]).toEqual([1, 1]);
  });

  it.each([true, false])(
    'answers what it has and asks no store behind it (nonBlocking: %s)',
    async (nonBlocking) => {
      const held = new Map<string, unknown>();
      const adapter = adapterOn(held);
      const cache = open({ memory: {}, stores: adapter, nonBlocking });
      await cache.set('key', 'near');
      const asked = jest.spyOn(adapter, 'get');
      const load = () => 'loaded';
      expect([await cache.get('key'), await cache.ttl('key'), await cache.wrap('key', load)]).toEqual([
        'near',
        undefined,
        'near',
      ]);
      expect(asked).not.toHaveBeenCalled();
      expect(await cache.get('none')).toBeUndefined();
      expect(asked).toHaveBeenCalledTimes(1);
    },
  );

  it('that fails is told of by an event, and the store behind it answers', async () => {
    let isBroken = false;
    const wallNow = (): number => {
      if (isBroken) throw new Error('no time');
      return Date.now();
    };
    const clock = { ...systemClock, wallNow };
    const cache = open({ memory: { clock }, stores: adapterOn(new Map()) });
    await cache.set('key', 'far', 60_000);
    isBroken = true;
    const told: unknown[] = [];
    cache.on('get', (event) => told.push(event.error));
    expect([await cache.get('key'), await cache.wrap('key', () => 'loaded')]).toEqual(['far', 'far']);
    // Once by each of them.
    expect(told.filter((error) => error !== undefined)).toEqual([new Error('no time'), new Error('no time')]);
  });

  it('holds a value for ever with 0, and by the default where the life is none', async () => {
    const cache = open({ ttl: 60_000 });
    await cache.set('ever', 1, 0);
    await cache.set('default', 1, NaN);
    expect([await cache.ttl('ever'), ((await cache.ttl('default')) ?? 0) > Date.now()]).toEqual([
      undefined,
      true,
    ]);
  });
});

describe('a copy', () => {
  it('is one all the way down, circles and maps included', () => {
    const inner = { date: new Date(5), bytes: Buffer.from('nut') };
    const value: Record<string, unknown> = {
      map: new Map([['inner', inner]]),
      set: new Set([inner]),
      list: [inner],
    };
    value['self'] = value;
    const copy = copyOf(value);
    expect(copy).toEqual(value);
    expect(copy['self']).toBe(copy);
    const [copied] = copy['list'] as (typeof inner)[];
    expect([copied === inner, copied?.date === inner.date, copied?.bytes === inner.bytes]).toEqual([
      false,
      false,
      false,
    ]);
    expect((copy['map'] as Map<string, unknown>).get('inner')).toBe(copied);
  });

  it('is one below where circles are looked for, whatever is nested in what', () => {
    const bottom = { nut: 'hazel' };
    const wrappers: readonly ((inner: unknown) => unknown)[] = [
      (inner) => ({ inner }),
      (inner) => [inner],
      (inner) => new Map([['inner', inner]]),
      (inner) => new Map([[inner, 'inner']]),
      (inner) => new Set([inner]),
      (inner) => Object.assign(Object.create(null) as object, { inner }),
    ];
    const value = [...wrappers, ...wrappers].reduce<unknown>((inner, wrap) => wrap(inner), bottom);
    const copy = copyOf(value);
    expect(copy).toEqual(value);
    bottom.nut = 'changed';
    expect(copy).not.toEqual(value);
  });

  it('of a list with holes has them, and of an object without a prototype has none', () => {
    // eslint-disable-next-line no-sparse-arrays
    const [holes, bare] = [[1, , { a: 1 }], Object.assign(Object.create(null) as object, { a: [1] })];
    expect([Object.keys(copyOf(holes)), copyOf(holes)[2] === holes[2]]).toEqual([['0', '2'], false]);
    expect([Object.getPrototypeOf(copyOf(bare)), copyOf(bare)]).toEqual([null, bare]);
  });

  it('shares what belongs to a class, and has no other prototype for a member of that name', () => {
    class Owl {}
    const owl = new Owl();
    const value: unknown = JSON.parse('{"__proto__": {"isAdmin": true}}');
    expect(copyOf({ owl }).owl).toBe(owl);
    expect((copyOf(value) as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

/** A store of cache-manager 5, which keeps lives beside values. */
function oldStore() {
  const held = new Map<string, { value: unknown; expires: number }>();
  return {
    name: 'old',
    get: async (key: string) => structuredClone(held.get(key)?.value),
    set: async (key: string, value: unknown, ttl?: number) => {
      held.set(key, { value: structuredClone(value), expires: Date.now() + (ttl ?? 0) });
    },
    mget: async (...keys: string[]) => keys.map((key) => structuredClone(held.get(key)?.value)),
    mset: async () => undefined,
    del: async (key: string) => void held.delete(key),
    mdel: async (...keys: string[]) => keys.forEach((key) => held.delete(key)),
    ttl: async (key: string) => (held.get(key)?.expires ?? 0) - Date.now(),
    keys: async () => [...held.keys()],
    reset: async () => held.clear(),
  };
}
