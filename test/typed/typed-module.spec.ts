import { Injectable, Module } from '@nestjs/common';
import {
  Cache,
  Cacheable,
  CacheManager,
  CacheModule,
  createCache,
  defineCache,
  evictionStrategies,
  getCacheToken,
  getTypedCacheToken,
  InjectCache,
  mapStore,
  TypedCache,
} from 'nuthatch';
import { z } from 'zod';
import { closeApps, openApp } from '../nest/open-app.js';

afterEach(closeApps);

const Users = defineCache({
  name: 'users',
  key: (id: number) => String(id),
  value: z.object({ id: z.number(), name: z.string() }),
  eviction: { useFactory: () => evictionStrategies.fifo },
  store: mapStore(),
});

const ann = { id: 1, name: 'Ann' };

@Injectable()
class UserService {
  constructor(
    @InjectCache(Users) readonly users: TypedCache<typeof Users>,
    @InjectCache('users') readonly untyped: Cache,
  ) {}

  find(id: number): Promise<{ id: number; name: string }> {
    return this.users.getOrLoad(id, async () => ({ id, name: `user ${id}` }));
  }

  @Cacheable({ cache: 'users', key: (id: number) => String(id) })
  async decorated(id: number): Promise<unknown> {
    return { id, name: 7 };
  }
}

@Module({ imports: [CacheModule.forFeature(Users)], providers: [UserService], exports: [UserService] })
class UsersModule {}

@Injectable()
class OtherService {
  constructor(@InjectCache(Users) readonly users: TypedCache<typeof Users>) {}
}

@Module({ imports: [CacheModule.forFeature(Users)], providers: [OtherService], exports: [OtherService] })
class OtherModule {}

const root = CacheModule.forRoot({ codec: 'json' });

describe('CacheModule.forFeature with a typed definition', () => {
  it('injects the typed face of one cache, which CacheManager has under its name', async () => {
    const app = await openApp({ imports: [root, UsersModule, OtherModule] });
    const service = app.get(UserService);
    expect(service.users).toBeInstanceOf(TypedCache);
    expect(await service.find(1)).toEqual({ id: 1, name: 'user 1' });
    expect(await app.get(OtherService).users.get(1)).toEqual({ id: 1, name: 'user 1' });
    expect(await service.untyped.get('1')).toEqual({ id: 1, name: 'user 1' });
    expect(service.users.cache).toBe(app.get(CacheManager).get('users'));
  });

  it('inherits what other named caches do, and makes the parts that are told', async () => {
    const app = await openApp({ imports: [root, UsersModule] });
    const { users } = app.get(UserService);
    expect(users.cache.info()).toMatchObject({ codec: 'typed json', eviction: { strategy: 'fifo' } });
    expect(users.cache.metrics().custom).toEqual({ values_migrated: 0, values_dropped: 0 });
  });

  it('hands out nothing that a decorator has put there and that does not fit', async () => {
    const app = await openApp({ imports: [root, UsersModule] });
    const service = app.get(UserService);
    await service.decorated(9);
    expect(await service.untyped.get('9')).toEqual({ id: 9, name: 7 });
    expect(await service.users.get(9)).toBeUndefined();
    expect(await service.find(9)).toEqual({ id: 9, name: 'user 9' });
  });

  it('refuses another definition of the same name', async () => {
    const other = defineCache({ name: 'users', key: (id: number) => String(id), value: z.string() });
    for (const again of [other, { name: 'users' }])
      await expect(openApp({ imports: [root, UsersModule, CacheModule.forFeature(again)] })).rejects.toThrow(
        expect.objectContaining({ code: 'bad_declaration' }),
      );
  });

  it('takes plain definitions beside typed ones', async () => {
    const app = await openApp({ imports: [root, CacheModule.forFeature(Users, { name: 'plain' })] });
    expect(app.get(CacheManager).names()).toEqual(expect.arrayContaining(['users', 'plain']));
  });

  it('names the cache whose options are wrong', async () => {
    const wrong = defineCache({ name: 'odd', key: String, value: z.string(), codec: 'xml' as 'json' });
    await expect(openApp({ imports: [root, CacheModule.forFeature(wrong)] })).rejects.toThrow(
      'cache "odd": codec must be one of json, rich or a factory, got "xml"',
    );
  });

  it('puts the typed face over what a test has put in the place of its cache', async () => {
    const instead = await createCache();
    const app = await openApp({ imports: [root, UsersModule] }, (builder) =>
      builder.overrideProvider(getCacheToken('users')).useValue(instead),
    );
    const { users } = app.get(UserService);
    await users.set(1, ann);
    expect(await instead.get('1')).toEqual(ann);
    await instead.set('1', 'junk');
    expect(await users.get(1)).toBeUndefined();
  });

  it('can be replaced by its own token', async () => {
    const app = await openApp({ imports: [root, UsersModule] }, (builder) =>
      builder.overrideProvider(getTypedCacheToken(Users)).useValue({ getOrLoad: async () => ann }),
    );
    expect(await app.get(UserService).find(5)).toEqual(ann);
  });
});
