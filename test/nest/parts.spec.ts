import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import {
  type BackingStoreFactory,
  Cache,
  CacheManager,
  CacheModule,
  createCache,
  type EvictionContext,
  type EvictionStrategy,
  type EvictionStrategyFactory,
  getEvictionToken,
  MapStore,
  mapStore,
  type Slot,
  SlotList,
  type StoreContext,
  type WriteContext,
  type WritePolicy,
  type WritePolicyFactory,
  writePolicies,
} from 'nuthatch';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

/** What the user's own parts depend on. */
@Injectable()
class Journal {
  readonly lines: string[] = [];
}

@Module({ providers: [Journal], exports: [Journal] })
class JournalModule {}

/** Evicts the newest: no strategy of the engine does. */
class NewestFirst implements EvictionStrategy {
  private readonly slots: Slot[] = [];

  constructor(private readonly journal: Journal) {}

  onInsert(slot: Slot): void {
    this.slots.push(slot);
  }

  onAccess(): void {}

  onRemove(slot: Slot): void {
    this.slots.splice(this.slots.indexOf(slot), 1);
  }

  chooseVictim(): Slot | undefined {
    this.journal.lines.push('asked for a victim');
    // The newcomer is the last; the one before it has to go.
    return this.slots.at(-2) ?? this.slots.at(-1);
  }

  order(): Iterable<Slot> {
    return [...this.slots].reverse();
  }

  resize(): void {}

  audit(): void {}
}

@Injectable()
class NewestFirstEviction implements EvictionStrategyFactory {
  constructor(private readonly journal: Journal) {}

  create(_context: EvictionContext): EvictionStrategy {
    return new NewestFirst(this.journal);
  }
}

/** Writes through, and keeps a record of it. */
@Injectable()
class AuditedWrites implements WritePolicyFactory {
  constructor(@Inject(Journal) private readonly journal: Journal) {}

  create(context: WriteContext): WritePolicy {
    const policy = writePolicies.writeThrough.create(context);
    const onSet = policy.onSet.bind(policy);
    policy.onSet = (write) => {
      this.journal.lines.push(`wrote ${write.key}`);
      return onSet(write);
    };
    const onBatch = policy.onBatch.bind(policy);
    policy.onBatch = (operations) => {
      this.journal.lines.push(`wrote ${operations.length}`);
      return onBatch(operations);
    };
    return policy;
  }
}

@Injectable()
class NamedStores implements BackingStoreFactory {
  constructor(private readonly journal: Journal) {}

  create({ namespace }: StoreContext): MapStore {
    this.journal.lines.push(`opened ${namespace}`);
    return new MapStore();
  }
}

async function fill(cache: Cache): Promise<string[]> {
  for (const key of ['a', 'b', 'c']) await cache.set(key, key);
  return [...cache.keys()];
}

describe('parts that nobody chose', () => {
  it.each([
    ['without a store', () => ({})],
    ['with a store', () => ({ store: mapStore() })],
  ])('are those of a bare engine: %s', async (_, options) => {
    const app = await openApp({ imports: [CacheModule.forRoot(options())] });
    const bare = await createCache(options());
    const { eviction, writePolicy, store } = bare.info();
    expect(app.get(Cache).info()).toMatchObject({ eviction, writePolicy, store });
    await bare.close();
  });
});

