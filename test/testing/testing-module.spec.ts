import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { expect, jest } from '@jest/globals';
import {
  Cache,
  Cacheable,
  CacheManager,
  CacheModule,
  createCache,
  defineCache,
  getCacheToken,
  getStoreToken,
  InjectCache,
  MapStore,
  mapStore,
  type StoreContext,
  TypedCache,
} from 'nuthatch';
import { fileJournal } from 'nuthatch/engine';
import {
  cacheMatchers,
  type CacheMatchers,
  CacheTestingModule,
  type CacheTestingRootOptions,
  FakeClock,
  FaultyStore,
  settle,
} from 'nuthatch/testing';
import { z } from 'zod';
import { closeApps, closeAfterTest } from '../nest/open-app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> extends CacheMatchers<R> {}
}

expect.extend(cacheMatchers);
afterEach(closeApps);

const Birds = defineCache({ name: 'birds', key: (id: number) => String(id), value: z.string(), ttl: '1m' });

@Injectable()
class BirdService {
  constructor(
    readonly cache: Cache<string>,
    @InjectCache('nests') readonly nests: Cache<string>,
    @InjectCache(Birds) readonly birds: TypedCache<typeof Birds>,
  ) {}

  @Cacheable({ key: (id: number) => `bird:${id}`, ttl: '5m' })
  async find(id: number): Promise<string> {
    return `bird ${id}`;
  }

  @Cacheable({ cache: 'nests', key: (id: number) => `nest:${id}` })
  async nestOf(id: number): Promise<string> {
    return `nest ${id}`;
  }
}

@Module({
  imports: [CacheModule.forFeature({ name: 'nests', ttl: '1h' }, Birds)],
  providers: [BirdService],
})
class BirdsModule {}

/** The stores that were made, by name. */
const made: string[] = [];

function countedStore(): { create(context: StoreContext): MapStore } {
  return {
    create: ({ namespace }) => {
      made.push(namespace);
      return new MapStore();
    },
  };
}

const cacheModule = CacheModule.forRoot({
  store: countedStore(),
  writePolicy: 'writeBack',
  warmStart: { file: '/nowhere/to/be/found.snapshot' },
  ttl: '2h',
});

@Module({ imports: [cacheModule, BirdsModule] })
class AppModule {}

beforeEach(() => made.splice(0));

async function start(builder: ReturnType<typeof Test.createTestingModule>): Promise<TestingModule> {
  return closeAfterTest(await (await builder.compile()).init());
}

/** A part of an application, with caches for tests. */
async function openPart(
  options?: CacheTestingRootOptions,
): Promise<{ app: TestingModule; service: BirdService; clock: FakeClock }> {
  const imports = [CacheTestingModule.forRoot(options), BirdsModule];
  const app = await start(Test.createTestingModule({ imports }));
  return { app, service: app.get(BirdService), clock: app.get(FakeClock) };
}

describe('CacheTestingModule.forRoot', () => {
  it('opens every cache on one clock that stands still, with its loads watched', async () => {
    const { app, service, clock } = await openPart({ ttl: '30m' });
    await Promise.all([service.find(1), service.find(1)]);
    await service.nestOf(1);
    await service.birds.getOrLoad(7, async () => 'jay');
    expect(service.cache).toHaveLoadedOnce('bird:1');
    expect(service.nests).toHaveLoadedOnce();
    expect(service.birds).toHaveLoadedOnce(7);
    await expect(service.cache).toBeCachedFor('bird:1', '5m');
    await expect(service.nests).toBeCachedFor('nest:1', '1h');
    await expect(service.birds).toBeCachedFor(7, '1m');
    await service.cache.set('other', 'x');
    await expect(service.cache).toBeCachedFor('other', '30m');
    clock.advance('6m');
    await service.find(1);
    expect(service.cache).toHaveLoadedTimes(2, 'bird:1');
    expect(app.get(CacheManager).get('nests')).toBe(service.nests);
  });

  it('takes the clock of the test', async () => {
    const clock = new FakeClock();
    expect((await openPart({ clock })).clock).toBe(clock);
  });

  it('opens a store where the test gives one', async () => {
    const stores = new Map<string, FaultyStore>();
    const create = ({ namespace }: StoreContext): FaultyStore => {
      const store = new FaultyStore(new MapStore());
      stores.set(namespace, store);
      return store;
    };
    const { service } = await openPart({ store: { create } });
    stores.get('default')?.failAlways('get');
    expect(await service.find(1)).toBe('bird 1');
    expect(service.cache.metrics().store_failures).toBe(1);
    expect([...stores.keys()].toSorted()).toEqual(['birds', 'default', 'nests']);
  });

  it('opens that store alone, and none that a module declares', async () => {
    const store = new FaultyStore(new MapStore());
    const given = { create: () => store };
    const own = CacheModule.forFeature({ name: 'eggs', store: countedStore() });
    const imports = [CacheTestingModule.forRoot({ store: given }), own];
    const app = await start(Test.createTestingModule({ imports }));
    const storeOf = (name: string): unknown => app.get(CacheManager).get(name).info().store;
    expect([made, storeOf('eggs'), storeOf('default') !== undefined]).toEqual([[], undefined, true]);
  });

  it('sets no timer of the machine', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const { service } = await openPart({ staleWhileRevalidate: '1m', metricsIntervalMs: 5 });
    service.cache.events$.subscribe();
    await service.find(1);
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });
});

