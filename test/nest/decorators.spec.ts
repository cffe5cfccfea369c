import { Injectable, SetMetadata } from '@nestjs/common';
import {
  Cacheable,
  CacheError,
  CacheEvict,
  cacheKey,
  Cache,
  CacheManager,
  CacheModule,
  CachePut,
  MapStore,
  type CacheModuleOptions,
} from 'nuthatch';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

interface Airport {
  readonly iata: string;
  readonly name: string;
}

/** Where airports come from; counts its visitors. */
class Source {
  readonly names = new Map([
    ['GVA', 'Geneva'],
    ['ZRH', 'Zurich'],
  ]);
  visits = 0;
  gate: Promise<void> = Promise.resolve();

  async visit(iata: string): Promise<Airport> {
    this.visits++;
    const name = this.names.get(iata);
    await this.gate;
    if (name === undefined) throw new Error(`no airport ${iata}`);
    return { iata, name };
  }
}

const keyOf = (iata: string): string => cacheKey('airport', iata);

@Injectable()
class Airports {
  readonly source = new Source();
  evictFails = false;

  @Cacheable({ key: keyOf, ttl: '1h', tags: (iata: string) => ['airports', `airport:${iata}`] })
  async find(iata: string): Promise<Airport> {
    return this.source.visit(iata);
  }

  async findTwice(iata: string): Promise<Airport[]> {
    return [await this.find(iata), await this.find(iata)];
  }

  @Cacheable({
    condition: (iata: string) => iata !== 'ZRH',
    unless: (airport: Airport, iata: string) => airport.name === 'Geneva' && iata === 'GVA',
  })
  async findSome(iata: string): Promise<Airport> {
    return this.source.visit(iata);
  }

  @Cacheable()
  async near(place: { lat: number; lon: number }, within?: number): Promise<number> {
    this.source.visits++;
    return place.lat + place.lon + (within ?? 0);
  }

  @Cacheable()
  async each(visit: () => void): Promise<void> {
    visit();
  }

  @Cacheable({ unless: (none: undefined) => none !== undefined })
  async nothing(): Promise<undefined> {
    this.source.visits++;
  }

  @CachePut({
    key: (airport: Airport) => keyOf(airport.iata),
    tags: ['airports'],
    unless: (airport: Airport) => airport.name === '',
  })
  async save(airport: Airport): Promise<Airport> {
    if (airport.iata.length !== 3) throw new Error('not an airport');
    this.source.names.set(airport.iata, airport.name);
    return airport;
  }

  @CachePut({ keyOfResult: (airport: Airport) => keyOf(airport.iata) })
  async create(name: string): Promise<Airport> {
    return { iata: name.slice(0, 3).toUpperCase(), name };
  }

  @CacheEvict({ key: keyOf })
  async remove(iata: string): Promise<void> {
    if (!this.source.names.delete(iata)) throw new Error(`no airport ${iata}`);
  }

  @CacheEvict({ key: keyOf })
  async rename(iata: string, name: string): Promise<void> {
    this.source.names.set(iata, name);
  }

  @CacheEvict({ key: (...iatas: string[]) => iatas.map(keyOf) })
  async forget(..._iatas: string[]): Promise<void> {}

  @CacheEvict({ tags: (iata: string) => [`airport:${iata}`] })
  async forgetTagged(_iata: string): Promise<void> {}

  @CacheEvict({ allEntries: true, condition: (really: boolean) => really })
  async forgetAll(_really: boolean): Promise<void> {}

  @CacheEvict({ key: keyOf, beforeInvocation: true })
  async tryRemove(iata: string): Promise<void> {
    throw new Error(`${iata} stays`);
  }
}

async function open(options: CacheModuleOptions = {}) {
  const clock = new FakeClock();
  const app = await openApp({ imports: [CacheModule.forRoot({ clock, ...options })], providers: [Airports] });
  const airports = app.get(Airports);
  return { app, clock, airports, source: airports.source, cache: app.get(Cache<Airport>) };
}

function latch() {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  return { held, release };
}

