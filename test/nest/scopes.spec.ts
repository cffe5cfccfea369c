import { Controller, Get, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, REQUEST } from '@nestjs/core';
import {
  Cache,
  Cacheable,
  CacheError,
  CacheModule,
  type EvictionStrategyFactory,
  evictionStrategies,
} from 'nuthatch';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const root = CacheModule.forRoot();

class Counter {
  runs = 0;

  @Cacheable()
  async next(): Promise<number> {
    return ++this.runs;
  }
}

async function expectCached(counter: Counter): Promise<void> {
  expect([await counter.next(), await counter.next()]).toEqual([1, 1]);
}

describe('a decorated method works on', () => {
  it('a class provider', async () => {
    const app = await openApp({ imports: [root], providers: [Counter] });
    await expectCached(app.get(Counter));
  });

  it('a controller', async () => {
    @Controller()
    class CounterController extends Counter {
      @Get()
      read(): Promise<number> {
        return this.next();
      }
    }
    const app = await openApp({ imports: [root], controllers: [CounterController] });
    await expectCached(app.get(CounterController));
  });

  it('a transient provider', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Counter {}
    const app = await openApp({ imports: [root], providers: [Transient] });
    const [one, two] = [await app.resolve(Transient), await app.resolve(Transient)];
    expect(one).not.toBe(two);
    await expectCached(one);
    expect(await two.next()).toBe(1);
  });

  it('a request-scoped provider with a key function', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      constructor(@Inject(REQUEST) private readonly request: { user: string }) {}

      @Cacheable({ key: (user: string) => user })
      async greet(user: string): Promise<string> {
        return `${user} by ${this.request.user}`;
      }
    }
    const app = await openApp({ imports: [root], providers: [PerRequest] });
    const answers: string[] = [];
    for (const user of ['owl', 'wren']) {
      const context = ContextIdFactory.create();
      app.registerRequestByContextId({ user }, context);
      answers.push(await (await app.resolve(PerRequest, context)).greet('owl'));
    }
    expect(answers).toEqual(['owl by owl', 'owl by owl']);
  });

  it('what a factory makes, and what was made before', async () => {
    class Given extends Counter {}
    const app = await openApp({
      imports: [root],
      providers: [
        { provide: 'made', useFactory: async () => new Counter() },
        { provide: 'given', useValue: new Given() },
        { provide: 'alias', useExisting: 'given' },
      ],
    });
    await expectCached(app.get('made'));
    await expectCached(app.get('given'));
    expect(await app.get<Counter>('alias').next()).toBe(1);
  });

  it('what ModuleRef creates', async () => {
    const app = await openApp({ imports: [root] });
    await expectCached(await app.get(ModuleRef).create(Counter));
  });

  it('the onModuleInit of other modules', async () => {
    @Injectable()
    class Early {
      readonly seen: number[] = [];

      constructor(@Inject('made') private readonly counter: Counter) {}

      async onModuleInit(): Promise<void> {
        for (const _ of [1, 2]) this.seen.push(await this.counter.next());
      }
    }
    @Module({ providers: [Early, { provide: 'made', useFactory: () => new Counter() }], exports: [Early] })
    class EarlyModule {}
    const app = await openApp({ imports: [EarlyModule, root] });
    expect(app.get(Early).seen).toEqual([1, 1]);
  });

  it('an instance that depends on what the cache depends on', async () => {
    @Injectable()
    class Rules extends Counter implements EvictionStrategyFactory {
      create = evictionStrategies.lru.create;
    }
    @Module({ providers: [Rules], exports: [Rules] })
    class RulesModule {}
    const app = await openApp({
      imports: [CacheModule.forRoot({ imports: [RulesModule], eviction: { useExisting: Rules } })],
    });
    await expectCached(app.get(Rules));
  });

  it('the application that it lives in, and no other', async () => {
    const [one, two] = [
      await openApp({ imports: [root], providers: [Counter] }),
      await openApp({ imports: [root], providers: [Counter] }),
    ];
    await expectCached(one.get(Counter));
    two.get(Counter).runs = 10;
    expect(await two.get(Counter).next()).toBe(11);
  });
});

describe('a request-scoped provider without a key function', () => {
  it.each([
    ['by itself', Scope.REQUEST, false],
    ['by what it depends on', Scope.DEFAULT, false],
    ['durably', Scope.REQUEST, true],
  ])('is refused at start: %s', async (_, scope, durable) => {
    @Injectable({ scope: Scope.REQUEST, durable })
    class User {}
    @Injectable({ scope, durable })
    class Orders {
      constructor(readonly user: User) {}

      @Cacheable()
      async list(): Promise<string[]> {
        return [];
      }
    }
    const start = openApp({ imports: [root], providers: [User, Orders] });
    await expect(start).rejects.toBeInstanceOf(CacheError);
    await expect(openApp({ imports: [root], providers: [User, Orders] })).rejects.toThrow(
      /^Orders\.list: @Cacheable needs a key function/,
    );
  });
});

describe('a default key', () => {
  class Repository {
    constructor(private readonly table: string) {}

    @Cacheable()
    async first(): Promise<string> {
      return `first of ${this.table}`;
    }
  }

  @Injectable()
  class Airports extends Repository {
    constructor() {
      super('airports');
    }
  }

  @Injectable()
  class Routes extends Repository {
    constructor() {
      super('routes');
    }

    @Cacheable()
    override async first(): Promise<string> {
      return `the ${await super.first()}`;
    }
  }

  it('tells subclasses apart, since their state differs', async () => {
    const app = await openApp({ imports: [root], providers: [Airports, Routes] });
    expect(await app.get(Airports).first()).toBe('first of airports');
    expect(await app.get(Routes).first()).toBe('the first of routes');
    expect([...app.get(Cache).keys()].sort()).toEqual([
      'Airports(Repository).first',
      'Routes(Repository).first',
      'Routes.first',
    ]);
  });

  it('is refused at start where two classes of one name would share it', async () => {
    const [One, Two] = [1, 2].map(() => {
      @Injectable()
      class Twin extends Counter {}
      return Twin;
    });
    if (One === undefined || Two === undefined) throw new Error('both are defined');
    await expect(openApp({ imports: [root], providers: [One, Two] })).rejects.toThrow(
      /Twin\(Counter\)\.next: two classes have this name/,
    );
  });

  it('is refused at start where two instances that the application made would share it', async () => {
    const providers = ['airports', 'routes'].map((table) => ({
      provide: table,
      useFactory: () => new Repository(table),
    }));
    await expect(openApp({ imports: [root], providers })).rejects.toThrow(
      /Repository\.first: two instances of this class/,
    );
  });

  it('is shared by the instances of one class that Nest constructs', async () => {
    @Module({ providers: [Airports] })
    class Other {}
    const app = await openApp({ imports: [root, Other], providers: [Airports] });
    expect(await app.get(Airports).first()).toBe('first of airports');
  });
});
