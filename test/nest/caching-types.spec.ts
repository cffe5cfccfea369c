import { CacheableMany, CacheConfig, CacheEvict, Caching } from 'nuthatch';
import { type Observable, of } from 'rxjs';

interface User {
  readonly id: number;
  readonly email: string;
}

const byId = (id: number): string => `user:${id}`;
const idOf = (user: User): number => user.id;

/** Compiled and never run: what is right has to compile, and what is wrong must not (`npm run typecheck`). */
function declarations(): unknown {
  @CacheConfig({ cache: 'users', ttl: '1h', tags: ['users'], keyPrefix: () => 'v1', grace: '1d' })
  class Right {
    @Caching({
      cacheable: { key: byId, unless: (user: User) => user.id === 0 },
      put: [{ keyOfResult: (user: User) => user.email }, { key: byId, ttl: '1m' }],
      evict: [{ tags: ['lists'] }, { tagsOfResult: (user: User, id: number) => [user.email, `${id}`] }],
    })
    async find(id: number): Promise<User> {
      return { id, email: '' };
    }

    @CacheEvict({ keyOfResult: (users: readonly User[]) => users.map(({ email }) => email) })
    watch(id: number): Observable<User> {
      return of({ id, email: '' });
    }

    @CacheableMany({ key: byId, idOf, tags: (id: number) => [byId(id)], ttl: '1m' })
    async findMany(ids: readonly number[]): Promise<User[]> {
      return ids.map((id) => ({ id, email: '' }));
    }

    @CacheableMany({ byPosition: true, key: (id: string, language: string) => id + language })
    async names(ids: string[], _language: string): Promise<(string | undefined)[]> {
      return ids;
    }

    @CacheableMany({ unless: (user: User | undefined, id: number) => user?.id === id })
    async byIds(_ids: readonly number[]): Promise<Map<number, User>> {
      return new Map();
    }
  }

  class Wrong {
    // @ts-expect-error the method is called with a number
    @Caching({ cacheable: { key: (id: string) => id } })
    async cacheable(id: number): Promise<User> {
      return { id, email: '' };
    }

    // @ts-expect-error the method answers a user
    @Caching({ put: [{ keyOfResult: (email: string) => email }] })
    async put(id: number): Promise<User> {
      return { id, email: '' };
    }

    // @ts-expect-error the method answers a user
    @CacheEvict({ keyOfResult: (email: string) => email })
    async evict(id: number): Promise<User> {
      return { id, email: '' };
    }

    // @ts-expect-error the result is there at once
    @Caching({ evict: [{ tags: ['lists'] }] })
    plain(id: number): User {
      return { id, email: '' };
    }

    // @ts-expect-error nothing tells the elements apart
    @CacheableMany({ key: byId })
    async noMatch(_ids: readonly number[]): Promise<User[]> {
      return [];
    }

    // @ts-expect-error the ids are numbers
    @CacheableMany({ idOf: (user: User) => user.email })
    async wrongId(_ids: readonly number[]): Promise<User[]> {
      return [];
    }

    // @ts-expect-error the ids are numbers
    @CacheableMany({ idOf, key: (id: string) => id })
    async wrongKey(_ids: readonly number[]): Promise<User[]> {
      return [];
    }

    // @ts-expect-error a Map tells them apart by itself
    @CacheableMany({ idOf })
    async map(_ids: readonly number[]): Promise<Map<number, User>> {
      return new Map();
    }

    // @ts-expect-error it is told one id
    @CacheableMany({ idOf })
    async single(_id: number): Promise<User[]> {
      return [];
    }

    // @ts-expect-error many ids make a promise
    @CacheableMany({ idOf })
    watch(_ids: readonly number[]): Observable<User[]> {
      return of([]);
    }
  }

  return [Right, Wrong];
}

/** As above, for options that are wrong wherever they stand. */
function options(): unknown[] {
  return [
    // @ts-expect-error there is no such option
    Caching({ puts: [] }),
    // @ts-expect-error there is no such option
    Caching({ put: [{ key: byId, tll: '1h' }] }),
    // @ts-expect-error there is no such option
    Caching({ cacheable: { tll: '1h' } }),
    // @ts-expect-error nothing says what to remove
    Caching({ evict: [{}] }),
    // @ts-expect-error there is no such option
    CacheableMany({ idOf, tll: '1h' }),
    // @ts-expect-error there is no such option
    CacheConfig({ tll: '1h' }),
    // @ts-expect-error the element may not have been found
    CacheableMany({ idOf, unless: (user: User) => user.id === 0 }),
  ];
}

describe('the types of @Caching, @CacheConfig and @CacheableMany', () => {
  it('are checked by the compiler', () => {
    expect([declarations, options]).toHaveLength(2);
  });
});