describe('@Cacheable', () => {
  it('runs the method once and then answers what it answered', async () => {
    const { airports, source } = await open();
    expect(await airports.find('GVA')).toEqual({ iata: 'GVA', name: 'Geneva' });
    source.names.set('GVA', 'Genève');
    expect(await airports.find('GVA')).toEqual({ iata: 'GVA', name: 'Geneva' });
    expect(await airports.find('ZRH')).toEqual({ iata: 'ZRH', name: 'Zurich' });
    expect(source.visits).toBe(2);
  });

  it('runs it again when the time to live is over', async () => {
    const { airports, source, clock } = await open({ ttl: '1m' });
    await airports.find('GVA');
    clock.advance('59m');
    await airports.find('GVA');
    expect(source.visits).toBe(1);
    clock.advance('2m');
    await airports.find('GVA');
    expect(source.visits).toBe(2);
  });

  it('works on calls from within the class', async () => {
    const { airports, source } = await open();
    await airports.findTwice('GVA');
    expect(source.visits).toBe(1);
  });

  it('runs the method once for a thousand callers', async () => {
    const { airports, source } = await open();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => airports.find('GVA')));
    expect(new Set(answers).size).toBe(1);
    expect(source.visits).toBe(1);
  });

  it('gives a thousand callers the same error, and tries again afterwards', async () => {
    const { airports, source } = await open();
    const outcomes = await Promise.allSettled(Array.from({ length: 1000 }, () => airports.find('LCY')));
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).size).toBe(1);
    expect(source.visits).toBe(1);
    source.names.set('LCY', 'London City');
    expect(await airports.find('LCY')).toEqual({ iata: 'LCY', name: 'London City' });
  });

  it('loses against an eviction that comes during its load', async () => {
    const { airports, source } = await open();
    const { held, release } = latch();
    source.gate = held;
    const during = airports.find('GVA');
    await Promise.resolve();
    expect(source.visits).toBe(1);
    await airports.rename('GVA', 'Genève');
    release();
    expect((await during).name).toBe('Geneva');
    expect((await airports.find('GVA')).name).toBe('Genève');
  });

  it('touches nothing where its condition is false', async () => {
    const { airports, source, cache } = await open();
    await airports.findSome('ZRH');
    await airports.findSome('ZRH');
    expect(source.visits).toBe(2);
    expect(cache.metrics()).toMatchObject({ hits: 0, misses: 0, current_items: 0 });
  });

  it('keeps no result that unless refuses', async () => {
    const { airports, source } = await open();
    await airports.findSome('GVA');
    source.names.set('GVA', 'Genève');
    expect((await airports.findSome('GVA')).name).toBe('Genève');
    source.names.set('GVA', 'Ginevra');
    expect((await airports.findSome('GVA')).name).toBe('Genève');
  });

  it('makes its key of class, method and arguments where it is given none', async () => {
    const { airports, cache } = await open();
    await airports.near({ lat: 1, lon: 2 });
    await airports.near({ lon: 2, lat: 1 }, 5);
    await airports.nothing();
    expect([...cache.keys()]).toEqual([
      'Airports.near:{lat:1,lon:2}',
      'Airports.near:{lat:1,lon:2}:5',
      'Airports.nothing',
    ]);
  });

  it('keeps undefined', async () => {
    const { airports, source } = await open();
    await airports.nothing();
    expect(await airports.nothing()).toBeUndefined();
    expect(source.visits).toBe(1);
  });

  it('runs the method where the store fails', async () => {
    const store = new FaultyStore(new MapStore());
    const { airports, source } = await open({ store });
    store.failAlways('get');
    store.failAlways('apply');
    expect((await airports.find('GVA')).name).toBe('Geneva');
    expect(source.visits).toBe(1);
  });

  it('runs the method when the cache is closed', async () => {
    const { airports, app } = await open();
    await airports.find('GVA');
    await app.get(CacheManager).closeAll();
    expect((await airports.find('GVA')).name).toBe('Geneva');
  });
});

describe('@CachePut', () => {
  it('keeps what the method answered, every time', async () => {
    const { airports, source } = await open();
    await airports.save({ iata: 'GVA', name: 'Genève' });
    await airports.save({ iata: 'GVA', name: 'Ginevra' });
    expect((await airports.find('GVA')).name).toBe('Ginevra');
    expect(source.visits).toBe(0);
  });

  it('may take its key from the result', async () => {
    const { airports, cache } = await open();
    await airports.create('Bern');
    expect([...cache.keys()]).toEqual(['airport:BER']);
  });

  it('keeps nothing where the method fails, or unless says so', async () => {
    const { airports, cache } = await open();
    await expect(airports.save({ iata: 'G', name: '' })).rejects.toThrow('not an airport');
    await airports.save({ iata: 'GVA', name: '' });
    expect(cache.size).toBe(0);
  });

  it('rejects where the store refuses the write, as the policy promises', async () => {
    const store = new FaultyStore(new MapStore());
    const { airports, cache } = await open({ store });
    store.failNext('apply');
    await expect(airports.save({ iata: 'GVA', name: 'Genève' })).rejects.toMatchObject({
      code: 'store_failed',
    });
    expect(cache.size).toBe(0);
  });
});

