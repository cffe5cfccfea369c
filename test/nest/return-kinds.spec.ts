import { Injectable } from '@nestjs/common';
import { Cache, Cacheable, CacheError, CacheEvict, CacheModule, CachePut, mapStore } from 'nuthatch';
import {
  EMPTY,
  firstValueFrom,
  isObservable,
  NEVER,
  Observable,
  of,
  startWith,
  throwError,
  toArray,
} from 'rxjs';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

@Injectable()
class Flights {
  runs = 0;

  @Cacheable({ key: (gate: string) => gate })
  watch(gate: string): Observable<string> {
    this.runs++;
    return gate === 'X' ? throwError(() => new Error('no gate X')) : of(`${gate}1`, `${gate}2`);
  }

  @Cacheable({ condition: (gate: string) => gate !== 'live' })
  live(_gate: string): Observable<string> {
    return NEVER.pipe(startWith('boarding'));
  }

  @CachePut({ key: (gate: string) => gate })
  announce(gate: string): Observable<string> {
    return of(`${gate}9`);
  }

  @CacheEvict({ key: (gate: string) => gate, beforeInvocation: true })
  close(_gate: string): Observable<never> {
    return EMPTY;
  }

  // What follows has no return type that the compiler would leave a trace of.
  @Cacheable()
  inferredPromise(gate: string) {
    this.runs++;
    return Promise.resolve(`gate ${gate}`);
  }

  @Cacheable()
  inferredObservable(gate: string) {
    this.runs++;
    return of(gate, gate);
  }

  @Cacheable()
  async inferredAsync(gate: string) {
    this.runs++;
    return gate;
  }

  @Cacheable()
  inferredFailure(gate: string) {
    this.runs++;
    return Promise.reject<string>(new Error(`no gate ${gate}`));
  }
}

async function open(store = mapStore()) {
  const app = await openApp({ imports: [CacheModule.forRoot({ store })], providers: [Flights] });
  return { flights: app.get(Flights), cache: app.get(Cache) };
}

const all = (source: Observable<string>): Promise<string[]> => firstValueFrom(source.pipe(toArray()));

describe('a method that returns an Observable', () => {
  it('replays everything that it emitted', async () => {
    const { flights } = await open();
    const watched = flights.watch('A');
    expect(isObservable(watched)).toBe(true);
    expect(await all(watched)).toEqual(['A1', 'A2']);
    expect(await all(flights.watch('A'))).toEqual(['A1', 'A2']);
    expect(flights.runs).toBe(1);
  });

  it('does nothing until somebody subscribes', async () => {
    const { flights, cache } = await open();
    flights.watch('A');
    expect(flights.runs).toBe(0);
    expect(cache.metrics().misses).toBe(0);
  });

  it('hands its error on and does not keep it', async () => {
    const { flights } = await open();
    await expect(all(flights.watch('X'))).rejects.toThrow('no gate X');
    await expect(all(flights.watch('X'))).rejects.toThrow('no gate X');
    expect(flights.runs).toBe(2);
  });

  it('is handed on as it is where the condition is false', async () => {
    const { flights } = await open();
    const seen: string[] = [];
    const live = flights.live('live').subscribe((state) => seen.push(state));
    expect(seen).toEqual(['boarding']);
    live.unsubscribe();
  });

  it('emits a single value that somebody else has kept under its key', async () => {
    const { flights, cache } = await open();
    await cache.set('A', 'A7');
    expect(await all(flights.watch('A'))).toEqual(['A7']);
  });

  it('can put and evict', async () => {
    const { flights } = await open();
    expect(await all(flights.announce('A'))).toEqual(['A9']);
    expect(await all(flights.watch('A'))).toEqual(['A9']);
    expect(await all(flights.close('A'))).toEqual([]);
    expect(await all(flights.watch('A'))).toEqual(['A1', 'A2']);
  });
});

