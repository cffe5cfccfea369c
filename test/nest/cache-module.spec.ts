import { Inject, Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import {
  Cache,
  CacheError,
  type CacheFactoryOptions,
  CacheManager,
  CacheModule,
  type CacheOptionsFactory,
  defineCache,
  getCacheToken,
  getEvictionToken,
  getStoreToken,
  getWritePolicyToken,
  InjectCache,
  MapStore,
  mapStore,
  TypedCache,
} from 'nuthatch';
import { createCache, evictionStrategies, writePolicies } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { z } from 'zod';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const airports = { name: 'airports', maxItems: 3 } as const;

@Injectable()
class Board {
  constructor(
    readonly cache: Cache<string>,
    @InjectCache() readonly byDecorator: Cache<string>,
  ) {}
}

@Injectable()
class Tower {
  constructor(@InjectCache('airports') readonly cache: Cache<string>) {}
}

const Gates = defineCache({ name: 'gates', key: (gate: string) => gate, value: z.string() });

@Injectable()
class TypedTower {
  constructor(@InjectCache(Gates) readonly gates: TypedCache<typeof Gates>) {}
}

describe('CacheModule.forRoot', () => {
  it('lets any module inject the default cache by its class', async () => {
    @Module({ providers: [Board], exports: [Board] })
    class BoardModule {}
    const app = await openApp({ imports: [CacheModule.forRoot({ maxItems: 7 }), BoardModule] });
    const { cache, byDecorator } = app.get(Board);
    expect(cache).toBeInstanceOf(Cache);
    expect(cache.info()).toMatchObject({ name: 'default', maxItems: 7 });
    expect(byDecorator).toBe(cache);
  });

  it('has an alias that does the same', async () => {
    const app = await openApp({ imports: [CacheModule.register({ maxItems: 7 })], providers: [Board] });
    expect(app.get(Board).cache.info().maxItems).toBe(7);
  });

  it('keeps the default cache to its importers where isGlobal is false', async () => {
    @Module({ providers: [Board] })
    class BoardModule {}
    const imports = [CacheModule.forRoot({ isGlobal: false }), BoardModule];
    await expect(openApp({ imports })).rejects.toThrow(/resolve dependencies of the Board/);
    const app = await openApp({ imports: [CacheModule.forRoot({ isGlobal: false })], providers: [Board] });
    expect(app.get(Board).cache).toBeInstanceOf(Cache);
  });

  it('opens named caches also where isGlobal is false', async () => {
    const imports = [CacheModule.forRoot({ isGlobal: false, ttl: '5m' }), CacheModule.forFeature(airports)];
    const app = await openApp({ imports, providers: [Tower] });
    expect(app.get(Tower).cache.info().ttlMs).toBe(300_000);
  });

  it('names every wrong option in one error', async () => {
    const start = openApp({
      // @ts-expect-error a name that is in no register
      imports: [CacheModule.forRoot({ ttl: 'soon', eviction: 'oldest', writePolicy: 'writeBack' })],
    });
    await expect(start).rejects.toThrow(/eviction must be[^]*ttl must be[^]*store must be/);
  });

  it('refuses a name, and a second default cache with other options', async () => {
    // @ts-expect-error the name of the default cache is fixed
    await expect(openApp({ imports: [CacheModule.forRoot({ name: 'mine' })] })).rejects.toThrow(
      /name must be left out/,
    );
    const twice = openApp({
      imports: [CacheModule.forRoot({ ttl: '1m' }), CacheModule.forRoot({ ttl: '2m' })],
    });
    await expect(twice).rejects.toMatchObject({
      code: 'bad_declaration',
      message: expect.stringContaining(
        'two CacheModule.forRoot with different options; keep one of them',
      ) as string,
    });
  });

  it.each<[string, ModuleMetadata, string]>([
    [
      'a named cache without forRoot',
      { imports: [CacheModule.forFeature(airports)] },
      'the argument Symbol(nuthatch: import CacheModule.forRoot() in the application',
    ],
    [
      '@InjectCache without forFeature',
      { imports: [CacheModule.forRoot()], providers: [Tower] },
      'the argument Symbol(nuthatch: import CacheModule.forFeature(...) in this module, for the cache airports',
    ],
    [
      '@InjectCache of a definition without forFeature',
      { imports: [CacheModule.forRoot()], providers: [TypedTower] },
      'the argument Symbol(nuthatch: import CacheModule.forFeature(...) in this module, for the typed cache gates',
    ],
  ])('has Nest say what to do about %s', async (_case, metadata, remedy) => {
    await expect(openApp(metadata)).rejects.toThrow(remedy);
  });

  it('opens one cache where the same root is imported twice', async () => {
    const app = await openApp({
      imports: [CacheModule.forRoot({ ttl: '1m' }), CacheModule.forRoot({ ttl: '1m' })],
    });
    expect(app.get(CacheManager).get()).toBe(app.get(Cache));
    expect(new Set(app.get(Cache, { strict: false, each: true })).size).toBe(1);
  });
});

describe('CacheModule.forRootAsync', () => {
  const LIMIT = Symbol('limit');

  @Module({ providers: [{ provide: LIMIT, useValue: 9 }], exports: [LIMIT] })
  class LimitModule {}

  @Injectable()
  class LimitOptions implements CacheOptionsFactory {
    constructor(@Inject(LIMIT) private readonly maxItems: number) {}

    async createCacheOptions(): Promise<CacheFactoryOptions> {
      return { maxItems: this.maxItems };
    }
  }

  @Module({ imports: [LimitModule], providers: [LimitOptions], exports: [LimitOptions] })
  class LimitOptionsModule {}

  it.each([
    [
      'useFactory',
      { imports: [LimitModule], inject: [LIMIT], useFactory: (maxItems: number) => ({ maxItems }) },
    ],
    ['useClass', { imports: [LimitModule], useClass: LimitOptions }],
    ['useExisting', { imports: [LimitOptionsModule], useExisting: LimitOptions }],
  ])('takes options from %s', async (_, options) => {
    const app = await openApp({ imports: [CacheModule.forRootAsync(options)], providers: [Board] });
    expect(app.get(Board).cache.info().maxItems).toBe(9);
  });

  it('takes parts from the factory, and those beside it first', async () => {
    const options: CacheFactoryOptions = { eviction: 'fifo', store: 'map', writePolicy: 'writeAround' };
    const app = await openApp({
      imports: [CacheModule.registerAsync({ useFactory: () => options, writePolicy: 'writeBack' })],
    });
    expect(app.get(Cache).info()).toMatchObject({ eviction: { strategy: 'fifo' }, writePolicy: 'writeBack' });
  });

  it('says where a provider belongs that the factory answers', async () => {
    // A JavaScript user's mistake; the types refuse it.
    const options = { eviction: { useClass: LimitOptions } } as unknown as CacheFactoryOptions;
    const start = openApp({ imports: [CacheModule.forRootAsync({ useFactory: () => options })] });
    await expect(start).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringMatching(/^eviction .* beside useFactory/),
    });
  });
});