describe('@CacheEvict', () => {
  it('removes a key once the method has succeeded', async () => {
    const { airports, cache } = await open();
    await airports.find('GVA');
    await expect(airports.remove('LCY')).rejects.toThrow('no airport LCY');
    await airports.find('ZRH');
    await airports.remove('GVA');
    expect([...cache.keys()]).toEqual(['airport:ZRH']);
  });

  it('removes nothing where the method fails', async () => {
    const { airports, cache, source } = await open();
    await airports.find('GVA');
    source.names.delete('GVA');
    await expect(airports.remove('GVA')).rejects.toThrow();
    expect(cache.size).toBe(1);
  });

  it('removes before the method runs where it is told to', async () => {
    const { airports, cache } = await open();
    await airports.find('GVA');
    await expect(airports.tryRemove('GVA')).rejects.toThrow('GVA stays');
    expect(cache.size).toBe(0);
  });

  it('removes several keys, what carries a tag, or everything', async () => {
    const { airports, source } = await open();
    const visitAll = async (): Promise<number> => {
      const before = source.visits;
      for (const iata of ['GVA', 'ZRH']) await airports.find(iata);
      return source.visits - before;
    };
    expect(await visitAll()).toBe(2);
    await airports.forget('GVA', 'ZRH');
    expect(await visitAll()).toBe(2);
    await airports.forgetTagged('GVA');
    expect(await visitAll()).toBe(1);
    await airports.forgetAll(false);
    expect(await visitAll()).toBe(0);
    await airports.forgetAll(true);
    expect(await visitAll()).toBe(2);
  });
});

describe('a decorated method', () => {
  const Mark = SetMetadata('mark', 'below');
  const Above = SetMetadata('above', 'above');

  class Marked {
    @Above
    @Cacheable()
    @Mark
    async find(iata: string, _hint?: string): Promise<string> {
      return iata;
    }
  }

  it('keeps its name, its length and what others have put on it', () => {
    const { find } = Marked.prototype;
    expect([find.name, find.length]).toEqual(['find', 2]);
    expect(Reflect.getMetadata('mark', find)).toBe('below');
    expect(Reflect.getMetadata('above', find)).toBe('above');
    expect(Reflect.getMetadata('design:paramtypes', Marked.prototype, 'find')).toEqual([String, String]);
  });

  it('runs as if it were not decorated where there is no application', async () => {
    const airports = new Airports();
    await airports.find('GVA');
    await airports.find('GVA');
    await airports.save({ iata: 'GVA', name: 'Genève' });
    expect(airports.source.visits).toBe(2);
  });

  it('leaves its instance looking as before', async () => {
    const { airports } = await open();
    expect(Reflect.ownKeys({ ...airports })).toEqual(['source', 'evictFails']);
  });

  it.each([{}, { store: 'map' }] as const)(
    'does not wait for itself when an override calls it with the same key: %j',
    async (options) => {
      @Injectable()
      class Parent {
        @Cacheable({ key: keyOf })
        async find(iata: string): Promise<string> {
          return `parent ${iata}`;
        }
      }
      @Injectable()
      class Child extends Parent {
        @Cacheable({ key: keyOf })
        override async find(iata: string): Promise<string> {
          return `child of ${await super.find(iata)}`;
        }
      }
      const app = await openApp({ imports: [CacheModule.forRoot(options)], providers: [Child] });
      expect(await app.get(Child).find('GVA')).toBe('child of parent GVA');
    },
  );

  it('carries several decorators', async () => {
    @Injectable()
    class Stacked {
      runs = 0;

      @CacheEvict({ key: () => 'all', beforeInvocation: true })
      @CacheEvict({ tags: ['list'] })
      @CachePut({ key: (iata: string) => iata })
      async save(iata: string) {
        this.runs++;
        return iata;
      }
    }
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Stacked] });
    const cache = app.get(Cache);
    await cache.set('all', 1);
    await cache.set('list', 1, { tags: ['list'] });
    expect(await app.get(Stacked).save('GVA')).toBe('GVA');
    expect([await cache.has('all'), await cache.has('list'), await cache.has('GVA')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(app.get(Stacked).runs).toBe(1);
  });

  it('runs as if it were not decorated where a test mocks what it depends on', async () => {
    const app = await openApp({ providers: [Airports] }, (builder) => builder.useMocker(() => ({})));
    await app.get(Airports).find('GVA');
    await app.get(Airports).find('GVA');
    expect(app.get(Airports).source.visits).toBe(2);
  });

  it('is refused at start where it names a cache that does not exist', async () => {
    @Injectable()
    class Lost {
      @Cacheable({ cache: 'gate' })
      async find(): Promise<void> {}
    }
    const start = openApp({
      imports: [CacheModule.forRoot(), CacheModule.forFeature({ name: 'gates' })],
      providers: [Lost],
    });
    await expect(start).rejects.toThrow('Lost.find: cache must be one of default, gates, got "gate"');
  });

  it('uses the cache that it names', async () => {
    @Injectable()
    class Gates {
      @Cacheable({ cache: 'gates' })
      async find(): Promise<string> {
        return 'A1';
      }
    }
    const app = await openApp({
      imports: [CacheModule.forRoot(), CacheModule.forFeature({ name: 'gates' })],
      providers: [Gates],
    });
    await app.get(Gates).find();
    expect(app.get(CacheManager).get('gates').size).toBe(1);
    expect(app.get(CacheManager).get().size).toBe(0);
  });

  it('says at start that CacheModule is missing', async () => {
    await expect(openApp({ providers: [Airports] })).rejects.toThrow(
      /CacheManager of nuthatch: import CacheModule\.forRoot\(\)/,
    );
  });
});

