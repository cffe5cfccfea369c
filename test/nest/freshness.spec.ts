import { Injectable } from '@nestjs/common';
import { Cache, Cacheable, CacheManager, CacheModule, InvalidateOn } from 'nuthatch';
import { FakeClock, settle } from 'nuthatch/testing';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const clock = new FakeClock();

class Counting {
  runs = 0;
  fails = false;

  next(id: number): string {
    if (this.fails) throw new Error('no network');
    return `user ${id}, run ${++this.runs}`;
  }
}

@Injectable()
@InvalidateOn('users.replaced', { tags: ['users'] })
class Users extends Counting {
  @InvalidateOn('user.updated', ['user:{id}', 'user:{id}:*'])
  @Cacheable({ key: (id: number) => `user:${id}`, ttl: '1m', staleWhileRevalidate: '5m', tags: ['users'] })
  async find(id: number): Promise<string> {
    return this.next(id);
  }

  @Cacheable({ key: (id: number) => `fragile:${id}`, ttl: '1m', grace: '1h' })
  async fragile(id: number): Promise<string> {
    return this.next(id);
  }
}

async function open() {
  const app = await openApp({ imports: [CacheModule.forRoot({ clock })], providers: [Users] });
  return { users: app.get(Users), cache: app.get(CacheManager).get() };
}

describe('@Cacheable', () => {
  it('answers at once what is a little too old, and runs the method in the background', async () => {
    const { users } = await open();
    await users.find(1);
    clock.advance('2m');
    expect(await users.find(1)).toBe('user 1, run 1');
    await settle();
    expect(await users.find(1)).toBe('user 1, run 2');
  });

  it('answers what is too old where the method fails', async () => {
    const { users } = await open();
    await users.fragile(1);
    clock.advance('2m');
    users.fails = true;
    expect(await users.fragile(1)).toBe('user 1, run 1');
    await expect(users.fragile(2)).rejects.toThrow('no network');
  });
});

describe('@InvalidateOn', () => {
  it('makes gone what its templates say, on a method and on a class', async () => {
    const { users, cache } = await open();
    await Promise.all([users.find(1), users.find(2), cache.set('user:1:posts', 5)]);
    await cache.publish('user.updated', { id: 1 });
    expect([...cache.keys()]).toEqual(['user:2']);
    await cache.publish('users.replaced');
    expect([...cache.keys()]).toEqual([]);
  });

  it('refuses the start where a template is wrong, or there is no such cache', async () => {
    class Wrong {
      @InvalidateOn('user.updated', ['user:{id'])
      async find(): Promise<void> {}
    }
    class Elsewhere {
      @InvalidateOn('user.updated', ['user:{id}'], { cache: 'nowhere' })
      async find(): Promise<void> {}
    }
    const starting = (provider: typeof Wrong | typeof Elsewhere) =>
      openApp({ imports: [CacheModule.forRoot()], providers: [provider] });
    await expect(starting(Wrong)).rejects.toMatchObject({ code: 'bad_rule' });
    await expect(starting(Elsewhere)).rejects.toThrow(/nowhere.*Elsewhere\.find|Elsewhere\.find.*nowhere/s);
  });

  it('is one rule for all instances of a class', async () => {
    const app = await openApp({
      imports: [CacheModule.forRoot({ clock })],
      providers: [Users, { provide: 'again', useClass: Users }],
    });
    const cache = app.get(Cache);
    let invalidations = 0;
    cache.events$.subscribe(({ type }) => (invalidations += Number(type === 'invalidated')));
    await cache.publish('users.replaced');
    expect(invalidations).toBe(1);
  });
});
