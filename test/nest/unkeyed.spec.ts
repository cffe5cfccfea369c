import { Injectable } from '@nestjs/common';
import { Cache, Cacheable, CacheEvict, CacheModule, CachePut } from 'nuthatch';
import { firstValueFrom, of, type Observable } from 'rxjs';
import { collectWarnings } from './log-lines.js';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const warnings = collectWarnings();

const noKey = (id: number): string => {
  if (id < 0) throw new TypeError('no key below zero');
  return id === 0 ? '' : `user:${id}`;
};
const answersNumber = ((id: number) => id) as unknown as (id: number) => string;

@Injectable()
class Users {
  runs = 0;

  @Cacheable({ key: noKey })
  async find(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @Cacheable({ key: noKey })
  watch(id: number): Observable<number> {
    this.runs++;
    return of(id);
  }

  @Cacheable({ key: answersNumber })
  async count(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @Cacheable()
  async each(visit: () => void): Promise<void> {
    visit();
  }

  @Cacheable({ key: noKey, tags: () => [1] as unknown as string[] })
  async tagged(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @Cacheable({
    key: noKey,
    condition: () => {
      throw new Error('no condition');
    },
  })
  async conditional(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @Cacheable({
    key: noKey,
    unless: () => {
      throw new Error('nobody knows');
    },
  })
  async doubtful(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @CachePut({ key: noKey })
  async put(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @CachePut({ keyOfResult: noKey })
  async putResult(id: number): Promise<number> {
    this.runs++;
    return id;
  }

  @CacheEvict({ key: noKey })
  async evict(_id: number): Promise<void> {
    this.runs++;
  }

  @CacheEvict({ key: () => ['user:1', 2] as unknown as string[] })
  async evictSeveral(): Promise<void> {
    this.runs++;
  }

  @CacheEvict({ tags: () => 'users' as unknown as string[] })
  async evictTags(): Promise<void> {
    this.runs++;
  }

  @CacheEvict({ keyOfResult: noKey, key: (_id: number, other: number) => `user:${other}` })
  async evictResult(id: number, _other: number): Promise<number> {
    this.runs++;
    return id;
  }
}

async function open() {
  const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Users] });
  return { users: app.get(Users), cache: app.get(Cache) };
}

describe('@Cacheable whose key cannot be had', () => {
  it.each([
    [
      'where its function throws',
      'find',
      -1,
      'Users.find: ran without the cache: its key function must answer a non-empty string, it threw: no key below zero',
    ],
    [
      'where it is empty',
      'find',
      0,
      'Users.find: ran without the cache: its key function must answer a non-empty string, got an empty string',
    ],
    [
      'where it is no string',
      'count',
      7,
      'Users.count: ran without the cache: its key function must answer a non-empty string, got a number',
    ],
    [
      'where its tags are none',
      'tagged',
      7,
      'Users.tagged: ran without the cache: its tags must be non-empty strings, got a list of something else',
    ],
    [
      'where its condition throws',
      'conditional',
      7,
      'Users.conditional: ran without the cache: no condition',
    ],
  ] as const)('runs the method and logs one line: %s', async (...row) => {
    const [, method, id, line] = row;
    const { users, cache } = await open();
    expect([await users[method](id), await users[method](id)]).toEqual([id, id]);
    expect(users.runs).toBe(2);
    expect(cache.size).toBe(0);
    expect(warnings).toEqual([line]);
  });

  it('names the argument that cannot be part of a default key, and the remedy', async () => {
    const { users } = await open();
    let visits = 0;
    await users.each(() => void visits++);
    expect(visits).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(/^Users\.each: ran without the cache: argument 0 .*key function/),
    ]);
  });

  it('hands an Observable on as it is', async () => {
    const { users } = await open();
    expect(await firstValueFrom(users.watch(-1))).toBe(-1);
    expect(await firstValueFrom(users.watch(-1))).toBe(-1);
    expect(users.runs).toBe(2);
    expect(warnings).toHaveLength(1);
  });

  it('still uses the cache for other arguments', async () => {
    const { users } = await open();
    await users.find(-1);
    await users.find(1);
    await users.find(1);
    expect(users.runs).toBe(2);
  });

  it('keeps no result where unless throws, and answers it', async () => {
    const { users, cache } = await open();
    expect(await users.doubtful(1)).toBe(1);
    expect(cache.size).toBe(0);
    expect(warnings).toEqual(['Users.doubtful: its result was not kept, unless threw: nobody knows']);
  });
});

describe('@CachePut and @CacheEvict whose key cannot be had', () => {
  it.each(['put', 'evict'] as const)('reject before the method has run: %s', async (method) => {
    const { users } = await open();
    await expect(users[method](-1)).rejects.toMatchObject({
      code: 'bad_key',
      message: `Users.${method}: its key function must answer a non-empty string, it threw`,
      cause: expect.any(TypeError),
    });
    await expect(users[method](0)).rejects.toThrow('got an empty string');
    expect(users.runs).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('reject before the method has run where one of several keys is none', async () => {
    const { users, cache } = await open();
    await cache.set('user:1', 1);
    await expect(users.evictSeveral()).rejects.toMatchObject({ code: 'bad_key' });
    expect([users.runs, await cache.has('user:1')]).toEqual([0, true]);
  });

  it('reject before the method has run where tags are none', async () => {
    const { users } = await open();
    await expect(users.evictTags()).rejects.toThrow(
      'Users.evictTags: its tags must be non-empty strings, got a string',
    );
    expect(users.runs).toBe(0);
  });

  it('reject after the method has run where the result tells the key', async () => {
    const { users } = await open();
    await expect(users.putResult(-1)).rejects.toMatchObject({ code: 'bad_key' });
    expect(users.runs).toBe(1);
  });

  it('remove what the arguments tell, also where the result tells nothing', async () => {
    const { users, cache } = await open();
    await cache.set('user:2', 2);
    await expect(users.evictResult(-1, 2)).rejects.toMatchObject({ code: 'bad_key' });
    expect(await cache.has('user:2')).toBe(false);
  });
});