describe('a cache that has been closed', () => {
  async function openClosed(options: CacheModuleOptions = {}) {
    const opened = await open(options);
    await opened.airports.find('GVA');
    await opened.app.get(CacheManager).closeAll();
    return opened;
  }

  const stored: readonly [string, () => CacheModuleOptions][] = [
    ['in memory', () => ({})],
    ['with writeThrough', () => ({ store: new MapStore() })],
    ['with writeBack', () => ({ store: new MapStore(), writePolicy: 'writeBack' })],
  ];

  it.each(stored)('has every method answer its result: %s', async (_, options) => {
    const { airports, source, cache } = await openClosed(options());
    expect((await airports.find('ZRH')).name).toBe('Zurich');
    expect(await airports.save({ iata: 'GVA', name: 'Genève' })).toEqual({ iata: 'GVA', name: 'Genève' });
    expect(await airports.create('Basel')).toEqual({ iata: 'BAS', name: 'Basel' });
    await airports.forgetTagged('GVA');
    await airports.forgetAll(true);
    await airports.remove('GVA');
    expect([...source.names.keys()]).toEqual(['ZRH']);
    expect(cache.size).toBe(0);
  });

  it('has the error of a method pass, also after an eviction that came first', async () => {
    const { airports } = await openClosed();
    await expect(airports.tryRemove('GVA')).rejects.toThrow('GVA stays');
    await expect(airports.remove('LCY')).rejects.toThrow('no airport LCY');
    await expect(airports.save({ iata: 'X', name: '' })).rejects.toThrow('not an airport');
  });

  it('leaves what is in the store', async () => {
    const store = new MapStore();
    const { airports } = await openClosed({ store });
    await airports.remove('GVA');
    expect(await store.get(keyOf('GVA'))).toMatchObject({ key: keyOf('GVA') });
  });

  it('does not hide a key function that answers no key', async () => {
    @Injectable()
    class Wrong {
      @CachePut({ key: () => '' })
      async save(): Promise<void> {}
    }
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Wrong] });
    await app.get(CacheManager).closeAll();
    await expect(app.get(Wrong).save()).rejects.toMatchObject({ code: 'bad_key' });
  });
});

describe('a wrong declaration', () => {
  it.each([
    ['a time to live that is none', () => Cacheable({ ttl: 'soon' }), /ttl of @Cacheable must be/],
    // @ts-expect-error nothing to act on
    ['CachePut without a key', () => CachePut({}), /@CachePut: give it key, or keyOfResult/],
    [
      'CacheEvict without a target',
      // @ts-expect-error nothing to act on
      () => CacheEvict({}),
      /@CacheEvict: give it key, or tags, or .*allEntries/,
    ],
  ])('is refused when the class is defined: %s', (_, declare, message) => {
    expect(declare).toThrow(CacheError);
    expect(declare).toThrow(message);
  });

  it('is refused on a static method, and on what is no method', () => {
    const decorator = Cacheable() as unknown as MethodDecorator;
    class Wrong {
      static async find(): Promise<void> {}
      get place(): string {
        return '';
      }
    }
    const define = (target: object, name: string) => () =>
      decorator(target, name, Object.getOwnPropertyDescriptor(target, name) ?? {});
    expect(define(Wrong, 'find')).toThrow(/Wrong\.find: @Cacheable works on instances/);
    expect(define(Wrong.prototype, 'place')).toThrow(/Wrong\.place: @Cacheable works on methods only/);
  });
});
