import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Cache, CacheManager, CacheModule, getBusToken, getSharedTierToken } from 'nuthatch';
import { CacheTestingModule, FakeClock, LocalBus, LocalTier, settle } from 'nuthatch/testing';
import { closeAfterTest, closeApps } from '../nest/open-app.js';

afterEach(closeApps);

/** A tier and a bus that no test is to reach. */
const declared = { tier: new LocalTier(), bus: new LocalBus() };

@Module({ imports: [CacheModule.forFeature({ name: 'owls', ttl: '1h' })] })
class OwlsModule {}

@Module({
  imports: [
    CacheModule.forRoot({ sharedTier: declared.tier, bus: declared.bus }),
    OwlsModule,
    CacheModule.forFeature({ name: 'bats', sharedTier: declared.tier }),
  ],
})
class AppModule {}

async function start(builder: ReturnType<typeof Test.createTestingModule>): Promise<TestingModule> {
  return closeAfterTest(await (await builder.compile()).init());
}

const named = (app: TestingModule, name: string): Cache => app.get(CacheManager).get(name);

const shared = (cache: Cache): readonly (string | undefined)[] => [cache.info().sharedTier, cache.info().bus];

/** Two parts of an application, as in two processes. */
async function twoParts() {
  const clock = new FakeClock();
  const tier = new LocalTier(clock);
  const one = () => {
    const imports = [CacheTestingModule.forRoot({ clock, sharedTier: tier }), OwlsModule];
    return start(Test.createTestingModule({ imports }));
  };
  return { clock, tier, here: await one(), there: await one() };
}

describe('CacheTestingModule.forRoot with a shared tier', () => {
  it('shares it and its bus between the caches of two modules, by name', async () => {
    const { here, there, tier } = await twoParts();
    expect([shared(here.get(Cache)), shared(named(here, 'owls'))]).toEqual([
      ['LocalTier', 'LocalBus'],
      ['LocalTier', 'LocalBus'],
    ]);
    expect(here.get(getSharedTierToken())).toBe(tier);
    await named(here, 'owls').set('one', 'old');
    expect(await named(there, 'owls').get('one')).toBe('old');
    expect(await there.get(Cache).get('one')).toBeUndefined();
    await named(here, 'owls').set('one', 'new');
    await settle();
    expect(named(there, 'owls').peek('one')).toBeUndefined();
  });

  it('fails as the test tells it to, on the clock of the test', async () => {
    const { here, there, tier, clock } = await twoParts();
    await here.get(Cache).set('one', 'old');
    expect(await there.get(Cache).get('one')).toBe('old');
    tier.bus.cut();
    await here.get(Cache).set('one', 'new');
    await clock.advanceAsync(900);
    expect(there.get(Cache).peek('one')).toBe('old');
    await clock.advanceAsync(300);
    expect(there.get(Cache).peek('one')).toBeUndefined();
    tier.bus.mend();
  });

  it('loads a key once', async () => {
    const { here, there } = await twoParts();
    let loads = 0;
    const loader = async (): Promise<string> => {
      await settle();
      return `load ${++loads}`;
    };
    const both = [here, there].map((app) => named(app, 'owls').getOrLoad('one', loader));
    expect(await Promise.all(both)).toEqual(['load 1', 'load 1']);
  });

  it('opens that one alone, and none that a module declares', async () => {
    const clock = new FakeClock();
    const [tier, own] = [new LocalTier(clock), new LocalTier(clock)];
    const imports = [
      CacheTestingModule.forRoot({ clock, sharedTier: tier }),
      CacheModule.forFeature({ name: 'bats', sharedTier: own }, { name: 'heirs' }),
    ];
    const app = await start(Test.createTestingModule({ imports }));
    expect([shared(named(app, 'bats'))[0], shared(named(app, 'heirs'))[0], own.calls]).toEqual([
      undefined,
      'LocalTier',
      0,
    ]);
  });

  it('takes a bus alone', async () => {
    const clock = new FakeClock();
    const bus = new LocalBus(clock);
    const app = await start(
      Test.createTestingModule({ imports: [CacheTestingModule.forRoot({ clock, bus }), OwlsModule] }),
    );
    expect([shared(app.get(Cache)), shared(named(app, 'owls'))]).toEqual([
      [undefined, 'LocalBus'],
      [undefined, 'LocalBus'],
    ]);
    expect(app.get(getBusToken('owls'))).toBe(bus);
  });

  it('leaves a cache without a bus that says it has none', async () => {
    const clock = new FakeClock();
    const imports = [
      CacheTestingModule.forRoot({ clock, sharedTier: new LocalTier(clock) }),
      CacheModule.forFeature({ name: 'mute', bus: false }),
    ];
    const app = await start(Test.createTestingModule({ imports }));
    expect(shared(named(app, 'mute'))).toEqual(['LocalTier', undefined]);
  });

  it('leaves all without a bus where it is told so', async () => {
    const clock = new FakeClock();
    const root = CacheTestingModule.forRoot({ clock, sharedTier: new LocalTier(clock), bus: false });
    const app = await start(Test.createTestingModule({ imports: [root, OwlsModule] }));
    expect([shared(app.get(Cache)), shared(named(app, 'owls'))]).toEqual([
      ['LocalTier', undefined],
      ['LocalTier', undefined],
    ]);
  });
});

