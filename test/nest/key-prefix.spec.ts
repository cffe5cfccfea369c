import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import {
  Cache,
  Cacheable,
  CacheableMany,
  CacheConfig,
  CacheEvict,
  CacheManager,
  CacheModule,
  type CacheModuleOptions,
  CachePut,
  InvalidateOn,
  type KeyPrefix,
} from 'nuthatch';
import { collectWarnings } from './log-lines.js';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const warnings = collectWarnings();

const tenant = new AsyncLocalStorage<string>();

function currentTenant(): string {
  const name = tenant.getStore();
  if (name === undefined) throw new Error('outside of a request');
  return name;
}

@Injectable()
class Users {
  runs = 0;

  @InvalidateOn('user.moved', ['user:{id}'])
  @Cacheable({ key: (id: string) => `user:${id}`, tags: ['users'] })
  async find(id: string): Promise<string> {
    this.runs++;
    return `${id} of ${tenant.getStore()}`;
  }

  @Cacheable({ key: (key: string) => key })
  async read(_key: string): Promise<string> {
    this.runs++;
    return `read for ${tenant.getStore()}`;
  }

  @CacheableMany({ key: (id: string) => `user:${id}`, tags: (id: string) => [`user ${id}`] })
  async findMany(ids: readonly string[]): Promise<Map<string, string>> {
    this.runs++;
    return new Map(ids.map((id) => [id, `${id} of ${tenant.getStore()}`]));
  }

  @CachePut({ key: (id: string) => `user:${id}`, tags: ['users'] })
  async save(id: string): Promise<string> {
    this.runs++;
    return `saved ${id}`;
  }

  @CacheEvict({ key: (id: string) => `user:${id}` })
  async remove(_id: string): Promise<void> {
    this.runs++;
  }

  @CacheEvict({ tags: ['users'] })
  async removeUsers(): Promise<void> {}

  @CacheEvict({ tagsOfResult: (tag: string) => [tag] })
  async removeTag(tag: string): Promise<string> {
    return tag;
  }

  @CacheEvict({ allEntries: true })
  async removeAll(): Promise<void> {}
}

async function open(keyPrefix: KeyPrefix = currentTenant, options: CacheModuleOptions = {}) {
  const app = await openApp({
    imports: [CacheModule.forRoot({ keyPrefix, ...options })],
    providers: [Users],
  });
  const cache = app.get(Cache);
  return { app, users: app.get(Users), cache, keys: () => [...cache.keys()].sort() };
}

const as = <T>(name: string, act: () => Promise<T>): Promise<T> => tenant.run(name, act);

