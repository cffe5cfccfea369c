import { jest } from '@jest/globals';
import { channel } from 'node:diagnostics_channel';
import { CacheError, type CacheEvent, CacheTransaction, SetCommand } from 'nuthatch/engine';
import { settle } from 'nuthatch/testing';
import { Subject } from 'rxjs';
import { held, openCache, openStored, recordEvents } from '../support/caches.js';

/** Runs a function in a transaction that others look at while it is held open. */
async function heldOpen(inside: () => Promise<unknown>) {
  const [done, end] = [held<void>(), held<void>()];
  const run = CacheTransaction.run(async () => {
    await inside();
    done.resolve();
    await end.promise;
  });
  await Promise.race([done.promise, run]);
  return {
    commit: async () => {
      end.resolve();
      await run;
    },
    rollBack: async () => {
      end.reject(new Error('rolled back'));
      await expect(run).rejects.toThrow('rolled back');
    },
  };
}

describe('CacheTransaction.run', () => {
  it('shows others nothing before its end, and all of it after', async () => {
    const { cache } = await openCache<string>();
    await cache.setMany([['owl', 'old'], ['tit', 'old']]); // prettier-ignore
    const run = await heldOpen(async () => {
      await cache.set('owl', 'new');
      await cache.delete('tit');
    });
    expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['owl', 'old'], ['tit', 'old']])); // prettier-ignore
    await run.commit();
    expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['owl', 'new']]));
  });

  it('drops everything where the function throws, and passes its error on', async () => {
    const { cache } = await openCache<string>();
    await cache.set('owl', 'old', { tags: ['birds'] });
    const failed = CacheTransaction.run(async () => {
      await cache.set('owl', 'new');
      await cache.invalidateTags('birds');
      await cache.clear();
      throw new Error('no such row');
    });
    await expect(failed).rejects.toThrow('no such row');
    expect(await cache.get('owl')).toBe('old');
  });

  it('answers what the function answers, also where that is no promise', async () => {
    expect(await CacheTransaction.run(() => 42)).toBe(42);
  });

  it('knows whether it runs', async () => {
    expect(CacheTransaction.isRunning).toBe(false);
    await CacheTransaction.run(async () => expect(CacheTransaction.isRunning).toBe(true));
    expect(CacheTransaction.isRunning).toBe(false);
  });

  it('shows its own writes inside, whichever way they are read', async () => {
    const { cache } = await openCache<string>();
    await cache.set('tit', 'old');
    await CacheTransaction.run(async () => {
      await cache.set('owl', 'new');
      expect(await cache.deleteMany(['tit', 'emu'])).toBe(1);
      expect(await cache.get('owl')).toBe('new');
      expect(await cache.get('tit')).toBeUndefined();
      expect(await cache.has('owl')).toBe(true);
      expect(await cache.has('tit')).toBe(false);
      expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['owl', 'new']]));
      expect(await cache.getOrLoad('owl', () => 'loaded')).toBe('new');
      expect(await cache.getManyOrLoad(['owl', 'tit'], (keys) => keys.map(() => 'loaded'))).toEqual(
        new Map([['owl', 'new'], ['tit', 'loaded']]), // prettier-ignore
      );
    });
  });

  it('applies a batch with the rest, and reads its own writes within one', async () => {
    const { cache } = await openCache<string>();
    const run = await heldOpen(async () => {
      await cache.set('owl', 'first');
      await cache.batch(async (batch) => {
        expect(await batch.get('owl')).toBe('first');
        await batch.set('tit', 'second');
      });
      expect(await cache.get('tit')).toBe('second');
    });
    expect(await cache.has('tit')).toBe(false);
    await run.commit();
    expect(await cache.get('tit')).toBe('second');
  });

  it('changes several caches at the same moment', async () => {
    const [birds, nests] = [(await openCache<string>()).cache, (await openCache<string>()).cache];
    const seen: (string | undefined)[][] = [];
    const look = (): void => void seen.push([birds.peek('owl'), nests.peek('owl')]);
    const run = CacheTransaction.run(async () => {
      await birds.set('owl', 'bird');
      await nests.set('owl', 'nest');
    });
    for (let turn = 0; turn < 40; turn++) {
      look();
      await undefined;
    }
    await run;
    look();
    expect(new Set(seen.map((pair) => pair.join()))).toEqual(new Set([',', 'bird,nest']));
  });

  it('goes on as if outside once it has ended', async () => {
    const { cache } = await openCache<string>();
    const end = held<void>();
    let later: Promise<void> | undefined;
    await CacheTransaction.run(async () => {
      later = end.promise.then(() => cache.set('owl', 'later'));
    });
    end.resolve();
    await later;
    expect(cache.peek('owl')).toBe('later');
  });

  it('does not keep what its caller keeps from others in an own async context', async () => {
    const { cache } = await openCache<string>();
    const lost = new Subject<void>();
    lost.subscribe(() => void cache.set('owl', 'emitted inside'));
    await CacheTransaction.run(async () => {
      lost.next();
      expect(cache.peek('owl')).toBeUndefined();
      expect(await cache.get('owl')).toBe('emitted inside');
    });
    expect(cache.peek('owl')).toBe('emitted inside');
  });
});

