import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Cache,
  CacheManager,
  CacheModule,
  type CacheModuleOptions,
  getBusToken,
  getSharedTierToken,
} from 'nuthatch';
import { LocalBus, LocalTier } from 'nuthatch/testing';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

/** A server of the user's, which others depend on. */
@Injectable()
class Server {
  readonly tier = new LocalTier();
  readonly bus = new LocalBus();
}

@Module({ providers: [Server], exports: [Server] })
class ServerModule {}

@Injectable()
class InjectedTier extends LocalTier {
  constructor(readonly server: Server) {
    super();
  }
}

@Injectable()
class InjectedBus extends LocalBus {
  constructor(readonly server: Server) {
    super();
  }
}

@Module({
  imports: [ServerModule],
  providers: [InjectedTier, InjectedBus],
  exports: [InjectedTier, InjectedBus],
})
class PartsModule {}

/** What a cache shares, by name. */
const shared = (cache: Cache): readonly (string | undefined)[] => [cache.info().sharedTier, cache.info().bus];

const imports = [ServerModule, PartsModule];
const forRoot = (options: CacheModuleOptions): DynamicModule => CacheModule.forRoot({ imports, ...options });

describe('a shared tier of an application', () => {
  const given = new LocalTier();

  it.each<[string, DynamicModule, unknown]>([
    ['forRoot, an instance', forRoot({ sharedTier: given }), LocalTier],
    ['forRoot, useClass', forRoot({ sharedTier: { useClass: InjectedTier } }), InjectedTier],
    ['forRoot, useExisting', forRoot({ sharedTier: { useExisting: InjectedTier } }), InjectedTier],
    [
      'forRoot, useFactory',
      forRoot({ sharedTier: { useFactory: (server: Server) => server.tier, inject: [Server] } }),
      LocalTier,
    ],
    [
      'forRoot, useFactory that takes its time',
      forRoot({ sharedTier: { useFactory: async (server: Server) => server.tier, inject: [Server] } }),
      LocalTier,
    ],
    [
      'forRootAsync, useClass',
      CacheModule.forRootAsync({ imports, useFactory: () => ({}), sharedTier: { useClass: InjectedTier } }),
      InjectedTier,
    ],
    [
      'forRootAsync, an instance from the factory',
      CacheModule.forRootAsync({ useFactory: () => ({ sharedTier: given }) }),
      LocalTier,
    ],
  ])('is taken by %s, with the bus that belongs to it', async (_how, root, type) => {
    const app = await openApp({ imports: [root] });
    const tier = app.get<LocalTier>(getSharedTierToken());
    expect(tier).toBeInstanceOf(type);
    expect([shared(app.get(Cache)), app.get(getBusToken())]).toEqual([
      [tier.constructor.name, 'LocalBus'],
      undefined,
    ]);
    await app.get(Cache).set('owl', 1);
    expect(tier.calls).toBeGreaterThan(0);
  });

  it('has what was injected into it', async () => {
    const app = await openApp({
      imports: [ServerModule, forRoot({ sharedTier: { useClass: InjectedTier } })],
    });
    expect(app.get<InjectedTier>(getSharedTierToken()).server).toBe(app.get(Server));
  });

  it('is what two applications have in common', async () => {
    const sharedTier = new LocalTier();
    const [here, there] = [
      await openApp({ imports: [CacheModule.forRoot({ sharedTier })] }),
      await openApp({ imports: [CacheModule.forRoot({ sharedTier })] }),
    ];
    await here.get(Cache).set('owl', 1);
    expect(await there.get(Cache).get('owl')).toBe(1);
  });

  it('serves named caches, which inherit it, bring their own, or share nothing', async () => {
    const [root, own] = [new LocalTier(), new LocalTier()];
    const app = await openApp({
      imports: [
        CacheModule.forRoot({ sharedTier: root }),
        CacheModule.forFeature(
          { name: 'heir' },
          { name: 'own', sharedTier: own },
          { name: 'made', imports: [PartsModule], sharedTier: { useExisting: InjectedTier } },
          { name: 'alone', sharedTier: false },
        ),
      ],
    });
    const tiers = ['heir', 'own', 'made', 'alone'].map((name) => app.get<unknown>(getSharedTierToken(name)));
    expect(
      tiers.map((tier) => [root, own, app.get(InjectedTier), undefined].indexOf(tier as LocalTier)),
    ).toEqual([0, 1, 2, 3]);
    const caches = app.get(CacheManager);
    expect(['heir', 'made', 'alone'].map((name) => shared(caches.get(name)))).toEqual([
      ['LocalTier', 'LocalBus'],
      ['InjectedTier', 'LocalBus'],
      [undefined, undefined],
    ]);
  });

  it('shares no bus of the root either with a cache that is to share nothing, unless that has one of its own', async () => {
    const [root, own] = [new LocalBus(), new LocalBus()];
    const app = await openApp({
      imports: [
        forRoot({ sharedTier: given, bus: root }),
        CacheModule.forFeature(
          { name: 'alone', sharedTier: false },
          { name: 'talking', sharedTier: false, bus: own },
          { name: 'heir', bus: undefined },
        ),
      ],
    });
    const caches = app.get(CacheManager);
    expect(['alone', 'talking', 'heir'].map((name) => shared(caches.get(name)))).toEqual([
      [undefined, undefined],
      [undefined, 'LocalBus'],
      ['LocalTier', 'LocalBus'],
    ]);
    const buses = ['alone', 'talking', 'heir'].map((name) => app.get<unknown>(getBusToken(name)));
    expect(buses.map((bus) => [root, own, undefined].indexOf(bus as LocalBus))).toEqual([2, 1, 0]);
  });

  it('is another one where a test puts it under the token', async () => {
    const instead = new LocalTier();
    const app = await openApp({ imports: [forRoot({ sharedTier: { useClass: InjectedTier } })] }, (builder) =>
      builder.overrideProvider(getSharedTierToken()).useValue(instead),
    );
    await app.get(Cache).set('owl', 1);
    expect([shared(app.get(Cache)), instead.calls > 0]).toEqual([['LocalTier', 'LocalBus'], true]);
  });

  it('is undefined under its token where there is none', async () => {
    const app = await openApp({ imports: [CacheModule.forRoot()] });
    expect([app.get(getSharedTierToken()), app.get(getBusToken())]).toEqual([undefined, undefined]);
  });

  it.each([
    [
      { sharedTier: { useValue: given } },
      'sharedTier must be a factory such as redis({ url }) of nuthatch/redis',
    ],
    [{ sharedTier: { useFactory: () => 'redis' } }, 'sharedTier must be a factory'],
    [
      { bus: { useValue: given.bus } },
      'bus must be a factory such as broadcastBus(), or false, got an object',
    ],
    [{ bus: { useFactory: () => 5 } }, 'bus must be a factory such as broadcastBus(), or false, got 5'],
  ])('is refused at start where Nest has made none: %j', async (options, message) => {
    // What plain JavaScript gives may be anything.
    const start = openApp({ imports: [CacheModule.forRoot(options as unknown as CacheModuleOptions)] });
    await expect(start).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
  });

  it.each(['sharedTier', 'bus'])('is not left to Nest by what a factory answers: %s', async (part) => {
    const options = { [part]: { useClass: InjectedTier } };
    const start = openApp({ imports: [CacheModule.forRootAsync({ useFactory: () => options })] });
    await expect(start).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(`${part} must be a name or a factory`),
    });
  });
});