describe('a method that does not say what it returns', () => {
  it('stays a promise from its first call on', async () => {
    const { flights } = await open();
    for (const _ of [1, 2]) {
      const answer = flights.inferredPromise('A');
      expect(answer).toBeInstanceOf(Promise);
      expect(await answer).toBe('gate A');
    }
    expect(flights.runs).toBe(1);
  });

  it('stays an Observable from its first call on', async () => {
    const { flights } = await open();
    for (const _ of [1, 2]) expect(await all(flights.inferredObservable('A'))).toEqual(['A', 'A']);
    expect(flights.runs).toBe(1);
  });

  it('is answered from the store when its first call fails', async () => {
    class Learner {
      @Cacheable({ key: () => 'gate' })
      find() {
        return Promise.reject<string>(new Error('no gate'));
      }
    }
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Learner] });
    await app.get(Cache<string>).set('gate', 'A1');
    expect(await app.get(Learner).find()).toBe('A1');
  });

  it('rejects when it fails', async () => {
    const { flights } = await open();
    await expect(flights.inferredFailure('A')).rejects.toThrow('no gate A');
    await expect(flights.inferredFailure('A')).rejects.toThrow('no gate A');
    expect(flights.runs).toBe(2);
  });
});

describe('a method that says what it returns', () => {
  class Bare {
    runs = 0;

    async find(): Promise<string> {
      this.runs++;
      return 'A1';
    }
  }

  /** What compilers without `emitDecoratorMetadata` make of a decorated class. */
  function decorateBare(...decorators: unknown[]): typeof Bare {
    class Decorated extends Bare {}
    const descriptor = { ...Object.getOwnPropertyDescriptor(Bare.prototype, 'find') };
    for (const decorator of decorators)
      (decorator as MethodDecorator)(Decorated.prototype, 'find', descriptor);
    Object.defineProperty(Decorated.prototype, 'find', descriptor);
    return Decorated;
  }

  class Typed {
    runs = 0;

    @Cacheable({ key: () => 'gate' })
    find(): Promise<string> {
      this.runs++;
      return Promise.resolve('A1');
    }
  }

  it.each([
    ['by its return type', Typed],
    ['by being async, without metadata', decorateBare(Cacheable({ key: () => 'gate' }))],
  ])('is not run for a hit, also when it was never called before: %s', async (_, Gates) => {
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Gates] });
    await app.get(Cache<string>).set('gate', 'B2');
    expect(await app.get<Bare>(Gates).find()).toBe('B2');
    expect(app.get<Bare>(Gates).runs).toBe(0);
  });

  it('says so through other decorators, without metadata', () => {
    const below = CachePut({ key: () => 'gate' });
    const above = CacheEvict({ allEntries: true, beforeInvocation: true });
    expect(() => decorateBare(below, above)).not.toThrow();
  });
});

describe('a method that returns a plain value', () => {
  // The types refuse these; JavaScript users and `any` get here.
  const cacheable = Cacheable() as unknown as MethodDecorator;
  const evictFirst = CacheEvict({ allEntries: true, beforeInvocation: true }) as unknown as MethodDecorator;

  it('is refused when the class is defined, where its return type tells', () => {
    const define = () => {
      class Counter {
        @cacheable
        count(): number {
          return 1;
        }
      }
      return Counter;
    };
    expect(define).toThrow(CacheError);
    expect(define).toThrow(
      'Counter.count: @Cacheable needs a method that returns a Promise or an Observable, got Number; make it async',
    );
  });

  it('is refused on its first call otherwise', async () => {
    class Counter {
      @cacheable
      count() {
        return 1;
      }
    }
    expect(new Counter().count()).toBe(1);
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Counter] });
    expect(() => app.get(Counter).count()).toThrow(
      'Counter.count: @Cacheable needs a method that returns a Promise or an Observable, got a number; make it async',
    );
  });

  it('cannot be told in time where the cache is to be emptied first', () => {
    const define = () => {
      class Counter {
        @evictFirst
        reset() {
          return Promise.resolve();
        }
      }
      return Counter;
    };
    expect(define).toThrow(/Counter\.reset: beforeInvocation needs to know what the method returns/);
  });
});
