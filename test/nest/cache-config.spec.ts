import { Injectable } from '@nestjs/common';
import {
  Cache,
  Cacheable,
  CacheableMany,
  CacheConfig,
  CacheEvict,
  CacheManager,
  CacheModule,
  CachePut,
  InvalidateOn,
} from 'nuthatch';
import { FakeClock } from 'nuthatch/testing';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

@CacheConfig({ cache: 'users', ttl: '1m', tags: ['users'], keyPrefix: 'v1' })
@Injectable()
class Users {
  runs = 0;

  @InvalidateOn('users.moved', { tags: ['v1:users'] })
  @Cacheable({ key: (id: number) => `user:${id}` })
  async find(id: number): Promise<string> {
    return `user ${id}, run ${++this.runs}`;
  }

  @Cacheable({ key: (id: number) => `long:${id}`, ttl: '1h', tags: ['long'], cache: 'default' })
  async findLong(id: number): Promise<string> {
    return `user ${id}, run ${++this.runs}`;
  }

  @CacheableMany({ key: (id: number) => `user:${id}` })
  async findMany(ids: readonly number[]): Promise<Map<number, string>> {
    return new Map(ids.map((id) => [id, `user ${id}, run ${++this.runs}`]));
  }

  @CachePut({ key: (id: number) => `user:${id}` })
  async save(id: number): Promise<string> {
    return `saved ${id}`;
  }

  @CacheEvict({ key: (id: number) => `user:${id}` })
  async remove(_id: number): Promise<void> {}

  @CacheEvict({ allEntries: true })
  async removeAll(): Promise<void> {}
}

/** Says something of its own, also for what it inherits. */
@CacheConfig({ cache: 'admins', ttl: '5m' })
@Injectable()
class Admins extends Users {}

/** Says nothing. */
@Injectable()
class Guests extends Users {}

async function open() {
  const clock = new FakeClock();
  const app = await openApp({
    imports: [CacheModule.forRoot({ clock }), CacheModule.forFeature({ name: 'users' }, { name: 'admins' })],
    providers: [Users, Admins, Guests],
  });
  const keysOf = (name: string) => [...app.get(CacheManager).get(name).keys()];
  return {
    app,
    clock,
    users: app.get(Users),
    keysOf,
    cacheOf: (name: string) => app.get(CacheManager).get(name),
  };
}

describe('@CacheConfig', () => {
  it('says for all methods which cache, prefix and time to live they use', async () => {
    const { users, clock, keysOf } = await open();
    await users.find(1);
    await users.findMany([2]);
    await users.save(3);
    expect(keysOf('users')).toEqual(['v1:user:1', 'v1:user:2', 'v1:user:3']);
    expect(keysOf('default')).toEqual([]);
    clock.advance('61s');
    expect(await users.find(1)).toBe('user 1, run 3');
    expect(await users.find(3)).toBe('user 3, run 4');
  });

  it('tags what is kept, and leaves an eviction its own target', async () => {
    const { users, keysOf, cacheOf } = await open();
    await Promise.all([users.find(1), users.findMany([2]), users.save(3)]);
    await users.remove(1);
    expect(keysOf('users').sort()).toEqual(['v1:user:2', 'v1:user:3']);
    await cacheOf('users').invalidateTags('v1:users');
    expect(keysOf('users')).toEqual([]);
  });

  it('gives way to what a method says itself', async () => {
    const { users, clock, keysOf, cacheOf } = await open();
    await users.findLong(1);
    expect(keysOf('default')).toEqual(['v1:long:1']);
    clock.advance('59m');
    expect(await users.findLong(1)).toBe('user 1, run 1');
    await cacheOf('default').invalidateTags('v1:long');
    expect(await users.findLong(1)).toBe('user 1, run 2');
  });

  it('is inherited', async () => {
    const { app, keysOf } = await open();
    await app.get(Guests).find(1);
    expect(keysOf('users')).toEqual(['v1:user:1']);
  });

  it('of a subclass holds for what that inherits, option by option, and for nobody else', async () => {
    const { app, users, clock, keysOf, cacheOf } = await open();
    await app.get(Admins).find(1);
    await users.find(1);
    expect([keysOf('admins'), keysOf('users')]).toEqual([['v1:user:1'], ['v1:user:1']]);
    clock.advance('2m');
    expect(await app.get(Admins).find(1)).toBe('user 1, run 1');
    expect(await users.find(1)).toBe('user 1, run 2');
    await cacheOf('admins').invalidateTags('v1:users');
    expect(keysOf('admins')).toEqual([]);
  });

  it('confines allEntries to its prefix', async () => {
    const { users, keysOf, cacheOf } = await open();
    await cacheOf('users').set('v10:user:1', 1);
    await users.find(1);
    await users.removeAll();
    expect(keysOf('users')).toEqual(['v10:user:1']);
  });

  it('says which cache the rules of @InvalidateOn are about, that of each class', async () => {
    const { app, users, keysOf, cacheOf } = await open();
    await Promise.all([users.find(1), app.get(Admins).find(1)]);
    await app.get(Cache).publish('users.moved');
    expect(keysOf('users')).toHaveLength(1);
    await cacheOf('users').publish('users.moved');
    await cacheOf('admins').publish('users.moved');
    expect([keysOf('users'), keysOf('admins')]).toEqual([[], []]);
  });

  it('may stand twice, where the upper one counts', async () => {
    @Injectable()
    @CacheConfig({ keyPrefix: 'upper' })
    @CacheConfig({ cache: 'users', keyPrefix: 'lower' })
    class Twice {
      @Cacheable({ key: () => 'twice' })
      async find(): Promise<number> {
        return 1;
      }
    }
    const app = await openApp({
      imports: [CacheModule.forRoot(), CacheModule.forFeature({ name: 'users' })],
      providers: [Twice],
    });
    await app.get(Twice).find();
    expect([...app.get(CacheManager).get('users').keys()]).toEqual(['upper:twice']);
  });
});