describe('CacheModule.forFeature', () => {
  it('inherits what it leaves out from the root, but for its bounds', async () => {
    const clock = new FakeClock();
    const root = CacheModule.forRoot({
      maxItems: 99,
      ttl: '5m',
      eviction: 'lfu',
      store: 'map',
      writePolicy: 'writeAround',
      codec: 'json',
      isolate: 'clone',
      clock,
    });
    const app = await openApp({
      imports: [
        root,
        CacheModule.forFeature(
          { name: 'airports', ttl: undefined },
          { name: 'own', ttl: '1m', eviction: 'fifo' },
        ),
      ],
    });
    const caches = app.get(CacheManager);
    expect(caches.get('airports').info()).toMatchObject({
      name: 'airports',
      maxItems: 1000,
      ttlMs: 300_000,
      eviction: { strategy: 'lfu' },
      writePolicy: 'writeAround',
      store: { name: 'map' },
      codec: 'json',
      isolate: 'clone',
    });
    expect(caches.get('own').info()).toMatchObject({
      ttlMs: 60_000,
      eviction: { strategy: 'fifo' },
      store: { name: 'map' },
    });
  });

  it('keeps the rows of caches apart that share a store', async () => {
    const store = mapStore();
    const app = await openApp({
      imports: [CacheModule.forRoot({ store }), CacheModule.forFeature(airports)],
    });
    const caches = app.get(CacheManager);
    await caches.get('airports').set('GVA', 'Geneva');
    expect(await caches.get().get('GVA')).toBeUndefined();
    expect(await caches.get('airports').get('GVA')).toBe('Geneva');
  });

  it('needs no store where the root has one', async () => {
    const root = CacheModule.forRoot({ store: 'map', writePolicy: 'writeBack' });
    const app = await openApp({ imports: [root, CacheModule.forFeature({ name: 'small', store: false })] });
    expect(app.get(CacheManager).get('small').info()).toMatchObject({
      store: undefined,
      writePolicy: undefined,
    });
  });

  it('does not share a single store, which belongs to one cache', async () => {
    const imports = [CacheModule.forRoot({ store: new MapStore() }), CacheModule.forFeature(airports)];
    await expect(openApp({ imports })).rejects.toThrow(
      /cache "airports": the store of forRoot is a single store/,
    );
  });

  it.each([
    ['the same', airports],
    ['an equal', { ...airports }],
  ])('shares one cache between modules that give %s definition', async (_, second) => {
    @Module({ imports: [CacheModule.forFeature(airports)], providers: [Tower], exports: [Tower] })
    class One {}
    @Module({
      imports: [CacheModule.forFeature(second)],
      providers: [{ provide: 'other', useClass: Tower }],
      exports: ['other'],
    })
    class Two {}
    const app = await openApp({ imports: [CacheModule.forRoot(), One, Two] });
    const other = app.get<Tower>('other');
    expect(app.get(Tower)).not.toBe(other);
    expect(app.get(Tower).cache).toBe(other.cache);
    expect(app.get(CacheManager).get('airports')).toBe(other.cache);
  });

  it('refuses one name for two different definitions', async () => {
    const two = [CacheModule.forFeature(airports), CacheModule.forFeature({ ...airports, maxItems: 4 })];
    for (const imports of [two, [CacheModule.forFeature(airports, { ...airports, ttl: '1m' })]]) {
      const start = openApp({ imports: [CacheModule.forRoot(), ...imports] });
      await expect(start).rejects.toMatchObject({
        code: 'bad_declaration',
        message: expect.stringContaining('"airports"'),
      });
    }
  });

  it('refuses two stores under one name, however alike they look', async () => {
    const declare = () => CacheModule.forFeature({ name: 'airports', store: new MapStore() });
    await expect(openApp({ imports: [CacheModule.forRoot(), declare(), declare()] })).rejects.toThrow(
      CacheError,
    );
  });

  it('says which cache an option is wrong for', async () => {
    const imports = [CacheModule.forRoot(), CacheModule.forFeature({ name: 'airports', maxItems: 0 })];
    await expect(openApp({ imports })).rejects.toThrow(/^cache "airports": maxItems must be/);
  });

  it('leaves the default cache to the root', () => {
    expect(() => CacheModule.forFeature({ name: 'default' })).toThrow(/declared by CacheModule.forRoot/);
  });

  it.each<[string, readonly unknown[], string]>([
    ['nothing', [], 'undefined'],
    ['a name alone', ['airports'], 'a string'],
    ['a list', [[airports]], 'an array'],
    ['a definition without a name', [airports, { ttl: '5m' }], 'one without a name'],
  ])('refuses %s in place of definitions, and shows one', (_case, given, found) => {
    const declare = () => Reflect.apply(CacheModule.forFeature, CacheModule, given) as unknown;
    expect(declare).toThrow(
      new CacheError(
        'bad_declaration',
        `CacheModule.forFeature: give it definitions such as { name: 'users', ttl: '5m' }, got ${found}`,
      ),
    );
  });

  it('does not mix two applications of one process', async () => {
    const modules = [CacheModule.forRoot(), CacheModule.forFeature(airports)];
    const one = (await openApp({ imports: modules })).get(CacheManager);
    const two = (await openApp({ imports: modules })).get(CacheManager);
    for (const name of ['default', 'airports']) {
      await one.get(name).set('GVA', 'Geneva');
      expect(await two.get(name).get('GVA')).toBeUndefined();
    }
  });
});

