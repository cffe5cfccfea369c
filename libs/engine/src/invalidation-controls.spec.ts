import { type Cache, mapStore, MapStore, type Operation, richCodec } from 'nuthatch/engine';
import { Subject, throwError } from 'rxjs';
import {
  held,
  microtasks,
  openCache,
  openStored,
  recordEvents,
  type StoredOptions,
} from '../../../test/support/caches.js';

function open(options: StoredOptions<string> = {}) {
  return openStored<string>({ maxItems: 10, ...options });
}

async function seed<V>(cache: Cache<V>, keys: readonly string[], value: V): Promise<void> {
  for (const key of keys) await cache.set(key, value);
}

const users = ['user', 'user:1', 'user:2', 'user:1:posts', 'user:2:posts', 'users:1'];

describe('invalidateTags', () => {
  it('makes every entry gone that carries one of the tags, and no other', async () => {
    const { cache } = await open();
    await cache.set('owl', 'o', { tags: ['night', 'large'] });
    await cache.set('bat', 'b', { tags: ['night'] });
    await cache.set('eagle', 'e', { tags: ['large'] });
    await cache.set('wren', 'w');
    await cache.invalidateTags('night', 'unheard of');
    expect([...cache.keys()]).toEqual(['eagle', 'wren']);
    expect([await cache.get('owl'), cache.peek('bat'), await cache.has('bat')]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it('leaves what is written afterwards', async () => {
    const { cache } = await open();
    await cache.invalidateTags('night');
    await cache.set('owl', 'new', { tags: ['night'] });
    expect(await cache.get('owl')).toBe('new');
  });

  it('reaches results of loads that carry the tag', async () => {
    const { cache } = await open();
    await cache.getOrLoad('owl', () => 'old', { tags: ['night'] });
    await cache.invalidateTags('night');
    expect(await cache.getOrLoad('owl', () => 'new')).toBe('new');
  });

  it('does not bring back what had been overwritten without the tag', async () => {
    const { cache } = await open();
    await cache.set('owl', 'old', { tags: ['night'] });
    await cache.set('owl', 'new');
    await cache.invalidateTags('night');
    expect(await cache.get('owl')).toBe('new');
  });

  it('does not wait for writes under way, and hides what they were about to write', async () => {
    const { cache, store } = await open();
    const release = store.hold('apply');
    const writing = cache.set('owl', 'old', { tags: ['night'] });
    await cache.invalidateTags('night');
    release();
    await writing;
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('keeps hidden what was pending and is stored only afterwards', async () => {
    const { cache, stored } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 'old', { tags: ['night'] });
    await cache.invalidateTags('night');
    expect(await cache.get('owl')).toBeUndefined();
    await cache.flush();
    expect(stored('owl')).toBe('old');
    expect([await cache.get('owl'), await cache.has('owl')]).toEqual([undefined, false]);
  });

  it('hides the entries also where the store refuses, and tells the caller', async () => {
    const { cache, store } = await open();
    await cache.set('owl', 'o', { tags: ['night'] });
    store.failNext('invalidate');
    await expect(cache.invalidateTags('night')).rejects.toMatchObject({ code: 'store_failed' });
    expect([await cache.get('owl'), cache.size]).toEqual([undefined, 0]);
  });

  it('makes memory alone forget where the store is the record', async () => {
    const { cache, rows, store } = await open({ role: 'record' });
    await cache.set('owl', 'o', { tags: ['night'] });
    await cache.invalidateTags('night');
    expect([rows.size, cache.peek('owl')]).toEqual([1, undefined]);
    expect([await cache.get('owl'), cache.peek('owl'), store.calls('invalidate')]).toEqual(['o', 'o', 0]);
  });

  it('reaches an entry that was read from the record before', async () => {
    const { cache, rows } = await open({ role: 'record' });
    await cache.set('owl', 'old', { tags: ['night'] });
    await cache.invalidateTags('night');
    await cache.get('owl');
    const row = rows.get('owl');
    if (row !== undefined) rows.set('owl', { ...row, value: richCodec().encode('new', 'owl') });
    await cache.invalidateTags('night');
    expect(await cache.get('owl')).toBe('new');
  });

  it('says which tags it was, and counts', async () => {
    const { cache } = await openCache();
    const events = recordEvents(cache);
    await cache.invalidateTags('night', 'day');
    expect(events).toEqual([{ type: 'invalidated', tags: ['night', 'day'], cache: 'default' }]);
    expect(cache.metrics().invalidations).toBe(1);
  });

  it('is refused by a closed cache, as everything of the kind is', async () => {
    const { cache } = await openCache();
    await cache.close();
    await expect(cache.invalidateTags('night')).rejects.toMatchObject({ code: 'closed' });
    await expect(cache.invalidateMatching('a*')).rejects.toMatchObject({ code: 'closed' });
    await expect(cache.bumpVersion('a')).rejects.toMatchObject({ code: 'closed' });
    await expect(cache.publish('a')).rejects.toMatchObject({ code: 'closed' });
    await expect(cache.wouldInvalidate({})).rejects.toMatchObject({ code: 'closed' });
    expect(() => cache.addDependency('a', 'b')).toThrow('closed');
    expect(() => cache.invalidateOn('a', ['b'])).toThrow('closed');
  });
});

describe('bumpVersion', () => {
  it.each(['user*', 'us?r'])('refuses %s, which is a pattern', async (name) => {
    const { cache } = await openCache();
    await expect(cache.bumpVersion(name)).rejects.toMatchObject({
      code: 'bad_option',
      message: `namespace must be a prefix, not a pattern; invalidateMatching takes patterns, got "${name}"`,
    });
  });

  it('makes all that is in the namespace unreachable, and not the key of that name', async () => {
    const { cache } = await open();
    await seed(cache, users, 'old');
    await cache.bumpVersion('user');
    expect([...cache.keys()]).toEqual(['user', 'users:1']);
    for (const key of ['user:1', 'user:2:posts']) expect(await cache.get(key)).toBeUndefined();
    await cache.set('user:1', 'new');
    expect([await cache.get('user:1'), await cache.get('user')]).toEqual(['new', 'old']);
  });

  it('reaches a namespace within another', async () => {
    const { cache } = await open();
    await seed(cache, users, 'old');
    await cache.bumpVersion('user:1');
    expect([...cache.keys()]).toEqual(users.filter((key) => key !== 'user:1:posts'));
  });

  it('lets what is gone age out of memory', async () => {
    const { cache } = await openCache<string>({ maxItems: 10 });
    await seed(cache, users, 'old');
    await cache.bumpVersion('user');
    expect(cache.size).toBe(6);
    for (const key of users) await cache.get(key);
    expect(cache.size).toBe(2);
  });

  it('fences off a load under way', async () => {
    const { cache } = await open();
    const { promise, resolve } = held<string>();
    const loading = cache.getOrLoad('user:1', () => promise);
    await microtasks(10);
    await cache.bumpVersion('user');
    const next = cache.getOrLoad('user:1', () => 'new');
    resolve('old');
    expect([await loading, await next, await cache.get('user:1')]).toEqual(['old', 'new', 'new']);
  });

  it.each([[''], ['user:'], [42], ['a'.repeat(1025)]])(
    'refuses %p in the place of a namespace',
    async (name) => {
      const { cache } = await openCache();
      await expect(cache.bumpVersion(name as string)).rejects.toMatchObject({
        code: 'bad_option',
        message: expect.stringMatching(/^namespace must be a non-empty string of at most 1024 characters/),
      });
    },
  );
});

describe('invalidateMatching', () => {
  it.each([
    ['user:*', ['user', 'users:1']],
    ['user:?', ['user', 'user:1:posts', 'user:2:posts', 'users:1']],
    ['*:posts', ['user', 'user:1', 'user:2', 'users:1']],
    ['user:1', users.filter((key) => key !== 'user:1')],
    ['user:\\*', users],
    ['*', []],
  ])('makes what matches %j gone, and sweeps it out of memory', async (pattern, left) => {
    const { cache, rows } = await open();
    await seed(cache, users, 'old');
    await cache.invalidateMatching(pattern);
    expect([cache.size, [...cache.keys()], [...rows.keys()]]).toEqual([left.length, left, left]);
    for (const key of users) expect(await cache.has(key)).toBe(left.includes(key));
    await cache.set('user:1', 'new');
    expect(await cache.get('user:1')).toBe('new');
  });

  it('holds at once, before memory is swept', async () => {
    const { cache } = await openCache<string>({ maxItems: 10_000 });
    for (let at = 0; at < 5000; at++) await cache.set(`user:${at}:x`, 'old');
    const invalidating = cache.invalidateMatching('user:*:x');
    expect([cache.peek('user:4999:x'), [...cache.keys()], cache.size]).toEqual([undefined, [], 4999]);
    await invalidating;
    expect(cache.size).toBe(0);
  });

  it('fences off a load under way, and no other', async () => {
    const { cache } = await open();
    const [one, other] = [held<string>(), held<string>()];
    const loading = [
      cache.getOrLoad('user:1', () => one.promise),
      cache.getOrLoad('bird', () => other.promise),
    ];
    await microtasks(10);
    await cache.invalidateMatching('u*r:1');
    one.resolve('old');
    other.resolve('kept');
    expect(await Promise.all(loading)).toEqual(['old', 'kept']);
    expect([cache.peek('user:1'), cache.peek('bird')]).toEqual([undefined, 'kept']);
  });

  it('hides by key what was pending, and deletes what of it is stored', async () => {
    const { cache, rows } = await open({ writePolicy: 'writeBack' });
    await cache.set('user:1', 'old');
    await cache.flush();
    await cache.set('user:1', 'older');
    await cache.invalidateMatching('user:1');
    await cache.flush();
    expect([rows.size, await cache.get('user:1')]).toEqual([0, undefined]);
  });

  it('deletes no row of the user, by pattern or by key, and forgets no pending write', async () => {
    const { cache, rows } = await open({ role: 'record', writePolicy: 'writeBack' });
    await cache.set('user:1', 'mine');
    await cache.invalidateMatching('user:1');
    expect(await cache.get('user:1')).toBe('mine');
    await cache.flush();
    await cache.invalidateMatching('user:1');
    await cache.invalidateMatching('user:*');
    expect([cache.size, rows.size, await cache.get('user:1')]).toEqual([0, 1, 'mine']);
  });

  it('keeps a key hidden where the store fails to delete its row', async () => {
    const { cache, store } = await open();
    await cache.set('user:1', 'old');
    store.failNext('apply');
    await expect(cache.invalidateMatching('user:1')).rejects.toMatchObject({ code: 'store_failed' });
    expect([await cache.get('user:1'), await cache.has('user:1')]).toEqual([undefined, false]);
    await cache.set('user:1', 'new');
    expect(await cache.get('user:1')).toBe('new');
  });

  it('does not let a read that began before bring the row back', async () => {
    const { cache, store } = await open();
    await cache.set('user:1', 'old');
    await cache.invalidateMatching('*unheard of*');
    await seed(
      cache,
      Array.from({ length: 10 }, (_, at) => `bird:${at}`),
      'b',
    );
    const release = store.hold('get');
    const reading = cache.get('user:1');
    await microtasks(5);
    await cache.invalidateMatching('user:1');
    release();
    await reading;
    expect(cache.peek('user:1')).toBeUndefined();
  });

  it('does not let a read bring the row back that found it just before it was deleted', async () => {
    const [found, deleted] = [held<void>(), held<void>()];
    class Slow extends MapStore {
      isSlow = false;

      override async get(key: string) {
        const row = await super.get(key);
        if (this.isSlow) await found.promise;
        return row;
      }

      override async apply(operations: readonly Operation[]) {
        if (this.isSlow) await deleted.promise;
        return super.apply(operations);
      }
    }
    const store = new Slow();
    const { cache } = await openCache<string>({ store });
    await cache.set('user:1', 'old');
    store.isSlow = true;
    const invalidating = cache.invalidateMatching('user:1');
    const reading = cache.get('user:1');
    await microtasks(20);
    deleted.resolve();
    await invalidating;
    found.resolve();
    await reading;
    store.isSlow = false;
    expect([cache.peek('user:1'), await cache.get('user:1')]).toEqual([undefined, undefined]);
  });

  it('refuses a wrong pattern before anything is invalidated', async () => {
    const { cache } = await open();
    await expect(cache.invalidateMatching('*'.repeat(10_000))).rejects.toMatchObject({ code: 'bad_pattern' });
    await expect(cache.invalidateMatching('')).rejects.toMatchObject({ code: 'bad_pattern' });
    expect(cache.metrics().invalidations).toBe(0);
  });
});

describe('dependencies', () => {
  async function openShop(options: StoredOptions<string> = {}) {
    const opened = await open(options);
    await seed(opened.cache, ['product:42', 'category:7', 'home', 'about'], 'old');
    opened.cache.addDependency('product:42', 'category:7');
    opened.cache.addDependency('category:7', 'home');
    return opened;
  }

  const changes: [string, (cache: Cache<string>) => Promise<unknown>][] = [
    ['a set', (cache) => cache.set('product:42', 'new')],
    ['a delete', (cache) => cache.delete('product:42')],
    ['a batch', (cache) => cache.batch(async (batch) => void (await batch.set('product:42', 'new')))],
    ['an invalidation of the key', (cache) => cache.invalidateMatching('product:42')],
    ['an invalidation by pattern', (cache) => cache.invalidateMatching('*:42')],
    ['a new version of the namespace', (cache) => cache.bumpVersion('product')],
  ];

  it.each(changes)('make all that depends on a key go with %s', async (_name, change) => {
    const { cache, rows } = await openShop();
    await change(cache);
    for (const key of ['category:7', 'home'])
      expect([await cache.get(key), await cache.has(key)]).toEqual([undefined, false]);
    expect(await cache.get('about')).toBe('old');
    await microtasks(20);
    expect([rows.has('category:7'), rows.has('home'), rows.has('about')]).toEqual([false, false, true]);
  });

  it.each(changes)(
    'make memory alone forget with %s where the store is the record',
    async (_name, change) => {
      const { cache, rows } = await openShop({ role: 'record' });
      await change(cache);
      expect([cache.peek('home'), rows.has('home'), await cache.get('home')]).toEqual([
        undefined,
        true,
        'old',
      ]);
    },
  );

  it('do not go with a load, an eviction or a tag', async () => {
    const { cache } = await openShop();
    await cache.set('product:42', 'new', { tags: ['toys'] });
    await cache.set('home', 'new');
    await cache.invalidateTags('toys');
    await cache.getOrLoad('product:42', () => 'loaded');
    expect(await cache.get('home')).toBe('new');
  });

  it.each([
    ['with a store', async () => (await openShop()).cache],
    ['without a store', async () => (await openCache<string>()).cache],
  ])('fence off loads of what depends on the key, %s', async (_where, openIt) => {
    const cache = await openIt();
    cache.removeDependency('category:7', 'home');
    cache.addDependency('product:42', 'home');
    await cache.delete('home');
    const { promise, resolve } = held<string>();
    const loading = cache.getOrLoad('home', () => promise);
    await microtasks(10);
    await cache.set('product:42', 'new');
    resolve('old');
    expect([await loading, cache.peek('home'), await cache.get('home')]).toEqual([
      'old',
      undefined,
      undefined,
    ]);
  });

  /** A cache whose store deletes only when it is told to, or told to fail. */
  async function openSlowShop() {
    const { promise, resolve, reject } = held<void>();
    class Slow extends MapStore {
      override async apply(operations: readonly Operation[]) {
        if (operations.some(({ type }) => type === 'delete')) await promise;
        return super.apply(operations);
      }
    }
    const { cache } = await openCache<string>({ store: new Slow() });
    await seed(cache, ['product:42', 'home'], 'old');
    cache.addDependency('product:42', 'home');
    return { cache, resolve, reject };
  }

  it('are hidden at once, while the store deletes them', async () => {
    const { cache, resolve } = await openSlowShop();
    const events = recordEvents(cache);
    await cache.set('product:42', 'new');
    expect(events.filter(({ type }) => type === 'invalidated')).toEqual([
      { type: 'invalidated', keys: ['home'], dependents: ['home'], changed: 'product:42', cache: 'default' },
    ]);
    expect([await cache.get('home'), await cache.has('home')]).toEqual([undefined, false]);
    const setting = cache.set('home', 'newer');
    resolve();
    await setting;
    expect(await cache.get('home')).toBe('newer');
  });

  it('stay hidden, and are reported, where the store fails to delete them', async () => {
    const { cache, reject } = await openSlowShop();
    const events = recordEvents(cache);
    await cache.set('product:42', 'new');
    reject(new Error('down'));
    await microtasks(20);
    expect(events.filter(({ type }) => type === 'invalidation_failed')).toEqual([
      {
        type: 'invalidation_failed',
        error: expect.objectContaining({ code: 'store_failed' }),
        cache: 'default',
      },
    ]);
    expect([await cache.get('home'), await cache.has('home')]).toEqual([undefined, false]);
  });

  it('can be taken back', async () => {
    const { cache } = await openShop();
    expect([cache.removeDependency('category:7', 'home'), cache.removeDependency('home', 'x')]).toEqual([
      true,
      false,
    ]);
    await cache.set('product:42', 'new');
    expect([await cache.get('category:7'), await cache.get('home')]).toEqual([undefined, 'old']);
  });

  it('are refused where they would close a cycle, or name no key', async () => {
    const { cache } = await openShop();
    expect(() => cache.addDependency('home', 'product:42')).toThrow('would close a cycle');
    expect(() => cache.addDependency('home', '')).toThrow('key must be a non-empty string, got ""');
  });
});

describe('publish', () => {
  it('invalidates what the rules of the event say, at once and in the store', async () => {
    const { cache, rows } = await open();
    await seed(cache, users, 'old');
    await cache.set('team', 'old', { tags: ['team of 1'] });
    cache.invalidateOn('user.updated', ['user:{id}', 'user:{id}:*']);
    cache.invalidateOn('user.updated', { tags: ['team of {id}'] });
    await cache.publish('user.updated', { id: 1 });
    const left = ['user', 'user:2', 'user:2:posts', 'users:1'];
    expect([[...cache.keys()], [...rows.keys()]]).toEqual([left, left]);
    for (const key of ['user:1', 'user:1:posts', 'team']) expect(await cache.get(key)).toBeUndefined();
  });

  it('deletes no row of the user', async () => {
    const { cache, rows } = await open({ role: 'record' });
    await cache.set('user:1', 'mine');
    cache.invalidateOn('user.updated', ['user:{id}', 'user:{id}:*']);
    await cache.publish('user.updated', { id: 1 });
    expect([cache.peek('user:1'), rows.size, await cache.get('user:1')]).toEqual([undefined, 1, 'mine']);
  });

  it('says which event it was, and what it was filled with', async () => {
    const { cache } = await openCache();
    const events = recordEvents(cache);
    cache.invalidateOn('user.updated', { keys: ['user:{id}', 'user:{id}:*'], tags: ['t{id}'] });
    await cache.publish('user.updated', { id: '*' });
    expect(events).toEqual([
      {
        type: 'invalidated',
        keys: ['user:*'],
        matching: ['user:\\*:*'],
        tags: ['t*'],
        event: 'user.updated',
        cache: 'default',
      },
    ]);
  });

  it('invalidates nothing where one of its rules lacks something', async () => {
    const { cache } = await open();
    await seed(cache, users, 'old');
    cache.invalidateOn('user.updated', ['user:{id}']);
    cache.invalidateOn('user.updated', ['user:{name}']);
    await expect(cache.publish('user.updated', { id: 1 })).rejects.toMatchObject({
      code: 'bad_rule',
      message: expect.stringMatching(/"user:\{name\}".*"user.updated".*params\.name/),
    });
    expect(await cache.get('user:1')).toBe('old');
  });

  it('does nothing where the event has no rule, or none any more', async () => {
    const { cache } = await open();
    await seed(cache, users, 'old');
    const stop = cache.invalidateOn('user.updated', ['user:*']);
    stop();
    await cache.publish('user.updated');
    expect([cache.metrics().invalidations, await cache.get('user:1')]).toEqual([0, 'old']);
  });

  it('tells the caller where the store fails', async () => {
    const { cache, store } = await open();
    await seed(cache, users, 'old');
    cache.invalidateOn('user.updated', ['user:{id}:*']);
    store.failNext('invalidate');
    await expect(cache.publish('user.updated', { id: 1 })).rejects.toMatchObject({ code: 'store_failed' });
    expect(await cache.get('user:1:posts')).toBeUndefined();
  });
});

describe('invalidateOn a stream', () => {
  async function openStream() {
    const opened = await open();
    await seed(opened.cache, users, 'old');
    const events$ = new Subject<{ id: number }>();
    const stop = opened.cache.invalidateOn(events$, ({ id }) => ({ keys: [`user:${id}`] }));
    return { ...opened, events$, stop, events: recordEvents(opened.cache) };
  }

  it('invalidates with every event, at once', async () => {
    const { cache, events$ } = await openStream();
    events$.next({ id: 1 });
    expect(cache.peek('user:1')).toBeUndefined();
    events$.next({ id: 2 });
    expect([await cache.get('user:1'), await cache.get('user:2')]).toEqual([undefined, undefined]);
    expect(await cache.get('user:1:posts')).toBe('old');
  });

  it('ends when it is stopped, completed, or the cache is closed', async () => {
    const { cache, events$, stop } = await openStream();
    cache.invalidateOn(events$, () => ({ keys: ['x'] }));
    stop();
    events$.next({ id: 1 });
    expect(await cache.get('user:1')).toBe('old');
    await cache.close();
    expect(events$.observed).toBe(false);
  });

  it('reports what the function throws, and goes on', async () => {
    const { cache, events$, events } = await openStream();
    const broken = new Error('broken');
    cache.invalidateOn(events$, (): never => {
      throw broken;
    });
    cache.invalidateOn(events$, () => ({ matching: [''] }));
    events$.next({ id: 1 });
    await microtasks(5);
    expect(events.filter(({ type }) => type === 'invalidation_failed')).toEqual([
      { type: 'invalidation_failed', error: broken, cache: 'default' },
      {
        type: 'invalidation_failed',
        error: expect.objectContaining({ code: 'bad_pattern' }),
        cache: 'default',
      },
    ]);
    events$.next({ id: 2 });
    expect(await cache.get('user:2')).toBeUndefined();
    expect(cache.metrics().invalidation_failures).toBe(4);
  });

  it('reports an error of the stream, and of the store', async () => {
    const { cache, events$, events, store } = await openStream();
    const broken = new Error('broken');
    cache.invalidateOn(
      throwError(() => broken),
      () => ({}),
    );
    store.failNext('apply');
    events$.next({ id: 1 });
    await microtasks(20);
    expect(events.filter(({ type }) => type === 'invalidation_failed')).toEqual([
      { type: 'invalidation_failed', error: broken, cache: 'default' },
      {
        type: 'invalidation_failed',
        error: expect.objectContaining({ code: 'store_failed' }),
        cache: 'default',
      },
    ]);
  });
});

describe('wouldInvalidate', () => {
  it('counts memory and the rows that are not in memory, names them, and changes nothing', async () => {
    const { cache, rows, store } = await open({ maxItems: 3 });
    await seed(cache, users, 'old');
    const before = [cache.size, rows.size];
    const { keys, sample } = await cache.wouldInvalidate({ matching: ['user:*'] });
    expect([keys, [...sample].sort()]).toEqual([4, ['user:1', 'user:1:posts', 'user:2', 'user:2:posts']]);
    expect([cache.size, rows.size, store.calls('invalidate'), cache.metrics().invalidations]).toEqual([
      ...before,
      0,
      0,
    ]);
    expect(await cache.get('user:1')).toBe('old');
  });

  it('says what each way of invalidating then does', async () => {
    const { cache } = await open({ maxItems: 3 });
    await seed(cache, users, 'old');
    await cache.set('bird', 'old', { tags: ['night'] });
    await cache.set('owl', 'old', { tags: ['night'] });
    cache.invalidateOn('user.updated', { keys: ['user:{id}', 'user:{id}:*'], tags: ['night'] });
    cache.addDependency('user:1', 'users:1');
    const tries = [
      { tags: ['night'] },
      { namespaces: ['user'] },
      { keys: ['user:1', 'unheard of'] },
      { keys: ['user:2'], tags: ['night'] },
      { matching: ['user:2'] },
      { event: { name: 'user.updated', params: { id: 2 } } },
      {},
    ];
    const counts = [];
    for (const targets of tries) counts.push((await cache.wouldInvalidate(targets)).keys);
    expect(counts).toEqual([2, 5, 2, 3, 1, 4, 0]);
  });

  it('does not count what is gone already, or expired', async () => {
    const { cache, clock } = await open({ maxItems: 2 });
    await cache.set('user:1', 'old', { ttl: '1m' });
    await seed(cache, ['user:2', 'user:3', 'user:4', 'user:5'], 'old');
    await cache.invalidateMatching('user:2');
    clock.advance('2m');
    expect(await cache.wouldInvalidate({ namespaces: ['user'] })).toMatchObject({ keys: 3 });
    await cache.bumpVersion('user');
    expect(await cache.wouldInvalidate({ namespaces: ['user'] })).toEqual({ keys: 0, sample: [] });
  });

  it('does not count rows that are hidden, or about to be deleted', async () => {
    const { cache, rows } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 'old', { tags: ['night'] });
    await cache.invalidateTags('night');
    await cache.set('bat', 'old');
    await cache.flush();
    await cache.delete('bat');
    expect([rows.size, await cache.wouldInvalidate({ matching: ['*'] })]).toEqual([
      2,
      { keys: 0, sample: [] },
    ]);
  });

  it('does not count rows that the store keeps for its user', async () => {
    const { cache } = await open({ role: 'record', maxItems: 2 });
    await seed(cache, users, 'old');
    expect(await cache.wouldInvalidate({ matching: ['*'] })).toMatchObject({ keys: 2 });
  });

  it('names the first 100 of many', async () => {
    const { cache } = await openCache<string>({ maxItems: 2000 });
    for (let at = 0; at < 1204; at++) await cache.set(`user:${at}`, 'old');
    const { keys, sample } = await cache.wouldInvalidate({ namespaces: ['user'] });
    expect([keys, sample.length]).toEqual([1204, 100]);
  });

  it('refuses what no invalidation would take', async () => {
    const { cache } = await open();
    const wrong = [
      { tag: ['night'] },
      { tags: 'night' },
      { keys: [''] },
      { matching: ['\\'] },
      { namespaces: ['a:'] },
    ];
    for (const targets of wrong)
      await expect(cache.wouldInvalidate(targets as object)).rejects.toMatchObject({
        code: expect.stringMatching(/^bad_/),
      });
  });
});

describe('what was invalidated', () => {
  it.each(['writeThrough', 'writeBack'] as const)(
    'stays so after a restart, under %s',
    async (writePolicy) => {
      const store = mapStore();
      const first = (await openCache<string>({ store, writePolicy })).cache;
      await seed(first, users, 'old');
      await first.set('owl', 'old', { tags: ['night'] });
      await first.set('bird:1', 'old');
      await first.invalidateTags('night');
      await first.bumpVersion('user');
      await first.invalidateMatching('b?rd:*1');
      await first.invalidateMatching('users:1');
      await first.set('user:2', 'new');
      await first.close();
      const { cache } = await openCache<string>({ store });
      const found = await cache.getMany([...users, 'owl', 'bird:1']);
      expect(Object.fromEntries(found)).toEqual({ user: 'old', 'user:2': 'new' });
      await cache.set('owl', 'new', { tags: ['night'] });
      expect(await cache.get('owl')).toBe('new');
    },
  );

  it('is not brought back by a clock that was set back before the restart', async () => {
    const store = mapStore();
    const { cache: first, clock } = await openCache<string>({ store });
    clock.advance('1h');
    await first.bumpVersion('user');
    await first.close();
    const { cache } = await openCache<string>({ store });
    await cache.set('user:1', 'new');
    expect(await cache.get('user:1')).toBe('new');
  });

  it('does not open a cache whose store cannot say what was', async () => {
    const { store } = await open();
    store.failNext('invalidations');
    await expect(openCache({ store })).rejects.toMatchObject({ code: 'store_failed' });
  });
});