describe('CacheTestingModule.forApplication', () => {
  it('keeps the options of the application, in memory alone: none of its stores is opened', async () => {
    const imports = [AppModule, CacheTestingModule.forApplication()];
    const app = await start(Test.createTestingModule({ imports }));
    const cache = app.get(Cache);
    expect(made).toEqual([]);
    expect([cache.info().store, cache.info().writePolicy, cache.info().ttlMs]).toEqual([
      undefined,
      undefined,
      7_200_000,
    ]);
    await cache.set('owl', 1);
    app.get(FakeClock).advance('1h');
    await expect(cache).toBeCachedFor('owl', '1h');
  });

  it('opens the stores of the application where it is told to', async () => {
    const imports = [AppModule, CacheTestingModule.forApplication({ keepStores: true })];
    const app = await start(Test.createTestingModule({ imports }));
    expect(made.toSorted()).toEqual(['birds', 'default', 'nests']);
    expect(app.get(Cache).info().writePolicy).toBe('writeBack');
  });

  it('opens what the test has put in the place of a store', async () => {
    const store = mapStore();
    const builder = Test.createTestingModule({ imports: [AppModule, CacheTestingModule.forApplication()] });
    const app = await start(builder.overrideProvider(getStoreToken()).useValue(store));
    expect(app.get(Cache).info().store?.name).toBe('map');
    expect(app.get(CacheManager).get('nests').info().store?.name).toBe('map');
    expect(made).toEqual([]);
  });
});

describe('an application of which a test keeps the stores', () => {
  it('opens nothing else that lasts: no journal, no snapshot, nothing that is loaded at its start', async () => {
    const folder = await temporaryFolder();
    const loader = jest.fn(() => Promise.reject(new Error('not in a test')));
    const lasting = CacheModule.forRoot({
      store: countedStore(),
      writePolicy: 'writeBack',
      writeBack: {
        flushInterval: '3s',
        durability: 'journal',
        journal: fileJournal({ directory: join(folder, 'journal') }),
      },
      warmStart: { file: join(folder, 'warm.snapshot') },
      warm: { keys: ['owl'], loader },
    });
    const imports = [lasting, CacheTestingModule.forApplication({ keepStores: true })];
    const app = await (await Test.createTestingModule({ imports }).compile()).init();
    const cache = app.get(Cache);
    await cache.set('wren', 1);
    await settle();
    expect([made, cache.info().writePolicy, cache.metrics().dirty_writes_pending]).toEqual([['default'], 'writeBack', 1]); // prettier-ignore
    await app.get(FakeClock).advanceAsync('3s');
    expect(cache.metrics().dirty_writes_pending).toBe(0);
    await app.close();
    expect([await readdir(folder), loader.mock.calls]).toEqual([[], []]);
  });

  it('opens without the write-back settings where it is told to keep none', async () => {
    const lasting = CacheModule.forRoot({
      store: countedStore(),
      writePolicy: 'writeBack',
      writeBack: { durability: 'journal', journal: fileJournal({ directory: '/nowhere/to/be/found' }) },
    });
    const app = await start(
      Test.createTestingModule({ imports: [lasting, CacheTestingModule.forApplication()] }),
    );
    expect([made, app.get(Cache).info().store]).toEqual([[], undefined]);
  });

  it('opens what a test has put in the place of one store beside caches that have stores of their own', async () => {
    const imports = [
      cacheModule,
      CacheModule.forFeature({ name: 'eggs', store: countedStore() }),
      CacheTestingModule.forApplication(),
    ];
    const builder = Test.createTestingModule({ imports });
    const app = await start(builder.overrideProvider(getStoreToken()).useValue(mapStore()));
    const storeOf = (name: string): unknown => app.get(CacheManager).get(name).info().store?.name;
    expect([storeOf('default'), storeOf('eggs'), made]).toEqual(['map', undefined, []]);
  });
});

describe('a module of caches', () => {
  it('can be overridden by one of tests', async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] });
    const app = await start(
      builder.overrideModule(cacheModule).useModule(CacheTestingModule.forRoot({ ttl: '1m' })),
    );
    expect(made).toEqual([]);
    expect([app.get(Cache).info().ttlMs, app.get(FakeClock)]).toEqual([60_000, expect.any(FakeClock)]);
    expect(await app.get(BirdService).find(1)).toBe('bird 1');
  });
});

describe('a cache that is overridden by its token', () => {
  it.each(['default', 'nests'])('reaches everybody who uses the cache %s', async (name) => {
    const { cache: instead } = { cache: await createCache<string>({ name: 'instead' }) };
    closeAfterTest({ close: async () => void (await instead.close()) });
    const imports = [CacheTestingModule.forRoot(), BirdsModule];
    const builder = Test.createTestingModule({ imports });
    const app = await start(builder.overrideProvider(getCacheToken(name)).useValue(instead));
    const service = app.get(BirdService);
    const injected = name === 'default' ? service.cache : service.nests;
    expect(injected).toBe(instead);
    expect(app.get(getCacheToken(name), { strict: false })).toBe(instead);
    expect(app.get(CacheManager).get(name)).toBe(instead);
    await instead.set('bird:1', 'the other bird');
    await instead.set('nest:1', 'the other nest');
    expect([await service.find(1), await service.nestOf(1)]).toEqual(
      name === 'default' ? ['the other bird', 'nest 1'] : ['bird 1', 'the other nest'],
    );
  });
});