describe('the tokens of a cache', () => {
  it('stand for the factories that it uses', async () => {
    const store = mapStore();
    const app = await openApp({
      imports: [
        CacheModule.forRoot({ eviction: 'fifo', store }),
        CacheModule.forFeature({ ...airports, writePolicy: 'writeBack' }),
      ],
    });
    expect(app.get(getEvictionToken())).toBe(evictionStrategies.fifo);
    expect(app.get(getEvictionToken('airports'))).toBe(evictionStrategies.fifo);
    expect(app.get(getWritePolicyToken())).toBe(writePolicies.writeThrough);
    expect(app.get(getWritePolicyToken('airports'))).toBe(writePolicies.writeBack);
    expect(app.get(getStoreToken())).toBe(store);
    expect(app.get(getStoreToken('airports'))).toBe(store);
  });

  it('stand for the defaults of the engine where nothing was chosen', async () => {
    const [bare, stored] = [await createCache(), await createCache({ store: 'map' })];
    const [app, withStore] = [
      await openApp({ imports: [CacheModule.forRoot()] }),
      await openApp({ imports: [CacheModule.forRoot({ store: 'map' })] }),
    ];
    expect(app.get(Cache).info()).toEqual(bare.info());
    expect(withStore.get(Cache).info()).toEqual(stored.info());
    expect(app.get(getWritePolicyToken())).toBeUndefined();
    expect(app.get(getStoreToken())).toBeUndefined();
    expect(withStore.get(getWritePolicyToken())).toBe(writePolicies.writeThrough);
    await Promise.all([bare.close(), stored.close()]);
  });

  it('change the cache when a test overrides them', async () => {
    const imports = [
      CacheModule.forRoot({ eviction: 'lfu' }),
      CacheModule.forFeature(airports),
      CacheModule.forFeature({ ...airports }),
    ];
    const app = await openApp({ imports }, (builder) =>
      builder
        .overrideProvider(getEvictionToken())
        .useValue(evictionStrategies.fifo)
        .overrideProvider(getStoreToken('airports'))
        .useValue(new MapStore())
        .overrideProvider(getWritePolicyToken('airports'))
        .useValue(writePolicies.writeAround),
    );
    const caches = app.get(CacheManager);
    expect(caches.get().info().eviction.strategy).toBe('fifo');
    expect(caches.get('airports').info()).toMatchObject({
      eviction: { strategy: 'fifo' },
      store: { name: 'MapStore' },
      writePolicy: 'writeAround',
    });
  });

  it('reach every alias when a test overrides a cache', async () => {
    const [fake, fakeAirports] = [{ get: async () => 'fake' }, { get: async () => 'fake airport' }];
    const app = await openApp(
      { imports: [CacheModule.forRoot(), CacheModule.forFeature(airports)], providers: [Board, Tower] },
      (builder) =>
        builder
          .overrideProvider(getCacheToken())
          .useValue(fake)
          .overrideProvider(getCacheToken('airports'))
          .useValue(fakeAirports),
    );
    const { cache, byDecorator } = app.get(Board);
    expect([cache, byDecorator, app.get(Cache), app.get(CacheManager).get()]).toEqual([
      fake,
      fake,
      fake,
      fake,
    ]);
    expect(app.get(CacheManager).get('airports')).toBe(fakeAirports);
    expect(app.get(Tower).cache).toBe(fakeAirports);
  });

  it('are the same symbols in every copy of the library', () => {
    expect(getCacheToken()).toBe(Cache);
    expect(getCacheToken('airports')).toBe(
      Symbol.for('nuthatch: import CacheModule.forFeature(...) in this module, for the cache airports'),
    );
    expect(getEvictionToken('airports')).toBe(Symbol.for('nuthatch:eviction:airports'));
  });
});