describe('evictions in a transaction', () => {
  it('make entries misses inside at once, by tag, pattern, namespace, rule and stream', async () => {
    const { cache } = await openCache<string>();
    const moved = new Subject<string>();
    cache.invalidateOn('moved', ['nest:{id}']);
    cache.invalidateOn(moved, (id) => ({ keys: [`egg:${id}`] }));
    const evictions: [key: string, evict: () => unknown][] = [
      ['owl', () => cache.invalidateTags('birds')],
      ['tit:1', () => cache.invalidateMatching('tit:*')],
      ['emu:1', () => cache.bumpVersion('emu')],
      ['nest:1', () => cache.publish('moved', { id: 1 })],
      ['egg:1', () => moved.next('1')],
    ];
    for (const [key] of evictions) await cache.set(key, 'old', { tags: key === 'owl' ? ['birds'] : [] });
    await cache.set('jay', 'old');
    const run = await heldOpen(async () => {
      for (const [key, evict] of evictions) {
        expect(await cache.get(key)).toBe('old');
        await evict();
        expect([key, await cache.get(key), await cache.has(key)]).toEqual([key, undefined, false]);
      }
      expect(await cache.get('jay')).toBe('old');
    });
    for (const [key] of evictions) expect(await cache.get(key)).toBe('old');
    await run.commit();
    for (const [key] of evictions) expect([key, await cache.get(key)]).toEqual([key, undefined]);
    expect(await cache.get('jay')).toBe('old');
  });

  it('reach what the transaction has written before, and not what it writes after', async () => {
    const { cache } = await openCache<string>();
    await CacheTransaction.run(async () => {
      await cache.set('owl', 'before', { tags: ['birds'] });
      await cache.set('tit', 'before', { tags: ['birds'] });
      await cache.invalidateTags('birds');
      await cache.set('tit', 'after', { tags: ['birds'] });
      await cache.invalidateTags('fish');
      expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['tit', 'after']]));
    });
    expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['tit', 'after']]));
  });

  it('clear all but what is written after', async () => {
    const { cache } = await openCache<string>();
    await cache.set('emu', 'old');
    await CacheTransaction.run(async () => {
      await cache.set('owl', 'before');
      await cache.clear();
      expect(await cache.getMany(['emu', 'owl'])).toEqual(new Map());
      await cache.set('tit', 'after');
    });
    expect([...cache.entries()]).toEqual([['tit', 'after']]);
  });

  it('expire a key', async () => {
    const { cache } = await openCache<string>({ ttl: '1m', grace: '1h' });
    await cache.set('owl', 'old');
    const run = await heldOpen(async () => {
      expect(await cache.expire('owl')).toBe(true);
      expect(await cache.expire('emu')).toBe(false);
      expect(await cache.get('owl')).toBeUndefined();
    });
    expect(await cache.get('owl')).toBe('old');
    await run.commit();
    expect(await cache.get('owl')).toBeUndefined();
    const refused = (): never => {
      throw new Error('the source is down');
    };
    expect(await cache.getOrLoad('owl', refused)).toBe('old');
  });

  it('take dependents with them', async () => {
    const { cache } = await openCache<string>();
    cache.addDependency('owl', 'list');
    await cache.set('list', 'old');
    await CacheTransaction.run(async () => {
      await cache.set('owl', 'new');
      expect(await cache.get('list')).toBeUndefined();
      await cache.set('list', 'newer');
      await cache.delete('owl');
      expect(await cache.get('list')).toBeUndefined();
    });
    expect(await cache.get('list')).toBeUndefined();
  });

  it('hold for stored rows, too', async () => {
    const { cache, rows } = await openStored<string>({ maxItems: 1 });
    await cache.set('owl', 'old', { tags: ['birds'] });
    await cache.set('tit', 'old');
    const run = await heldOpen(async () => {
      await cache.invalidateTags('birds');
      expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['tit', 'old']]));
      expect(await cache.delete('owl')).toBe(false);
    });
    expect(await cache.get('owl')).toBe('old');
    await run.commit();
    expect(await cache.get('owl')).toBeUndefined();
    expect([...rows.keys()]).toEqual(['tit']);
  });
});

