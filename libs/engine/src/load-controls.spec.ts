import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settle } from 'nuthatch/testing';
import { held, openCache as open, openStored, recordEvents } from '../../../test/support/caches.js';
import type { BulkLoader } from './index.js';

/** A bulk loader that notes its calls and answers each key with itself in capitals. */
function capitals() {
  const calls: (readonly string[])[] = [];
  const many: BulkLoader<string> = (keys) => {
    calls.push(keys);
    return keys.map((key) => key.toUpperCase());
  };
  return { calls, many };
}

describe('registerLoader', () => {
  it('loads what getOrLoad is given no loader for, until it is taken back', async () => {
    const { cache } = await open<string>();
    const stop = cache.registerLoader('user', ({ key }) => `loaded ${key}`);
    expect(await cache.getOrLoad('user:1')).toBe('loaded user:1');
    expect(await cache.getOrLoad('user:2', () => 'given')).toBe('given');
    stop();
    expect(await cache.getOrLoad('user:1')).toBe('loaded user:1');
    await expect(cache.getOrLoad('user:3')).rejects.toMatchObject({ code: 'no_loader' });
  });

  it('collapses the single misses of one turn into one call', async () => {
    const { cache } = await open<string>();
    const { many, calls } = capitals();
    cache.registerLoader('user', { many, maxBatch: 3 });
    const keys = ['user:1', 'user:2', 'user:3', 'user:4', 'user:1'];
    expect(await Promise.all(keys.map((key) => cache.getOrLoad(key)))).toEqual(
      keys.map((key) => key.toUpperCase()),
    );
    expect(calls).toEqual([['user:1', 'user:2', 'user:3'], ['user:4']]);
  });

  it('keeps what its loads answer as it was told to, key by key', async () => {
    const { cache, clock } = await open<string>();
    const many: BulkLoader<string> = (keys, context) => {
      context.of('user:2').setTtl('10m');
      return [...keys];
    };
    cache.registerLoader('user', { many }, { ttl: '1m' });
    await cache.getManyOrLoad(['user:1', 'user:2']);
    clock.advance('5m');
    expect([cache.peek('user:1'), cache.peek('user:2')]).toEqual([undefined, 'user:2']);
  });

  it('lets callers go at their deadline where the bulk loader hangs, and asks again for those who come later', async () => {
    const { cache, clock } = await open<string>();
    let calls = 0;
    const many: BulkLoader<string> = (keys) => (++calls === 1 ? new Promise(() => undefined) : [...keys]);
    cache.registerLoader('user', { many }, { hardTimeout: '2s' });
    const stuck = [cache.getOrLoad('user:1'), cache.getOrLoad('user:2')];
    const outcomes = Promise.allSettled(stuck);
    await clock.advanceAsync('2s');
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'load_timeout' } });
    expect(await cache.getOrLoad('user:3')).toBe('user:3');
  });
});

