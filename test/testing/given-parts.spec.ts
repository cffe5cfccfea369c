import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Cache,
  CacheManager,
  CacheModule,
  getStoreToken,
  MapStore,
  mapStore,
  type StoreContext,
} from 'nuthatch';
import { CacheTestingModule, type CacheTestingRootOptions, LocalBus, LocalTier } from 'nuthatch/testing';
import { closeAfterTest, closeApps } from '../nest/open-app.js';

/** The parts that a module under test has made, by what they are. */
const made: string[] = [];

beforeEach(() => void made.splice(0));
afterEach(closeApps);

/** A factory of stores that tells what it makes. */
function countedStore(): { create(context: StoreContext): MapStore } {
  return {
    create: ({ namespace }) => {
      made.push(`store of ${namespace}`);
      return new MapStore();
    },
  };
}

/** A cache that takes all from the root, and one with parts of its own in every form. */
const underTest = [
  CacheModule.forFeature({ name: 'heirs' }),
  CacheModule.forFeature({
    name: 'named',
    store: 'map',
    sharedTier: { useClass: LocalTier },
    bus: { useClass: LocalBus },
  }),
  CacheModule.forFeature({
    name: 'provided',
    store: { useFactory: countedStore },
    sharedTier: { useFactory: () => new LocalTier() },
    bus: { useFactory: () => new LocalBus() },
  }),
];

/** The types let a test give no provider, but what is written without them can. */
const options = (given: Readonly<Record<string, unknown>>): CacheTestingRootOptions => given;

async function start(given: CacheTestingRootOptions): Promise<TestingModule> {
  const imports = [CacheTestingModule.forRoot(given), ...underTest];
  const app = await Test.createTestingModule({ imports }).compile();
  return closeAfterTest(await app.init());
}

/** What each cache is opened with. */
function openedIn(app: TestingModule, part: 'store' | 'sharedTier' | 'bus'): Record<string, unknown> {
  const told = ['default', 'heirs', 'named', 'provided'].map((name) => {
    const found = app.get(CacheManager).get(name).info()[part];
    return [name, typeof found === 'object' ? found.name : found];
  });
  return Object.fromEntries(told) as Record<string, unknown>;
}

/** What is opened where a test gives a part: it, for the default cache and its heir, and none of the modules under test. */
const alone = (name: string) => ({ default: name, heirs: name, named: undefined, provided: undefined });

describe('a part that a test gives to CacheTestingModule.forRoot', () => {
  it.each([
    ['a name', options({ store: 'map' })],
    ['a factory', options({ store: mapStore() })],
    ['a provider that is a function', options({ store: { useFactory: () => mapStore() } })],
    ['a provider that awaits', options({ store: { useFactory: async () => mapStore() } })],
  ])('is opened alone where it is a store, told by %s', async (_form, given) => {
    const app = await start(given);
    expect([openedIn(app, 'store'), made]).toEqual([alone('map'), []]);
  });

  it.each([
    ['ready-made', () => new LocalTier()],
    ['a class', () => ({ useClass: LocalTier })],
    ['a function', () => ({ useFactory: async () => new LocalTier() })],
  ])('is opened alone where it is a shared tier: %s', async (_form, sharedTier) => {
    const app = await start(options({ sharedTier: sharedTier() }));
    expect(openedIn(app, 'sharedTier')).toEqual(alone('LocalTier'));
  });

  it.each([
    ['ready-made', () => new LocalBus()],
    ['a class', () => ({ useClass: LocalBus })],
    ['a function', () => ({ useFactory: async () => new LocalBus() })],
  ])('is opened alone where it is a bus: %s', async (_form, bus) => {
    const app = await start(options({ bus: bus() }));
    expect(openedIn(app, 'bus')).toEqual(alone('LocalBus'));
  });

  it('keeps what belongs to its store', async () => {
    const app = await start({ store: 'map', writePolicy: 'writeBack', writeBack: { flushInterval: '3s' } });
    expect(app.get(Cache).info().writePolicy).toBe('writeBack');
    await app.get(Cache).set('owl', 1);
    expect(app.get(Cache).metrics().dirty_writes_pending).toBe(1);
  });
});

describe('what modules under test declare beside it', () => {
  it('is opened where the test is told to keep it', async () => {
    const app = await start({ store: 'map', keepStores: true });
    expect([openedIn(app, 'store'), made]).toEqual([
      { default: 'map', heirs: 'map', named: 'map', provided: 'Object' },
      ['store of provided'],
    ]);
  });

  it('stays closed where the test gives nothing', async () => {
    const app = await start({});
    const nothing = { default: undefined, heirs: undefined, named: undefined, provided: undefined };
    expect([openedIn(app, 'store'), openedIn(app, 'sharedTier')]).toEqual([nothing, nothing]);
    expect([openedIn(app, 'bus'), made]).toEqual([nothing, []]);
  });

  it('stays closed where the root is of the application', async () => {
    const root = CacheModule.forRoot({ store: 'map', sharedTier: { useClass: LocalTier } });
    const imports = [root, ...underTest, CacheTestingModule.forApplication()];
    const app = closeAfterTest(await (await Test.createTestingModule({ imports }).compile()).init());
    expect(Object.values(openedIn(app, 'store'))).toEqual([undefined, undefined, undefined, undefined]);
    expect(Object.values(openedIn(app, 'sharedTier'))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('gives way to what the test has put in the place of one of them', async () => {
    const imports = [CacheTestingModule.forRoot({ store: 'map' }), ...underTest];
    const builder = Test.createTestingModule({ imports });
    const app = await builder.overrideProvider(getStoreToken('provided')).useValue(mapStore()).compile();
    closeAfterTest(await app.init());
    expect(openedIn(app, 'store')).toEqual({ ...alone('map'), provided: 'map' });
  });
});

it('starts a cache under test that has a policy for the store of a root that is not there', async () => {
  const imports = [
    CacheTestingModule.forRoot(),
    CacheModule.forFeature({ name: 'nests', writePolicy: 'writeBack', writeBack: { flushInterval: '1s' } }),
  ];
  const app = closeAfterTest(await (await Test.createTestingModule({ imports }).compile()).init());
  const { store, writePolicy } = app.get(CacheManager).get('nests').info();
  expect([store, writePolicy]).toEqual([undefined, undefined]);
});