describe('loads in a transaction', () => {
  it('are remembered inside and kept for nobody else, whether or not it has written', async () => {
    const { cache } = await openCache<string>();
    let loads = 0;
    const loader = (): string => `load ${++loads}`;
    await CacheTransaction.run(async () => {
      expect(await cache.getOrLoad('owl', loader)).toBe('load 1');
      expect(await cache.getOrLoad('owl', loader)).toBe('load 1');
      expect(await cache.get('owl')).toBe('load 1');
    });
    expect(cache.peek('owl')).toBeUndefined();
    expect(await cache.getOrLoad('owl', loader)).toBe('load 2');
    expect(cache.peek('owl')).toBe('load 2');
  });

  it('are not shared with others, in neither direction', async () => {
    const { cache } = await openCache<string>();
    const [outer, inner] = [held<string>(), held<string>()];
    const outside = cache.getOrLoad('owl', () => outer.promise);
    const run = await heldOpen(async () => {
      await cache.set('tit', 'written');
      const inside = cache.getOrLoad('owl', () => inner.promise);
      inner.resolve('uncommitted');
      expect(await inside).toBe('uncommitted');
    });
    outer.resolve('committed');
    expect(await outside).toBe('committed');
    expect(await cache.get('owl')).toBe('committed');
    await run.commit();
    expect(await cache.get('owl')).toBe('committed');
  });

  it('are made once for all who ask inside', async () => {
    const { cache } = await openCache<string>();
    let loads = 0;
    const answer = held<string>();
    await CacheTransaction.run(async () => {
      const asked = [1, 2, 3].map(() => cache.getOrLoad('owl', () => (loads++, answer.promise)));
      await new Promise((resolve) => setImmediate(resolve));
      answer.resolve('loaded');
      expect(await Promise.all(asked)).toEqual(['loaded', 'loaded', 'loaded']);
    });
    expect(loads).toBe(1);
  });

  it('load anew what the transaction has deleted or invalidated since', async () => {
    const { cache } = await openCache<string>();
    let loads = 0;
    const load = (key: string) => cache.getOrLoad(key, () => `load ${++loads}`, { tags: ['birds'] });
    await CacheTransaction.run(async () => {
      expect(await load('owl')).toBe('load 1');
      await cache.delete('owl');
      expect(await load('owl')).toBe('load 2');
      await cache.invalidateTags('birds');
      expect(await load('owl')).toBe('load 3');
    });
  });

  it('do not bring back what was written inside while they ran', async () => {
    const { cache } = await openCache<string>();
    const answer = held<string>();
    await CacheTransaction.run(async () => {
      const loading = cache.getOrLoad('owl', () => answer.promise);
      await new Promise((resolve) => setImmediate(resolve));
      await cache.set('owl', 'written');
      answer.resolve('loaded');
      expect(await loading).toBe('loaded');
      expect(await cache.get('owl')).toBe('written');
    });
    expect(await cache.get('owl')).toBe('written');
  });

  it('fence loads of others that were under way', async () => {
    const { cache } = await openCache<string>();
    const answer = held<string>();
    const outside = cache.getOrLoad('owl', () => answer.promise);
    await CacheTransaction.run(() => cache.delete('owl'));
    answer.resolve('before the commit');
    expect(await outside).toBe('before the commit');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('use registered loaders, and bulk loaders once', async () => {
    const { cache } = await openCache<string>();
    const asked: (readonly string[])[] = [];
    cache.registerLoader('owl', (context) => `loaded ${context.key}`);
    await CacheTransaction.run(async () => {
      expect(await cache.getOrLoad('owl:1')).toBe('loaded owl:1');
      const many = await cache.getManyOrLoad(['a', 'b'], (keys) => {
        asked.push(keys);
        return keys.map((key) => key.toUpperCase());
      });
      expect([...many.values()]).toEqual(['A', 'B']);
    });
    expect(asked).toEqual([['a', 'b']]);
    expect(cache.size).toBe(0);
  });

  it('start no refresh of a value that is hit', async () => {
    const { cache, clock } = await openCache<string>({ ttl: '1m', refreshAhead: 0.9 });
    await cache.set('owl', 'old');
    clock.advance('50s');
    let loads = 0;
    await CacheTransaction.run(() => cache.getOrLoad('owl', () => `load ${++loads}`));
    expect([loads, cache.peek('owl')]).toEqual([0, 'old']);
    await cache.getOrLoad('owl', () => `load ${++loads}`);
    expect(loads).toBe(1);
  });

  it('let their callers go when the cache is closed', async () => {
    const { cache } = await openCache<string>();
    await CacheTransaction.run(async () => {
      const loading = cache.getOrLoad('owl', () => new Promise<string>(() => undefined));
      const refused = loading.catch((error: unknown) => error);
      await new Promise((resolve) => setImmediate(resolve));
      await cache.close();
      expect(await refused).toMatchObject({ code: 'closed' });
    });
  });
});

describe('a transaction within a transaction', () => {
  it('is a savepoint: where it throws, its own changes are gone', async () => {
    const { cache } = await openCache<string>();
    await cache.set('emu', 'old', { tags: ['birds'] });
    await CacheTransaction.run(async () => {
      await cache.set('owl', 'outer');
      const inner = CacheTransaction.run(async () => {
        await cache.set('owl', 'inner');
        await cache.set('tit', 'inner');
        await cache.invalidateTags('birds');
        expect(await cache.getMany(['owl', 'emu'])).toEqual(new Map([['owl', 'inner']]));
        throw new Error('rolled back to the savepoint');
      });
      await expect(inner).rejects.toThrow('savepoint');
      expect(await cache.getMany(['owl', 'tit', 'emu'])).toEqual(new Map([['owl', 'outer'], ['emu', 'old']])); // prettier-ignore
    });
    expect([...cache.entries()]).toEqual([['emu', 'old'], ['owl', 'outer']]); // prettier-ignore
  });

  it('is applied with those around it, and not before', async () => {
    const { cache } = await openCache<string>();
    await cache.set('emu', 'old', { tags: ['birds'] });
    const run = await heldOpen(async () => {
      await cache.set('owl', 'outer', { tags: ['birds'] });
      await CacheTransaction.run(async () => {
        await cache.invalidateTags('birds');
        expect(await cache.get('owl')).toBeUndefined();
        await cache.set('tit', 'inner');
      });
      expect(await cache.getMany(['owl', 'tit', 'emu'])).toEqual(new Map([['tit', 'inner']]));
    });
    expect([...cache.entries()]).toEqual([['emu', 'old']]);
    await run.commit();
    expect([...cache.entries()]).toEqual([['tit', 'inner']]);
  });

  it('is gone with those around it', async () => {
    const { cache } = await openCache<string>();
    const run = await heldOpen(() => CacheTransaction.run(() => cache.set('owl', 'inner')));
    await run.rollBack();
    expect(await cache.has('owl')).toBe(false);
  });

  it('sees what its siblings do once they have ended', async () => {
    const { cache } = await openCache<string>();
    await CacheTransaction.run(async () => {
      const end = held<void>();
      const slow = CacheTransaction.run(async () => {
        await cache.set('owl', 'slow');
        await end.promise;
      });
      await CacheTransaction.run(async () => {
        expect(await cache.get('owl')).toBeUndefined();
        await cache.set('tit', 'quick');
      });
      expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['tit', 'quick']]));
      end.resolve();
      await slow;
      expect(await cache.get('owl')).toBe('slow');
    });
    expect(cache.size).toBe(2);
  });

  it('that outlives those around it shares their end', async () => {
    const { cache } = await openCache<string>();
    for (const isKept of [true, false]) {
      const end = held<void>();
      let inner: Promise<void> | undefined;
      const outer = CacheTransaction.run(async () => {
        inner = CacheTransaction.run(async () => {
          await end.promise;
          await cache.set(`kept ${isKept}`, 'inner');
        });
        if (!isKept) throw new Error('rolled back');
      });
      await outer.catch(() => undefined);
      end.resolve();
      await inner;
    }
    expect([...cache.keys()]).toEqual(['kept true']);
  });
});