describe('getManyOrLoad', () => {
  it('takes what memory and store have, in one call, and loads the rest in another', async () => {
    const { cache, store, rows } = await openStored<string>({ maxItems: 2 });
    const { many, calls } = capitals();
    await cache.setMany([
      ['a', 'stored'],
      ['b', 'stored'],
      ['c', 'kept'],
    ]);
    const reads: (readonly string[])[] = [];
    const getMany = store.getMany.bind(store);
    store.getMany = (keys) => {
      reads.push(keys);
      return getMany(keys);
    };
    const gone = ['a', 'b', 'c'].filter((key) => cache.peek(key) === undefined);
    expect(gone).toHaveLength(1);
    const values = await cache.getManyOrLoad(['x', 'c', 'b', 'a', 'y', 'x'], many);
    expect([...values]).toEqual([
      ['x', 'X'],
      ['c', 'kept'],
      ['b', 'stored'],
      ['a', 'stored'],
      ['y', 'Y'],
    ]);
    expect(reads).toEqual([['x', ...gone, 'y']]);
    expect(calls).toEqual([['x', 'y']]);
    expect([...rows.keys()].sort()).toEqual(['a', 'b', 'c', 'x', 'y']);
  });

  it('waits for keys that somebody loads, and counts each miss once', async () => {
    const { cache } = await open<string>();
    const { many, calls } = capitals();
    const gate = held<string>();
    const elsewhere = cache.getOrLoad('b', () => gate.promise);
    const values = cache.getManyOrLoad(['a', 'b', 'c'], many);
    await settle();
    gate.resolve('elsewhere');
    expect([...(await values).values()]).toEqual(['A', 'elsewhere', 'C']);
    expect(await elsewhere).toBe('elsewhere');
    expect(calls).toEqual([['a', 'c']]);
    expect(cache.metrics()).toMatchObject({ misses: 4, loads: 3, hits: 0 });
    await cache.getManyOrLoad(['a', 'c'], many);
    expect(cache.metrics()).toMatchObject({ misses: 4, hits: 2 });
  });

  it('gives what was loaded to its caller, and keeps nothing of a key that was changed meanwhile', async () => {
    const { cache } = await open<string>();
    const gate = held<string[]>();
    const values = cache.getManyOrLoad(['a', 'b'], () => gate.promise);
    await settle();
    await cache.set('a', 'newer');
    gate.resolve(['old', 'B']);
    expect([...(await values).values()]).toEqual(['old', 'B']);
    expect([cache.peek('a'), cache.peek('b')]).toEqual(['newer', 'B']);
  });

  it('asks once for 2,000 keys', async () => {
    const { cache } = await open<string>({ maxItems: 5000 });
    const { many, calls } = capitals();
    const keys = Array.from({ length: 2000 }, (_, index) => `key ${index}`);
    expect([...(await cache.getManyOrLoad(keys, many)).keys()]).toEqual(keys);
    expect(calls).toEqual([keys]);
  });

  it('refuses keys that are none, and a closed cache', async () => {
    const { cache } = await open<string>();
    const { many } = capitals();
    await expect(cache.getManyOrLoad(['a', ''], many)).rejects.toMatchObject({ code: 'bad_key' });
    await cache.close();
    await expect(cache.getManyOrLoad(['a'], many)).rejects.toMatchObject({ code: 'closed' });
    expect(() => cache.registerLoader('a', () => 'a')).toThrow('closed');
    await expect(cache.warm(['a'])).rejects.toMatchObject({ code: 'closed' });
    await expect(cache.warmFromAccessLog('a.log')).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('warming a cache', () => {
  it('loads what neither memory nor store has, and says how it goes', async () => {
    const { cache, rows } = await openStored<string>();
    await cache.set('a', 'kept');
    const events = recordEvents(cache);
    const report = await cache.warm(['a', 'b', 'bad'], ({ key }) => {
      if (key === 'bad') throw new Error('bad');
      return `loaded ${key}`;
    });
    expect(report).toMatchObject({ loaded: 1, present: 1, failed: 1, isComplete: true });
    expect([...rows.keys()]).toEqual(['a', 'b']);
    expect(events.filter(({ type }) => type === 'warm_progress').at(-1)).toMatchObject({
      done: 3,
      failed: 1,
      total: 3,
    });
  });

  it('ends when the cache is closed', async () => {
    const { cache } = await open<string>();
    const gate = held<string>();
    const warming = cache.warm(['a', 'b'], () => gate.promise, { concurrency: 1 });
    await settle();
    await cache.close();
    gate.resolve('late');
    expect(await warming).toMatchObject({ isComplete: false });
  });

  it('loads what an access log names', async () => {
    const { cache } = await open<string>();
    const folder = await mkdtemp(join(tmpdir(), 'nuthatch-warm-'));
    const file = join(folder, 'access.log');
    await writeFile(file, '{"path":"/users/1"}\n{"path":"/users/1"}\n{"path":"/users/2"}\n');
    cache.registerLoader('/users', { many: (keys) => [...keys] });
    try {
      const key = (path: string): string => path.replace('/users/', '/users:');
      expect(await cache.warmFromAccessLog(file, { format: 'json', top: 1, key })).toMatchObject({
        loaded: 1,
      });
      expect([...cache.keys()]).toEqual(['/users:1']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
