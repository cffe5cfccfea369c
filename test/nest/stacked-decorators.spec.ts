import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import { Cache, Cacheable, CacheEvict, CacheModule, CachePut, Caching } from 'nuthatch';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const byId = (id: number): string => `user:${id}`;

/** A decorator of the user's own, with a decorator of somebody else below ours and one above. */
const CachedUser = (ttl: string) =>
  applyDecorators(SetMetadata('below', ttl), Cacheable({ key: byId, ttl }), SetMetadata('above', ttl));

/** One that keeps what the compiler knows. */
const CachedById = () => Cacheable({ key: byId });

/** In a list, what comes first is the innermost. */
const SavedUser = () =>
  applyDecorators(
    CachePut({ key: byId }),
    CacheEvict({ tags: ['lists'] }),
    Caching({ evict: [{ key: () => 'all', beforeInvocation: true }] }),
  );

/** A decorator that wraps a method, as many do. */
function Logged(log: string[]): MethodDecorator {
  return (_target, name, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    const logged = function (this: unknown, ...args: unknown[]): unknown {
      log.push(String(name));
      return method.apply(this, args);
    };
    for (const key of Reflect.getMetadataKeys(method))
      Reflect.defineMetadata(key, Reflect.getMetadata(key, method), logged);
    descriptor.value = logged;
  };
}

const above: string[] = [];
const below: string[] = [];

@Injectable()
class Users {
  runs = 0;

  @CachedUser('1m')
  async find(id: number): Promise<string> {
    this.runs++;
    return `user ${id}`;
  }

  @CachedById()
  async findTyped(id: number): Promise<string> {
    this.runs++;
    return `user ${id}`;
  }

  @SavedUser()
  async save(id: number): Promise<string> {
    return `saved ${id}`;
  }

  @Logged(above)
  @Cacheable({ key: (id: number) => `logged:${id}` })
  @Logged(below)
  async logged(id: number): Promise<number> {
    return id;
  }

  @CacheEvict({ tags: ['lists'] })
  @Cacheable({ key: (id: number) => `above:${id}` })
  async evictAbove(id: number): Promise<number> {
    return id;
  }

  @Cacheable({ key: (id: number) => `below:${id}` })
  @CacheEvict({ tags: ['lists'] })
  async evictBelow(id: number): Promise<number> {
    return id;
  }
}

async function open() {
  const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Users] });
  const cache = app.get(Cache);
  const list = () => cache.set('list', 1, { tags: ['lists'] });
  return { users: app.get(Users), cache, list };
}

describe('a composed decorator', () => {
  it('works as those that it is made of', async () => {
    const { users, cache, list } = await open();
    await list();
    await cache.set('all', 1);
    expect([await users.find(1), await users.find(1)]).toEqual(['user 1', 'user 1']);
    expect(users.runs).toBe(1);
    await users.save(1);
    expect(await users.findTyped(1)).toBe('saved 1');
    expect([...cache.keys()]).toEqual(['user:1']);
  });

  it('keeps the metadata of all', () => {
    const { find } = Users.prototype;
    expect([Reflect.getMetadata('below', find), Reflect.getMetadata('above', find)]).toEqual(['1m', '1m']);
    expect([find.name, find.length]).toEqual(['find', 1]);
  });

  it('keeps what the compiler knows where it is one of ours', () => {
    class Wrong {
      // @ts-expect-error the method is called with a string
      @CachedById()
      async find(iata: string): Promise<string> {
        return iata;
      }
    }
    expect(new Wrong()).toBeDefined();
  });

  it('is refused on a class, on which its parts cannot stand', () => {
    const define = () => {
      @CachedUser('1m')
      class Wrong {}
      return Wrong;
    };
    expect(define).toThrow('Wrong: @Cacheable stands on methods; @CacheConfig is for classes');
  });
});

describe('stacked decorators', () => {
  it('run from the top to the bottom: what stands above @Cacheable runs on each call, what stands below on misses', async () => {
    const { users } = await open();
    for (const _ of [1, 2, 3]) await users.logged(1);
    expect([above, below]).toEqual([['logged', 'logged', 'logged'], ['logged']]);
  });

  it('evict on each call above @Cacheable, and on misses below it', async () => {
    const { users, cache, list } = await open();
    for (const evict of [() => users.evictAbove(1), () => users.evictBelow(1)]) {
      await evict();
      await list();
      await evict();
      expect(await cache.has('list')).toBe(evict.toString().includes('Below'));
      await cache.delete('list');
    }
  });
});