describe('a keyPrefix', () => {
  it('keeps the entries of tenants apart, in all decorators', async () => {
    const { users, keys } = await open();
    for (const name of ['acme', 'bolt']) {
      expect(await as(name, () => users.find('1'))).toBe(`1 of ${name}`);
      expect(await as(name, () => users.find('1'))).toBe(`1 of ${name}`);
      expect(await as(name, () => users.findMany(['1', '2']))).toEqual(
        new Map([
          ['1', `1 of ${name}`],
          ['2', `2 of ${name}`],
        ]),
      );
    }
    expect(users.runs).toBe(4);
    await as('acme', () => users.save('3'));
    await as('acme', () => users.remove('1'));
    expect(keys()).toEqual(['acme:user:2', 'acme:user:3', 'bolt:user:1', 'bolt:user:2']);
  });

  it('stands before tags too', async () => {
    const { users, keys, cache } = await open();
    for (const name of ['acme', 'bolt']) await as(name, () => users.find('1'));
    await as('acme', () => users.save('2'));
    await as('acme', () => users.removeUsers());
    expect(keys()).toEqual(['bolt:user:1']);
    await cache.invalidateTags('bolt:users');
    expect(keys()).toEqual([]);
    for (const name of ['acme', 'bolt']) await as(name, () => users.findMany(['1']));
    await as('acme', () => users.removeTag('user 1'));
    expect(keys()).toEqual(['bolt:user:1']);
  });

  it.each(['acme', 'a*', 'a\\', '?', 'a:b'])(
    'has allEntries remove those of one tenant: %s',
    async (name) => {
      const { users, keys } = await open();
      const others = ['acme2', 'ab', 'a', 'b', ''];
      for (const each of [name, ...others]) await as(each, () => users.find('1'));
      await as(name, () => users.removeAll());
      expect(keys()).toHaveLength(others.length);
      for (const each of others) await as(each, () => users.find('1'));
      expect(users.runs).toBe(1 + others.length);
    },
  );

  it.each([
    [
      ['a', 'b:c'],
      ['a:b', 'c'],
    ],
    [
      ['', 'a:b'],
      ['a', 'b'],
    ],
    [
      ['a%3Ab', 'c'],
      ['a:b', 'c'],
    ],
    [
      ['a%', '3Ab'],
      ['a', '%:3Ab'],
    ],
  ])('cannot be confused with the key behind it: %j and %j', async (one, other) => {
    const { users, keys } = await open();
    for (const [name = '', key = ''] of [one, other]) await as(name, () => users.read(key));
    expect(users.runs).toBe(2);
    expect(new Set(keys()).size).toBe(2);
  });

  it.each([
    [
      'throws',
      currentTenant,
      'Users.find: ran without the cache: keyPrefix must answer a string, it threw: outside of a request',
    ],
    [
      'answers no string',
      (() => undefined) as unknown as KeyPrefix,
      'Users.find: ran without the cache: keyPrefix must answer a string, got undefined',
    ],
  ])('that %s has reads run without the cache, and puts and evictions rejected', async (_, prefix, line) => {
    const { users, cache } = await open(prefix);
    expect(await users.find('1')).toBe('1 of undefined');
    expect(await users.find('1')).toBe('1 of undefined');
    expect(warnings).toEqual([line]);
    await users.findMany(['1']);
    expect(users.runs).toBe(3);
    for (const refused of [() => users.save('1'), () => users.remove('1')])
      await expect(refused()).rejects.toMatchObject({
        code: 'bad_key',
        message: expect.stringMatching(/^Users\.(save|remove): keyPrefix must answer a string/),
      });
    await expect(users.removeAll()).rejects.toMatchObject({ code: 'bad_key' });
    expect([users.runs, cache.size]).toEqual([3, 0]);
  });

  it('may be a text', async () => {
    const { users, keys } = await open('v2');
    await users.find('1');
    expect(keys()).toEqual(['v2:user:1']);
    await users.removeAll();
    expect(keys()).toEqual([]);
  });

  it('leaves the templates of @InvalidateOn, and a cache that is used directly, as they are', async () => {
    const { users, cache, keys } = await open('v2');
    await users.find('1');
    await cache.set('user:1', 'direct');
    await cache.publish('user.moved', { id: 1 });
    expect(keys()).toEqual(['v2:user:1']);
  });

  it('of a class stands behind that of the cache, and so never leaves the tenant', async () => {
    @CacheConfig({ keyPrefix: () => 'v2' })
    class Newer extends Users {}
    const app = await openApp({
      imports: [CacheModule.forRoot({ keyPrefix: currentTenant })],
      providers: [Newer, Users],
    });
    const cache = app.get(Cache);
    await as('acme', () => app.get(Newer).find('1'));
    await as('acme', () => app.get(Users).find('1'));
    expect([...cache.keys()]).toEqual(['acme:v2:user:1', 'acme:user:1']);
    await as('acme', () => app.get(Newer).removeAll());
    expect([...cache.keys()]).toEqual(['acme:user:1']);
  });

  it('is inherited by named caches, which may have another, or none', async () => {
    class Named {
      @Cacheable({ key: () => 'key', cache: 'same' })
      async same(): Promise<number> {
        return 1;
      }

      @Cacheable({ key: () => 'key', cache: 'other' })
      async other(): Promise<number> {
        return 1;
      }

      @Cacheable({ key: () => 'key', cache: 'none' })
      async none(): Promise<number> {
        return 1;
      }
    }
    const app = await openApp({
      imports: [
        CacheModule.forRootAsync({ useFactory: () => ({ keyPrefix: 'root' }) }),
        CacheModule.forFeature(
          { name: 'same' },
          { name: 'other', keyPrefix: () => 'other' },
          { name: 'none', keyPrefix: '' },
        ),
      ],
      providers: [Named],
    });
    const named = app.get(Named);
    const manager = app.get(CacheManager);
    await Promise.all([named.same(), named.other(), named.none()]);
    const keysOf = (name: string) => [...manager.get(name).keys()];
    expect(['same', 'other', 'none'].map(keysOf)).toEqual([['root:key'], ['other:key'], ['key']]);
    expect(['same', 'other', 'none', 'nowhere'].map((name) => manager.prefixOf(name))).toEqual([
      'root:',
      'other:',
      '',
      '',
    ]);
  });

  it('may come out of the instance of a request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Orders {
      constructor(@Inject(REQUEST) readonly request: { readonly tenant: string }) {}

      @Cacheable({ key: () => 'orders' })
      async list(): Promise<string> {
        return `orders of ${this.request.tenant}`;
      }
    }
    const ofRequest = (instance: object | undefined): string => (instance as Orders).request.tenant;
    const app = await openApp({
      imports: [CacheModule.forRoot({ keyPrefix: ofRequest })],
      providers: [Orders],
    });
    for (const name of ['acme', 'bolt', 'acme']) {
      const context = ContextIdFactory.create();
      app.registerRequestByContextId({ tenant: name }, context);
      expect(await (await app.resolve(Orders, context)).list()).toBe(`orders of ${name}`);
    }
    expect([...app.get(Cache).keys()]).toEqual(['acme:orders', 'bolt:orders']);
  });

  it('refuses the start where it can be none', async () => {
    const start = open(7 as unknown as KeyPrefix);
    await expect(start).rejects.toMatchObject({
      code: 'bad_option',
      message: 'cache "default": keyPrefix must be a string or a function, got a number',
    });
  });
});
