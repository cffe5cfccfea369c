import { Injectable } from '@nestjs/common';
import {
  Cache,
  Cacheable,
  CacheManager,
  CacheModule,
  type CacheModuleOptions,
  Caching,
  MapStore,
} from 'nuthatch';
import { FaultyStore } from 'nuthatch/testing';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { collectWarnings } from './log-lines.js';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const warnings = collectWarnings();

interface User {
  readonly id: number;
  readonly email: string;
}

const byId = (id: number): string => `user:${id}`;
const byEmail = (email: string): string => `email:${email}`;

@Injectable()
class Users {
  readonly runs: string[] = [];

  @Cacheable({ key: byEmail })
  async findByEmail(email: string): Promise<User> {
    this.runs.push('findByEmail');
    return { id: 0, email };
  }

  @Caching({
    cacheable: { key: byId, ttl: '1h' },
    put: [{ keyOfResult: (user: User) => byEmail(user.email) }],
    evict: [{ tags: ['misses'] }, { key: () => 'before', beforeInvocation: true }],
  })
  async find(id: number): Promise<User> {
    this.runs.push('find');
    return { id, email: `${id}@owl` };
  }

  @Caching({
    put: [
      { key: (user: User) => byId(user.id) },
      { key: (user: User) => byEmail(user.email), cache: 'emails' },
      { key: () => 'last', condition: () => false },
    ],
    evict: [{ tags: ['lists'] }, { keyOfResult: (user: User) => byId(user.id + 1) }],
  })
  async save(user: User): Promise<User> {
    this.runs.push('save');
    if (user.id < 0) throw new Error('no such user');
    return user;
  }

  @Caching({ put: [{ key: () => 'same' }], evict: [{ key: () => 'same' }] })
  async putAndEvict(): Promise<string> {
    return 'value';
  }

  @Caching({ put: [{ key: () => 'one' }, { key: () => '' }] })
  async unkeyed(): Promise<string> {
    this.runs.push('unkeyed');
    return 'value';
  }

  @Caching({
    cacheable: { key: byId },
    put: [{ key: () => '' }],
  })
  async readUnkeyed(id: number): Promise<number> {
    this.runs.push('readUnkeyed');
    return id;
  }

  @Caching({ cacheable: { key: (id: number) => `watch:${id}` }, put: [{ key: (id: number) => `put:${id}` }] })
  watch(id: number): Observable<number> {
    this.runs.push('watch');
    return of(id, id + 1);
  }
}

async function open(options: CacheModuleOptions = {}) {
  const app = await openApp({
    imports: [CacheModule.forRoot(options), CacheModule.forFeature({ name: 'emails', store: false })],
    providers: [Users],
  });
  const cache = app.get(Cache);
  return { users: app.get(Users), cache, emails: app.get(CacheManager).get('emails') };
}

describe('@Caching', () => {
  it('keeps one result under several keys, in several caches, and removes what is no longer true', async () => {
    const { users, cache, emails } = await open();
    await cache.set('list', 1, { tags: ['lists'] });
    await cache.set('user:2', 'next');
    await users.save({ id: 1, email: 'owl' });
    expect([...cache.keys()]).toEqual(['user:1']);
    expect([...emails.keys()]).toEqual(['email:owl']);
  });

  it('puts and removes nothing where the method fails', async () => {
    const { users, cache } = await open();
    await cache.set('list', 1, { tags: ['lists'] });
    await expect(users.save({ id: -1, email: 'owl' })).rejects.toThrow('no such user');
    expect([...cache.keys()]).toEqual(['list']);
  });

  it('removes after it has put', async () => {
    const { users, cache } = await open();
    await users.putAndEvict();
    expect(cache.size).toBe(0);
  });

  it('runs the method where nobody has its answer, and puts and removes then alone', async () => {
    const { users, cache } = await open();
    const renew = async () => {
      await cache.set('miss', 1, { tags: ['misses'] });
      await cache.set('before', 1);
    };
    await renew();
    await users.find(1);
    expect([...cache.keys()].sort()).toEqual(['email:1@owl', 'user:1']);
    expect(await users.findByEmail('1@owl')).toEqual({ id: 1, email: '1@owl' });
    await renew();
    await users.find(1);
    expect(users.runs).toEqual(['find']);
    expect([...cache.keys()].sort()).toEqual(['email:1@owl', 'miss', 'user:1']);
  });

  it('runs the method, its puts and its evictions once for a thousand callers', async () => {
    const { users, cache } = await open();
    await Promise.all(Array.from({ length: 1000 }, () => users.find(1)));
    expect(users.runs).toEqual(['find']);
    expect(cache.metrics().sets).toBe(1);
  });

  it('keeps everything that an Observable emits', async () => {
    const { users, cache } = await open();
    expect(await lastValueFrom(users.watch(1))).toBe(2);
    expect(await lastValueFrom(users.watch(1))).toBe(2);
    expect(users.runs).toEqual(['watch']);
    expect(await cache.get('put:1')).toEqual([1, 2]);
  });

  it('rejects before the method has run where a key cannot be had', async () => {
    const { users, cache } = await open();
    await expect(users.unkeyed()).rejects.toMatchObject({ code: 'bad_key' });
    expect([users.runs, cache.size]).toEqual([[], 0]);
  });

  it('has the others act where one fails, and rejects with its error', async () => {
    const store = new FaultyStore(new MapStore());
    const { users, cache, emails } = await open({ store: { create: () => store } });
    await cache.set('list', 1, { tags: ['lists'] });
    store.failNext('apply');
    await expect(users.save({ id: 1, email: 'owl' })).rejects.toMatchObject({ code: 'store_failed' });
    expect(await cache.has('list')).toBe(false);
    expect([...emails.keys()]).toEqual(['email:owl']);
  });

  it('fails no read where a put fails, and logs a line', async () => {
    const { users } = await open();
    expect(await users.readUnkeyed(1)).toBe(1);
    expect(warnings).toEqual([
      'Users.readUnkeyed: a put or an eviction failed: its key function must answer a non-empty string, got an empty string',
    ]);
    const store = new FaultyStore(new MapStore());
    const failing = await open({ store: { create: () => store } });
    store.failAlways('apply');
    expect(await lastValueFrom(failing.users.watch(1))).toBe(2);
    expect(warnings.at(-1)).toMatch(/^Users\.watch: a put or an eviction failed: /);
  });
});
