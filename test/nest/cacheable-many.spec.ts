import { Injectable } from '@nestjs/common';
import {
  Cache,
  Cacheable,
  CacheableMany,
  CacheManager,
  CacheModule,
  type CacheModuleOptions,
  MapStore,
} from 'nuthatch';
import { FakeClock, FaultyStore, settle } from 'nuthatch/testing';
import { held } from '../support/caches.js';
import { collectWarnings } from './log-lines.js';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const warnings = collectWarnings();

interface User {
  readonly id: number;
  readonly name: string;
}

const byId = (id: number): string => `user:${id}`;

@Injectable()
class Users {
  /** What each call of a method was told. */
  readonly calls: (readonly number[])[] = [];
  readonly names = new Map([1, 2, 3, 4, 5].map((id) => [id, `owl ${id}`]));
  gate: Promise<unknown> = Promise.resolve();
  error: Error | undefined;

  @Cacheable({ key: byId })
  async find(id: number): Promise<User | undefined> {
    return (await this.read([id]))[0];
  }

  @CacheableMany({ key: byId, idOf: (user: User) => user.id })
  async findMany(ids: readonly number[]): Promise<User[]> {
    return this.read(ids);
  }

  @CacheableMany({ key: byId, byPosition: true })
  async findInPlace(ids: readonly number[]): Promise<(User | null | undefined)[]> {
    const found = new Map((await this.read(ids)).map((user) => [user.id, user]));
    return ids.map((id) => found.get(id) ?? (id === 8 ? null : undefined));
  }

  @CacheableMany({ key: (id: string, language: string) => `${language}:${id}` })
  async names$(ids: readonly string[], language: string): Promise<Map<string, string | null>> {
    this.calls.push(ids.map(Number));
    return new Map(
      ids.filter((id) => id !== '9').map((id) => [id, id === '8' ? null : `${language} owl ${id}`]),
    );
  }

  @CacheableMany({
    key: byId,
    idOf: (user: User) => user.id,
    ttl: (user: User | undefined) => (user === undefined ? '1s' : '1h'),
    tags: (id: number) => [`user:${id}`, 'users'],
    condition: (id: number) => id !== 1,
    unless: (_user: User | undefined, id: number) => id === 2,
  })
  async findSome(ids: readonly number[]): Promise<User[]> {
    return this.read(ids);
  }

  @CacheableMany({ idOf: (user: User) => user.id, maxBatch: 2, tags: ['users'] })
  async findBatched(ids: readonly number[]): Promise<User[]> {
    return this.read(ids);
  }

  @CacheableMany({ key: byId, idOf: (user: User) => user.id })
  async findEach(ids: readonly number[]): Promise<User[]> {
    const users = await Promise.all(ids.map((id) => this.find(id)));
    return users.filter((user) => user !== undefined);
  }

  @Cacheable({ key: byId })
  async findOneOfMany(id: number): Promise<User | undefined> {
    return (await this.findMany([id]))[0];
  }

  @CacheableMany({
    key: (id: number) => {
      if (id < 0) throw new Error('no key below zero');
      return byId(id);
    },
    idOf: (user: User) => user.id,
  })
  async findUnkeyed(ids: readonly number[]): Promise<User[]> {
    return this.read(ids);
  }

  @CacheableMany({
    key: byId,
    idOf: (user: User) => user.id,
    tags: (id: number) => {
      if (id === 2) throw new Error('no tags of 2');
      return id === 3 ? [''] : [];
    },
  })
  async findTagless(ids: readonly number[]): Promise<User[]> {
    return this.read(ids);
  }

  @CacheableMany({ key: byId, idOf: () => 77 })
  async findForeign(ids: readonly number[]): Promise<User[]> {
    return this.read(ids);
  }

  @CacheableMany({ key: (id: number) => `short:${id}`, byPosition: true })
  async findShort(_ids: readonly number[]): Promise<User[]> {
    return [];
  }

  @CacheableMany({ key: (id: number) => `some:${id}`, byPosition: true })
  async findWithErrors(ids: readonly number[]): Promise<(User | Error)[]> {
    this.calls.push(ids);
    return ids.map((id) => (id === 3 ? new Error('no 3') : { id, name: '' }));
  }

  private async read(ids: readonly number[]): Promise<User[]> {
    this.calls.push(ids);
    await this.gate;
    if (this.error !== undefined) throw this.error;
    const users = ids.map((id) => ({ id, name: this.names.get(id) ?? '' }));
    return users.filter(({ name }) => name !== '').toReversed();
  }
}

