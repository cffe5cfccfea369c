import { Cacheable, CacheEvict, cacheKey, CachePut } from 'nuthatch';
import { type Observable, of } from 'rxjs';

interface Airport {
  readonly iata: string;
}

const byIata = (iata: string): string => cacheKey('airport', iata);

/** Compiled and never run: what is right has to compile, and what is wrong must not (`npm run typecheck`). */
function declarations(): unknown {
  class Right {
    @Cacheable()
    async all(): Promise<Airport[]> {
      return [];
    }

    @Cacheable({
      key: byIata,
      tags: ['airports'],
      condition: () => true,
      unless: (airport: Airport | undefined, iata: string) => airport?.iata !== iata,
    })
    async find(iata: string, _language?: string): Promise<Airport | undefined> {
      return { iata };
    }

    @Cacheable({ key: byIata, unless: (airports: readonly Airport[]) => airports.length === 0 })
    watch(iata: string): Observable<Airport> {
      return of({ iata });
    }

    @CachePut({ key: (airport: Airport) => byIata(airport.iata), ttl: '1h' })
    async save(airport: Airport): Promise<Airport> {
      return airport;
    }

    @CachePut({ keyOfResult: (airport: Airport, name: string) => byIata(airport.iata + name) })
    async create(name: string): Promise<Airport> {
      return { iata: name };
    }

    @CacheEvict({
      key: (iata: string) => [byIata(iata)],
      tags: (iata: string) => [iata],
      beforeInvocation: true,
    })
    async remove(_iata: string): Promise<void> {}

    @CacheEvict({ allEntries: true })
    async removeAll(): Promise<void> {}

    @Cacheable()
    async generic<T extends string>(value: T): Promise<T> {
      return value;
    }
  }

  class Plain {
    // @ts-expect-error the result is there at once
    @Cacheable()
    count(): number {
      return 1;
    }

    // @ts-expect-error the result is there at once
    @CachePut({ key: () => 'count' })
    increase(): number {
      return 1;
    }

    // @ts-expect-error the result is there at once
    @CacheEvict({ allEntries: true })
    reset(): void {}

    // @ts-expect-error the result may be there at once
    @Cacheable()
    maybe(): Promise<number> | number {
      return 1;
    }
  }

  class WrongFunctions {
    // @ts-expect-error the method is called with a string
    @Cacheable({ key: (id: number) => String(id) })
    async find(iata: string): Promise<Airport> {
      return { iata };
    }

    // @ts-expect-error the second argument may be left out
    @Cacheable({ key: (iata: string, language: string) => iata + language })
    async translate(iata: string, _language?: string): Promise<Airport> {
      return { iata };
    }

    // @ts-expect-error the method answers an airport
    @Cacheable({ unless: (name: string) => name === '' })
    async unless(iata: string): Promise<Airport> {
      return { iata };
    }

    // @ts-expect-error an Observable is kept as a list
    @Cacheable({ unless: (airport: Airport) => airport.iata === '' })
    watch(iata: string): Observable<Airport> {
      return of({ iata });
    }

    // @ts-expect-error the method is called with a string
    @Cacheable({ tags: (id: number) => [String(id)] })
    async tags(iata: string): Promise<Airport> {
      return { iata };
    }

    // @ts-expect-error the method is called with a string
    @Cacheable({ condition: (id: number) => id > 0 })
    async condition(iata: string): Promise<Airport> {
      return { iata };
    }

    // @ts-expect-error the method answers an airport
    @CachePut({ keyOfResult: (id: number) => String(id) })
    async save(iata: string): Promise<Airport> {
      return { iata };
    }

    // @ts-expect-error the method is called with a string
    @CacheEvict({ key: (id: number) => String(id) })
    async remove(_iata: string): Promise<void> {}
  }

  return [Right, Plain, WrongFunctions];
}

/** As above, for options that are wrong wherever they stand. */
function options(): unknown[] {
  return [
    // @ts-expect-error there is no such option
    Cacheable({ tll: '1h' }),
    // @ts-expect-error a key is a string
    Cacheable({ key: (id: number) => id }),
    // @ts-expect-error nothing says under which key
    CachePut({ ttl: '1h' }),
    // @ts-expect-error there is no such option
    CachePut({ key: () => 'key', allEntries: true }),
    // @ts-expect-error nothing says what to remove
    CacheEvict({ beforeInvocation: true }),
    // @ts-expect-error false removes nothing
    CacheEvict({ allEntries: false }),
  ];
}

describe('the types of the decorators', () => {
  it('are checked by the compiler', () => {
    expect([declarations, options]).toHaveLength(2);
  });
});