describe('CacheTestingModule.forApplication', () => {
  it('shares nothing that the application declares', async () => {
    const before = declared.tier.calls;
    const imports = [AppModule, CacheTestingModule.forApplication()];
    const app = await start(Test.createTestingModule({ imports }));
    const seen = ['default', 'owls', 'bats'].map((name) => shared(named(app, name)));
    expect(seen).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    await app.get(Cache).set('one', 1);
    expect([declared.tier.calls, await app.get(Cache).get('one')]).toEqual([before, 1]);
  });

  it.each([
    ['a provider', CacheModule.forRoot({ sharedTier: { useClass: LocalTier }, bus: { useClass: LocalBus } })],
    [
      'a factory of options',
      CacheModule.forRootAsync({ useFactory: () => ({ sharedTier: new LocalTier(), bus: new LocalBus() }) }),
    ],
  ])('shares nothing that comes from %s', async (_what, root) => {
    const imports = [root, OwlsModule, CacheTestingModule.forApplication()];
    const app = await start(Test.createTestingModule({ imports }));
    expect(['default', 'owls'].map((name) => shared(named(app, name)))).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('shares it where it is told to keep what is declared', async () => {
    const imports = [AppModule, CacheTestingModule.forApplication({ keepStores: true })];
    const app = await start(Test.createTestingModule({ imports }));
    expect(shared(app.get(Cache))).toEqual(['LocalTier', 'LocalBus']);
  });

  /** The application, with a shared tier or a bus that the test puts under a token. */
  async function startWith(token: symbol, part: LocalTier | LocalBus): Promise<TestingModule> {
    const imports = [AppModule, CacheTestingModule.forApplication()];
    return start(Test.createTestingModule({ imports }).overrideProvider(token).useValue(part));
  }

  it('opens what the test has put in the place of the shared tier, with its bus, also for who inherits it', async () => {
    const [before, tier] = [declared.tier.calls, new LocalTier()];
    const app = await startWith(getSharedTierToken(), tier);
    expect(['default', 'owls', 'bats'].map((name) => shared(named(app, name)))).toEqual([
      ['LocalTier', 'LocalBus'],
      ['LocalTier', 'LocalBus'],
      [undefined, undefined],
    ]);
    await named(app, 'owls').set('one', 1);
    expect([tier.calls > 0, declared.tier.calls]).toEqual([true, before]);
  });

  it('opens what the test has put in the place of the bus, and not the tier', async () => {
    const app = await startWith(getBusToken(), new LocalBus());
    expect(['default', 'owls'].map((name) => shared(named(app, name)))).toEqual([
      [undefined, 'LocalBus'],
      [undefined, 'LocalBus'],
    ]);
  });

  it('opens what the test has put there for one cache alone', async () => {
    const app = await startWith(getSharedTierToken('bats'), new LocalTier());
    expect(['default', 'bats'].map((name) => shared(named(app, name)))).toEqual([
      [undefined, undefined],
      ['LocalTier', 'LocalBus'],
    ]);
  });

  it('opens it for a cache that says it leaves it to the root', async () => {
    const heir = { name: 'heir', sharedTier: undefined, bus: undefined };
    const imports = [AppModule, CacheModule.forFeature(heir), CacheTestingModule.forApplication()];
    const builder = Test.createTestingModule({ imports });
    const app = await start(builder.overrideProvider(getSharedTierToken()).useValue(new LocalTier()));
    expect(shared(named(app, 'heir'))).toEqual(['LocalTier', 'LocalBus']);
  });
});