describe('a strategy of the user', () => {
  it('evicts in a running application, with what was injected into it', async () => {
    const root = CacheModule.forRoot({
      maxItems: 2,
      imports: [JournalModule],
      eviction: { useClass: NewestFirstEviction },
    });
    const app = await openApp({ imports: [root] });
    expect(await fill(app.get(Cache))).toEqual(['a', 'c']);
    expect(app.get(Cache).info().eviction.strategy).toBe('NewestFirstEviction');
    expect(app.get(Journal).lines).toContain('asked for a victim');
  });

  const journal = new Journal();
  @Module({ imports: [JournalModule], providers: [NewestFirstEviction], exports: [NewestFirstEviction] })
  class EvictionModule {}

  it.each([
    [
      'forRoot, useExisting',
      CacheModule.forRoot({
        maxItems: 2,
        imports: [EvictionModule],
        eviction: { useExisting: NewestFirstEviction },
      }),
    ],
    [
      'forRoot, useFactory',
      CacheModule.forRoot({
        maxItems: 2,
        imports: [JournalModule],
        eviction: {
          useFactory: async (injected: Journal) => new NewestFirstEviction(injected),
          inject: [Journal],
        },
      }),
    ],
    [
      'forRoot, an instance',
      CacheModule.forRoot({ maxItems: 2, eviction: new NewestFirstEviction(journal) }),
    ],
    [
      'forRootAsync, useClass',
      CacheModule.forRootAsync({
        imports: [JournalModule],
        useFactory: () => ({ maxItems: 2 }),
        eviction: { useClass: NewestFirstEviction },
      }),
    ],
    [
      'forRootAsync, an instance from the factory',
      CacheModule.forRootAsync({
        useFactory: () => ({ maxItems: 2, eviction: new NewestFirstEviction(journal) }),
      }),
    ],
  ])('is taken by %s', async (_, root) => {
    const app = await openApp({ imports: [root] });
    expect(await fill(app.get(Cache))).toEqual(['a', 'c']);
    expect(app.get(getEvictionToken())).toBeInstanceOf(NewestFirstEviction);
  });

  it('serves named caches, which inherit it or bring their own', async () => {
    const app = await openApp({
      imports: [
        CacheModule.forRoot({ imports: [JournalModule], eviction: { useClass: NewestFirstEviction } }),
        CacheModule.forFeature({ name: 'heir', maxItems: 2 }),
        CacheModule.forFeature({
          name: 'own',
          maxItems: 2,
          imports: [EvictionModule],
          eviction: { useExisting: NewestFirstEviction },
        }),
        CacheModule.forFeature({ name: 'other', maxItems: 2, eviction: 'fifo' }),
      ],
    });
    const caches = app.get(CacheManager);
    expect(await fill(caches.get('heir'))).toEqual(['a', 'c']);
    expect(await fill(caches.get('own'))).toEqual(['a', 'c']);
    expect(await fill(caches.get('other'))).toEqual(['b', 'c']);
    expect(app.get(getEvictionToken('heir'))).toBe(app.get(getEvictionToken()));
    expect(app.get(getEvictionToken('own'))).toBe(app.get(NewestFirstEviction));
  });

  it('is one for all modules that declare the cache', async () => {
    const token = getEvictionToken('airports');
    const declare = () =>
      CacheModule.forFeature({ name: 'airports', maxItems: 2, eviction: { useClass: NewestFirstEviction } });
    @Module({ imports: [declare()], providers: [{ provide: 'one', useExisting: token }] })
    class One {}
    @Module({ imports: [declare()], providers: [{ provide: 'two', useExisting: token }] })
    class Two {}
    const journalModule = { module: JournalModule, global: true };
    const app = await openApp({ imports: [journalModule, CacheModule.forRoot(), One, Two] });
    expect(app.get('one')).toBeInstanceOf(NewestFirstEviction);
    expect(app.get('one')).toBe(app.get('two'));
    expect(await fill(app.get(CacheManager).get('airports'))).toEqual(['a', 'c']);
  });

  it('is refused at start when it is request-scoped, since the cache is not', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends NewestFirstEviction {
      constructor() {
        super(journal);
      }
    }
    const start = openApp({ imports: [CacheModule.forRoot({ eviction: { useClass: PerRequest } })] });
    await expect(start).rejects.toMatchObject({
      code: 'bad_declaration',
      message: expect.stringContaining('request-scoped'),
    });
  });

  it('may use what other modules of the application offer globally', async () => {
    @Module({ providers: [{ provide: SlotList, useValue: new SlotList() }], exports: [SlotList] })
    class GlobalModule {}
    const journalModule = { module: GlobalModule, global: true, providers: [Journal], exports: [Journal] };
    const app = await openApp({
      imports: [
        journalModule,
        CacheModule.forRoot({ maxItems: 2, eviction: { useClass: NewestFirstEviction } }),
      ],
    });
    expect(await fill(app.get(Cache))).toEqual(['a', 'c']);
  });
});

describe('a write policy of the user', () => {
  it('writes in a running application, with what was injected into it', async () => {
    const store = mapStore();
    const root = CacheModule.forRoot({
      imports: [JournalModule],
      store,
      writePolicy: { useClass: AuditedWrites },
    });
    const app = await openApp({ imports: [root] });
    await app.get(Cache).set('a', 1);
    expect(app.get(Journal).lines).toContain('wrote a');
    expect(app.get(Cache).info().writePolicy).toBe('AuditedWrites');
  });
});

describe('a store of the user', () => {
  it('is made for each cache, with what was injected into it', async () => {
    const root = CacheModule.forRoot({ imports: [JournalModule], store: { useClass: NamedStores } });
    const app = await openApp({ imports: [root, CacheModule.forFeature({ name: 'airports' })] });
    expect(app.get(Journal).lines.sort()).toEqual(['opened airports', 'opened default']);
  });
});