describe('CacheManager', () => {
  it('knows every cache by name', async () => {
    const app = await openApp({
      imports: [CacheModule.forFeature(airports, { name: 'gates' }), CacheModule.forRoot()],
    });
    const caches = app.get(CacheManager);
    expect(caches.names()).toEqual(['default', 'airports', 'gates']);
    expect(Array.from(caches, ([name, cache]) => [name, cache.info().name])).toEqual([
      ['default', 'default'],
      ['airports', 'airports'],
      ['gates', 'gates'],
    ]);
    expect(caches.get('gates')).toBe(app.get(getCacheToken('gates')));
  });

  it('lists the caches that there are when asked for another', async () => {
    const app = await openApp({ imports: [CacheModule.forRoot(), CacheModule.forFeature(airports)] });
    expect(() => app.get(CacheManager).get('gate')).toThrow(
      'cache must be one of default, airports, got "gate"',
    );
  });

  it('closes every cache', async () => {
    const app = await openApp({ imports: [CacheModule.forRoot(), CacheModule.forFeature(airports)] });
    const reports = await app.get(CacheManager).closeAll();
    expect([...reports.keys()]).toEqual(['default', 'airports']);
    for (const [, cache] of app.get(CacheManager)) expect(cache.health().status).toBe('down');
  });
});