describe('what others change during a transaction', () => {
  it('wins over what was written inside before: the key is forgotten', async () => {
    const { cache } = await openCache<string>();
    const run = await heldOpen(() => cache.set('owl', 'inside'));
    await cache.set('owl', 'outside');
    await run.commit();
    expect(await cache.get('owl')).toBeUndefined();
  });

  it.each([
    ['by tag', (cache: { invalidateTags(tag: string): Promise<void> }) => cache.invalidateTags('birds')],
    ['by clearing', (cache: { clear(): Promise<void> }) => cache.clear()],
  ])('wins where it was invalidated %s', async (_how, evict) => {
    const { cache } = await openCache<string>();
    const run = await heldOpen(() => cache.set('owl', 'inside', { tags: ['birds'] }));
    await evict(cache);
    await run.commit();
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('wins where it is under way in the store when the transaction ends', async () => {
    const { cache, store, stored } = await openStored<string>();
    const run = await heldOpen(() => cache.set('owl', 'inside'));
    const release = store.hold('apply');
    const other = cache.set('owl', 'outside');
    const committed = run.commit();
    release();
    await Promise.all([other, committed]);
    expect([await cache.get('owl'), stored('owl')]).toEqual([undefined, undefined]);
  });

  it('loses where it is a load: what was committed is newer', async () => {
    const { cache } = await openCache<string>();
    const run = await heldOpen(() => cache.set('owl', 'inside'));
    expect(await cache.getOrLoad('owl', () => 'read before the commit')).toBe('read before the commit');
    await run.commit();
    expect(await cache.get('owl')).toBe('inside');
  });
});

describe('the end of a transaction over a store', () => {
  it('begins to write once what was expired is gone', async () => {
    const { cache, store } = await openStored<string>();
    await cache.set('tit', 'old');
    const before = store.calls('apply');
    const release = store.hold('apply');
    const run = CacheTransaction.run(async () => {
      await cache.set('owl', 'new');
      await cache.expire('tit');
    });
    await settle();
    expect(store.calls('apply')).toBe(before + 1);
    release();
    await run;
    expect([cache.peek('owl'), cache.peek('tit')]).toEqual(['new', undefined]);
  });
});

describe('a cache that fails after the transaction', () => {
  it('does not fail the run, forgets the keys, and says so', async () => {
    const { cache, store } = await openStored<string>();
    await cache.setMany([['owl', 'old'], ['tit', 'old']]); // prettier-ignore
    const events = recordEvents(cache);
    store.failAlways('apply');
    const answer = await CacheTransaction.run(async () => {
      await cache.set('owl', 'new');
      await cache.delete('tit');
      return 'committed';
    });
    expect(answer).toBe('committed');
    expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map());
    expect(events.filter(({ type }) => type === 'apply_failed')).toMatchObject([
      { keys: ['owl', 'tit'], error: { code: 'apply_failed' } },
    ]);
  });

  it('says so on the channel of events, and where nobody listens to the cache itself, by a warning', async () => {
    const { cache, store } = await openStored<string>();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const types: string[] = [];
    const listener = (event: unknown): void => void types.push((event as CacheEvent).type);
    channel('nuthatch:event').subscribe(listener);
    store.failAlways('apply');
    await CacheTransaction.run(() => cache.set('owl', 'new'));
    channel('nuthatch:event').unsubscribe(listener);
    const warned = warn.mock.calls.length;
    warn.mockRestore();
    expect([types.includes('apply_failed'), warned]).toEqual([true, 1]);
  });

  it('forgets everything where a clearing fails', async () => {
    const { cache, store } = await openStored<string>();
    await cache.set('owl', 'old');
    store.failAlways('clear');
    await CacheTransaction.run(() => cache.clear());
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('forgets a key whose expiring fails', async () => {
    const { cache, store } = await openStored<string>();
    await cache.set('owl', 'old');
    store.failAlways('apply');
    await CacheTransaction.run(() => cache.expire('owl'));
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('fails the run where the store is the data of the user', async () => {
    const { cache, store, stored } = await openStored<string>({ role: 'record' });
    await cache.set('owl', 'old');
    store.failAlways('apply');
    const failed = CacheTransaction.run(() => cache.set('owl', 'new'));
    await expect(failed).rejects.toMatchObject({ code: 'apply_failed' });
    store.heal();
    expect([await cache.get('owl'), stored('owl')]).toEqual(['old', 'old']);
  });

  it('warns where nobody listens', async () => {
    const { cache, store } = await openStored<string>({ name: 'birds' });
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    store.failAlways('apply');
    await CacheTransaction.run(() => cache.set('owl', 'new'));
    expect(warned.mock.calls.map(([message]) => message)).toEqual([expect.stringMatching(/cache birds/)]);
    warned.mockRestore();
  });

  it('is told of wrong values and options at the call', async () => {
    const { cache } = await openStored<unknown>();
    const refused = CacheTransaction.run(() => cache.set('owl', () => undefined));
    await expect(refused).rejects.toMatchObject({ code: 'bad_value' });
    await expect(CacheTransaction.run(() => cache.set('owl', 1, { ttl: -1 }))).rejects.toBeInstanceOf(
      CacheError,
    );
    await expect(CacheTransaction.run(() => cache.get(''))).rejects.toMatchObject({ code: 'bad_key' });
  });
});

describe('a transaction over a store that is the data of the user', () => {
  it('reads rows without bringing them into memory, where they may be uncommitted', async () => {
    const { cache, stored } = await openStored<string>({ role: 'record' });
    await cache.set('owl', 'row');
    await cache.clear();
    await CacheTransaction.run(async () => {
      expect(await cache.get('owl')).toBe('row');
      expect(await cache.getOrLoad('owl', () => 'loaded')).toBe('row');
    });
    expect(cache.peek('owl')).toBeUndefined();
    expect(stored('owl')).toBe('row');
  });

  it('deletes no row for an invalidation, and loses no write', async () => {
    const { cache, stored } = await openStored<string>({ role: 'record' });
    await cache.set('owl', 'row');
    await CacheTransaction.run(async () => {
      await cache.set('tit', 'written');
      await cache.invalidateMatching('*');
      await cache.clear();
      expect(await cache.getMany(['owl', 'tit'])).toEqual(new Map([['tit', 'written'], ['owl', 'row']])); // prettier-ignore
    });
    expect([stored('owl'), stored('tit')]).toEqual(['row', 'written']);
    expect(await cache.get('tit')).toBe('written');
  });
});

describe('what cannot wait for the end of a transaction', () => {
  it('is refused inside, and nothing is done', async () => {
    const { cache } = await openCache<string>();
    await cache.set('owl', 'old');
    const snapshot = await cache.snapshot();
    await cache.set('owl', 'new');
    const calls = {
      run: () => cache.run(new SetCommand('owl', 'command')),
      undo: () => cache.undo(),
      redo: () => cache.redo(),
      restore: () => cache.restore(snapshot),
      restoreSnapshot: () => cache.restoreSnapshot('nowhere'),
      warm: () => cache.warm(['owl'], () => 'loaded'),
      warmFromAccessLog: () => cache.warmFromAccessLog('nowhere'),
    };
    for (const [name, call] of Object.entries(calls)) {
      const refused = CacheTransaction.run(call as () => Promise<unknown>);
      await expect(refused).rejects.toMatchObject({
        code: 'in_transaction',
        message: expect.stringMatching(name),
      });
    }
    expect(await cache.get('owl')).toBe('new');
  });

  it('takes in a serialized text with the rest', async () => {
    const { cache } = await openCache<string>();
    await cache.set('owl', 'old');
    const text = await cache.serialize();
    await cache.clear();
    const run = await heldOpen(() => cache.deserialize(text));
    expect(cache.size).toBe(0);
    await run.commit();
    expect(cache.peek('owl')).toBe('old');
  });
});