async function open(options: CacheModuleOptions = {}) {
  const clock = new FakeClock();
  const app = await openApp({ imports: [CacheModule.forRoot({ clock, ...options })], providers: [Users] });
  return { app, clock, users: app.get(Users), cache: app.get(Cache) };
}

const idsOf = (users: readonly (User | null | undefined)[]) => users.map((user) => user?.id);

describe('@CacheableMany', () => {
  it('asks the method for those alone that nobody has', async () => {
    const { users } = await open();
    expect(idsOf(await users.findMany([1, 2]))).toEqual([1, 2]);
    expect(idsOf(await users.findMany([3, 2, 1]))).toEqual([3, 2, 1]);
    expect(idsOf(await users.findMany([1, 2, 3]))).toEqual([1, 2, 3]);
    expect(users.calls).toEqual([[1, 2], [3]]);
  });

  it('shares its entries with @Cacheable, both ways', async () => {
    const { users } = await open();
    await users.find(1);
    await users.findMany([1, 2]);
    expect((await users.find(2))?.name).toBe('owl 2');
    expect(users.calls).toEqual([[1], [2]]);
  });

  it('keeps the order of the caller, and answers an id as often as he asks for it', async () => {
    const { users } = await open();
    expect(idsOf(await users.findMany([4, 2, 4, 4, 1]))).toEqual([4, 2, 4, 4, 1]);
    expect(users.calls).toEqual([[4, 2, 1]]);
  });

  it('leaves out what is not found, and does not look for it again', async () => {
    const { users } = await open();
    expect(idsOf(await users.findMany([1, 9, 2]))).toEqual([1, 2]);
    expect(idsOf(await users.findMany([9, 1]))).toEqual([1]);
    expect(await users.find(9)).toBeUndefined();
    expect(users.calls).toEqual([[1, 9, 2]]);
  });

  it('asks nobody for no ids', async () => {
    const { users } = await open();
    expect(await users.findMany([])).toEqual([]);
    expect(users.calls).toEqual([]);
  });

  it('answers by position, with null and undefined in their places', async () => {
    const { users } = await open();
    for (const _ of [1, 2])
      expect(await users.findInPlace([9, 8, 1])).toEqual([undefined, null, { id: 1, name: 'owl 1' }]);
    expect(users.calls).toEqual([[9, 8, 1]]);
  });

  it('answers a Map in the order of the caller, with what else the method is told in the key', async () => {
    const { users } = await open();
    await users.names$(['2'], 'en');
    const names = await users.names$(['9', '8', '2', '1', '2'], 'en');
    expect([...names]).toEqual([
      ['8', null],
      ['2', 'en owl 2'],
      ['1', 'en owl 1'],
    ]);
    expect((await users.names$(['2'], 'de')).get('2')).toBe('de owl 2');
    expect(users.calls).toEqual([[2], [9, 8, 1], [2]]);
  });

  it('loads no id twice that overlapping batches ask for, or that @Cacheable is loading', async () => {
    const { users } = await open();
    const { promise, resolve } = held<void>();
    users.gate = promise;
    const answers = Promise.all([
      users.find(1),
      users.findMany([1, 2, 3]),
      users.findMany([3, 4, 2]),
      users.findInPlace([4, 5]),
    ]);
    await settle();
    const late = users.find(5);
    await settle();
    resolve();
    const [one, many, others, last] = await answers;
    expect([one?.id, idsOf(many), idsOf(others), idsOf(last)]).toEqual([1, [1, 2, 3], [3, 4, 2], [4, 5]]);
    expect((await late)?.id).toBe(5);
    expect(users.calls.flat().sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('loses against a change of one of its ids during the load', async () => {
    const { users, cache } = await open();
    const { promise, resolve } = held<void>();
    users.gate = promise;
    const answer = users.findMany([1, 2]);
    await settle();
    await cache.delete('user:1');
    resolve();
    expect(idsOf(await answer)).toEqual([1, 2]);
    expect([...cache.keys()]).toEqual(['user:2']);
  });

  it('hands an error on to all who wait, and keeps nothing', async () => {
    const { users, cache } = await open();
    await users.findMany([1]);
    users.error = new Error('no network');
    const outcomes = await Promise.allSettled([users.findMany([1, 2]), users.find(2), users.findMany([1])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    users.error = undefined;
    expect(idsOf(await users.findMany([1, 2]))).toEqual([1, 2]);
    expect(cache.size).toBe(2);
  });

  it('takes an error in the place of an element for the failure of that one', async () => {
    const { users, cache } = await open();
    await expect(users.findWithErrors([1, 3, 2])).rejects.toThrow('no 3');
    expect([...cache.keys()]).toEqual(['some:1', 'some:2']);
  });

  it('has each element its own life and tags', async () => {
    const { users, cache, clock } = await open();
    await users.findSome([3, 4, 9]);
    clock.advance('2s');
    await users.findSome([3, 4, 9]);
    expect(users.calls).toEqual([[3, 4, 9], [9]]);
    await cache.invalidateTags('user:3');
    expect(await cache.has('user:4')).toBe(true);
    expect(await cache.has('user:3')).toBe(false);
  });

  it('does not ask the cache where its condition is false, and keeps nothing that unless refuses', async () => {
    const { users, cache } = await open();
    await cache.set('user:1', { id: 1, name: 'kept' });
    expect(idsOf(await users.findSome([3, 1, 2]))).toEqual([3, 1, 2]);
    expect([...users.calls].sort()).toEqual([[1], [3, 2]]);
    expect(await cache.get('user:1')).toEqual({ id: 1, name: 'kept' });
    expect([...cache.keys()]).toEqual(['user:1', 'user:3']);
  });

  it('makes keys of its own where it is given none, and calls the method for so many at once', async () => {
    const { users, cache } = await open();
    await users.findBatched([1, 2, 3]);
    expect(users.calls).toEqual([[1, 2], [3]]);
    expect([...cache.keys()].sort()).toEqual([
      'Users.findBatched:1',
      'Users.findBatched:2',
      'Users.findBatched:3',
    ]);
    await cache.invalidateTags('users');
    expect([...cache.keys()]).toEqual([]);
  });

  it.each([{}, { store: 'map' }] as const)(
    'does not wait for itself, where one method calls the other: %j',
    async (options) => {
      const { users } = await open(options);
      expect(idsOf(await users.findEach([1, 2]))).toEqual([1, 2]);
      expect((await users.findOneOfMany(3))?.id).toBe(3);
      expect(users.calls).toEqual([[1], [2], [3]]);
    },
  );

  it('runs without the cache where an id has no key, and logs a line', async () => {
    const { users, cache } = await open();
    expect(idsOf(await users.findUnkeyed([2, 1, -1]))).toEqual([1, 2]);
    expect([users.calls, cache.size]).toEqual([[[2, 1, -1]], 0]);
    expect(warnings).toEqual([
      'Users.findUnkeyed: ran without the cache: its key function must answer a non-empty string, it threw: no key below zero',
    ]);
  });

  it('answers an element of which nobody can say how to keep it, does not keep it, and logs a line', async () => {
    const { users, cache } = await open();
    expect(idsOf(await users.findTagless([1, 2, 3]))).toEqual([1, 2, 3]);
    expect([...cache.keys()]).toEqual(['user:1']);
    expect(warnings).toEqual(['Users.findTagless: an element was not kept: no tags of 2']);
  });

  it.each([
    ['for other ids', 'findForeign', /^Users\.findForeign answered 2 elements, none of them for an id/],
    ['with another length', 'findShort', /^Users\.findShort must answer an element for each of the 2 ids/],
  ] as const)('keeps nothing of a method that answers %s, and says so', async (_, method, message) => {
    const { users, cache } = await open();
    await expect(users[method]([1, 2])).rejects.toMatchObject({
      code: 'bad_load',
      message: expect.stringMatching(message),
    });
    expect(cache.size).toBe(0);
  });

  it('asks the method where the store fails, or the cache is closed', async () => {
    const store = new FaultyStore(new MapStore());
    const { app, users } = await open({ store });
    store.failAlways('getMany');
    store.failAlways('get');
    store.failAlways('apply');
    expect(idsOf(await users.findMany([1, 2]))).toEqual([1, 2]);
    store.heal();
    await app.get(CacheManager).closeAll();
    expect(idsOf(await users.findMany([2, 3]))).toEqual([2, 3]);
    expect(idsOf(await users.findSome([1, 4]))).toEqual([1, 4]);
  });

  it('reads what is missing from the store by one call', async () => {
    const store = new MapStore();
    const first = await open({ store: { create: () => store } });
    await first.users.findMany([1, 2]);
    first.cache.resize({ maxItems: 1 });
    await first.users.findMany([1, 2, 3]);
    expect(first.users.calls).toEqual([[1, 2], [3]]);
  });

  it('runs as if it were not decorated where there is no application', async () => {
    const users = new Users();
    expect(idsOf(await users.findMany([1, 1]))).toEqual([1, 1]);
  });
});