describe('a bus of an application', () => {
  const given = new LocalBus();

  it.each<[string, DynamicModule, unknown]>([
    ['forRoot, an instance', forRoot({ bus: given }), LocalBus],
    ['forRoot, useClass', forRoot({ bus: { useClass: InjectedBus } }), InjectedBus],
    ['forRoot, useExisting', forRoot({ bus: { useExisting: InjectedBus } }), InjectedBus],
    [
      'forRoot, useFactory',
      forRoot({ bus: { useFactory: (server: Server) => server.bus, inject: [Server] } }),
      LocalBus,
    ],
    [
      'forRootAsync, useClass',
      CacheModule.forRootAsync({ imports, useFactory: () => ({}), bus: { useClass: InjectedBus } }),
      InjectedBus,
    ],
    [
      'forRootAsync, an instance from the factory',
      CacheModule.forRootAsync({ useFactory: () => ({ bus: given }) }),
      LocalBus,
    ],
  ])('is taken by %s, without a tier', async (_how, root, type) => {
    const app = await openApp({ imports: [root] });
    const bus = app.get<LocalBus>(getBusToken());
    expect(bus).toBeInstanceOf(type);
    expect(shared(app.get(Cache))).toEqual([undefined, bus.constructor.name]);
  });

  it('stands in the place of that of the tier, or there is none', async () => {
    const app = await openApp({
      imports: [
        forRoot({ sharedTier: new LocalTier(), bus: { useClass: InjectedBus } }),
        CacheModule.forFeature({ name: 'heir' }, { name: 'own', bus: given }, { name: 'mute', bus: false }),
      ],
    });
    const caches = app.get(CacheManager);
    expect(shared(app.get(Cache))).toEqual(['LocalTier', 'InjectedBus']);
    expect(['heir', 'own', 'mute'].map((name) => shared(caches.get(name)))).toEqual([
      ['LocalTier', 'InjectedBus'],
      ['LocalTier', 'LocalBus'],
      ['LocalTier', undefined],
    ]);
    const buses = ['heir', 'own', 'mute'].map((name) => app.get<unknown>(getBusToken(name)));
    expect([buses[0] === app.get(getBusToken()), buses[1] === given, buses[2]]).toEqual([true, true, false]);
  });

  it('tells named caches of two applications what the other has changed', async () => {
    const bus = new LocalBus();
    const start = () =>
      openApp({ imports: [CacheModule.forRoot({ bus }), CacheModule.forFeature({ name: 'owls' })] });
    const [here, there] = (await Promise.all([start(), start()])).map((app) =>
      app.get(CacheManager).get('owls'),
    );
    await there?.set('one', 'old');
    await here?.set('one', 'new');
    await new Promise((resolve) => setImmediate(resolve));
    expect([here?.peek('one'), there?.peek('one')]).toEqual(['new', undefined]);
  });
});

describe('the tokens of what is shared', () => {
  it('are one for each name and part', () => {
    const tokens = ['default', 'owls', 'bats'].flatMap((name) => [
      getSharedTierToken(name),
      getBusToken(name),
    ]);
    expect(new Set(tokens).size).toBe(6);
    expect([getSharedTierToken(), getBusToken()]).toEqual(tokens.slice(0, 2));
    expect(getSharedTierToken('owls')).toBe(getSharedTierToken('owls'));
  });
});
