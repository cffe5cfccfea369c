import { settle } from 'nuthatch/testing';
import { openStored as open, recordEvents } from '../../../test/support/caches.js';
import {
  createCache,
  MapStore,
  type WritePolicyFactory,
  writePolicies,
  type WritePolicyName,
} from './index.js';

describe('a store of the role cache', () => {
  it('keeps what a loader answered, with its time to live', async () => {
    const { cache, clock, rows, stored } = await open({ role: 'cache', ttl: '5m' });
    await cache.getOrLoad('owl', () => 'loaded');
    await settle();
    expect(stored('owl')).toBe('loaded');
    expect(rows.get('owl')?.expiresAt).toBe(clock.wallNow() + 300_000);
  });

  it('hides a row whose time to live is over', async () => {
    const { cache, clock } = await open({ role: 'cache', maxItems: 1 });
    await cache.set('owl', 1, { ttl: '1m' });
    await cache.set('wren', 1);
    clock.advance('1m');
    expect([await cache.get('owl'), await cache.has('owl')]).toEqual([undefined, false]);
    expect(await cache.getMany(['owl'])).toEqual(new Map());
  });

  it('counts what is found in it as hits', async () => {
    const { cache } = await open({ role: 'cache', maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    await cache.get('owl');
    expect(cache.metrics()).toMatchObject({ hits: 1, store_hits: 1, misses: 0 });
  });

  it('loses its rows to clear', async () => {
    const { cache, rows } = await open({ role: 'cache' });
    await cache.set('owl', 1);
    await cache.clear();
    expect([rows.size, cache.size]).toEqual([0, 0]);
  });

  it('keeps its rows where clear is told so', async () => {
    const { cache, rows } = await open({ role: 'cache' });
    await cache.set('owl', 1);
    await cache.clear({ store: false });
    expect([rows.size, cache.size]).toEqual([1, 0]);
  });

  it('keeps the rows of what was evicted', async () => {
    const { cache, rows } = await open({ role: 'cache', maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    expect([rows.size, cache.size]).toEqual([2, 1]);
  });

  it('forgets with clear what was pending, too', async () => {
    const { cache, rows } = await open({ role: 'cache', writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    await cache.clear();
    await cache.flush();
    expect([rows.size, await cache.get('owl'), cache.metrics().dirty_writes_pending]).toEqual([
      0,
      undefined,
      0,
    ]);
  });

  it.each(['writeThrough', 'writeBack'] as const)(
    'leaves all as it was where it refuses to be cleared: %s',
    async (writePolicy) => {
      const { cache, store, stored } = await open({ role: 'cache', writePolicy });
      await cache.set('owl', 1);
      store.failNext('clear');
      await expect(cache.clear()).rejects.toMatchObject({ code: 'store_failed' });
      expect(cache.peek('owl')).toBe(1);
      await cache.flush();
      expect(stored('owl')).toBe(1);
    },
  );
});

describe('a store of the role record', () => {
  it('does not get what a loader answered', async () => {
    const { cache, rows } = await open({ role: 'record' });
    await cache.getOrLoad('owl', () => 'loaded');
    await settle();
    expect([rows.size, cache.peek('owl')]).toEqual([0, 'loaded']);
  });

  it('is read again when memory has forgotten, since its rows do not expire', async () => {
    const { cache, clock, rows } = await open({ role: 'record', ttl: '5m' });
    await cache.set('owl', 1, { ttl: '1m' });
    clock.advance('1h');
    expect([cache.peek('owl'), rows.get('owl')?.expiresAt]).toEqual([undefined, undefined]);
    expect([await cache.get('owl'), cache.peek('owl')]).toEqual([1, 1]);
    clock.advance('5m');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('is where misses go: what is found in it is none of the hits', async () => {
    const { cache } = await open({ role: 'record', maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    await cache.get('owl');
    await cache.get('owl');
    expect(cache.metrics()).toMatchObject({ hits: 1, store_hits: 0, misses: 1 });
  });

  it('keeps its rows when the cache is cleared', async () => {
    const { cache, rows } = await open({ role: 'record' });
    await cache.set('owl', 1);
    await cache.clear();
    expect([rows.size, cache.size, await cache.get('owl')]).toEqual([1, 0, 1]);
  });

  it('still gets what was pending when the cache is cleared', async () => {
    const { cache, stored } = await open({ role: 'record', writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    await cache.clear();
    expect(await cache.get('owl')).toBe(1);
    await cache.flush();
    expect(stored('owl')).toBe(1);
  });

  it('loses its rows only to a clear that says so', async () => {
    const { cache, rows } = await open({ role: 'record' });
    await cache.set('owl', 1);
    await cache.clear({ store: true });
    expect([rows.size, await cache.get('owl')]).toEqual([0, undefined]);
  });

  it('gets sets and deletes through the policy', async () => {
    const { cache, rows } = await open({ role: 'record' });
    await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    await cache.delete('owl');
    expect([...rows.keys()]).toEqual(['wren']);
  });
});

describe('swapping the write policy', () => {
  const names = Object.keys(writePolicies) as WritePolicyName[];
  const pairs = names.flatMap((from) => names.map((to) => [from, to] as const));

  it.each(pairs)('stores first what is pending, and loses nothing: %s to %s', async (from, to) => {
    const { cache, stored } = await open({ writePolicy: from });
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    await cache.swapWritePolicy(to);
    expect([stored('owl'), cache.info().writePolicy]).toEqual([1, to]);
    await cache.set('wren', 2);
    await cache.flush();
    expect(stored('wren')).toBe(2);
    expect(events).toContainEqual({ type: 'write_policy_swapped', from, to, cache: 'default' });
  });

  it('leaves the old policy and its writes where they cannot be stored', async () => {
    const { cache, store, stored } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    store.failNext('apply');
    await expect(cache.swapWritePolicy('writeThrough')).rejects.toMatchObject({ code: 'store_failed' });
    expect(cache.info().writePolicy).toBe('writeBack');
    await cache.set('wren', 2);
    expect(await cache.get('owl')).toBe(1);
    await cache.flush();
    expect([stored('owl'), stored('wren')]).toEqual([1, 2]);
  });

  it('waits for writes under way, and holds later ones up', async () => {
    const { cache, store, stored } = await open({ writePolicy: 'writeThrough' });
    const release = store.hold('apply');
    const order: string[] = [];
    const all = [
      cache.set('owl', 1).then(() => order.push('first')),
      cache.swapWritePolicy('writeBack').then(() => order.push('swap')),
      cache.set('owl', 2).then(() => order.push('second')),
    ];
    await settle();
    expect(order).toEqual([]);
    release();
    await Promise.all(all);
    expect([order, stored('owl'), await cache.get('owl')]).toEqual([['first', 'swap', 'second'], 1, 2]);
  });

  it('loses and inverts nothing in 100 swaps beside writes, a store that fails one time in five, and reads', async () => {
    const { cache, clock, store, stored } = await open({ maxItems: 5, writePolicy: 'writeBack' });
    const truth = new Map<string, number>();
    for (let round = 0; round < 100; round++) {
      if (round % 5 === 0) store.failNext('apply');
      const keys = Array.from({ length: 10 }, (_, bird) => `bird ${(round + bird) % 16}`);
      const writes = keys.map(async (key, index) => {
        await cache.set(key, round * 100 + index);
        truth.set(key, round * 100 + index);
      });
      const to = names[round % names.length] ?? 'writeBack';
      // A write that is refused leaves the value before.
      await Promise.allSettled([...writes, cache.swapWritePolicy(to)]);
      for (const [key, value] of truth) expect([key, await cache.get(key)]).toEqual([key, value]);
      await clock.advanceAsync('1m');
    }
    store.heal();
    await cache.flush();
    for (const [key, value] of truth) expect([key, stored(key)]).toEqual([key, value]);
  });

  it('makes the new policy only when the old one has nothing left to store', async () => {
    const { cache, store, stored } = await open({ writePolicy: 'writeBack' });
    const made: unknown[] = [];
    const create: WritePolicyFactory['create'] = (context) => {
      made.push(stored('owl'));
      return writePolicies.writeThrough.create(context);
    };
    await cache.set('owl', 1);
    store.failNext('apply');
    await expect(cache.swapWritePolicy({ name: 'mine', create })).rejects.toThrow();
    expect(made).toEqual([]);
    await cache.swapWritePolicy({ name: 'mine', create });
    expect(made).toEqual([1]);
  });

  it('leaves the old policy in charge where the new one cannot be made', async () => {
    const { cache, stored } = await open({ writePolicy: 'writeBack' });
    const create = (): never => {
      throw new Error('no such disk');
    };
    await expect(cache.swapWritePolicy({ create })).rejects.toThrow('no such disk');
    await cache.set('owl', 1);
    await cache.flush();
    expect([cache.info().writePolicy, stored('owl')]).toEqual(['writeBack', 1]);
  });

  it('refuses a policy that it does not know, and lists those that it does', async () => {
    const { cache } = await open();
    // A name from a configuration file, which no type has checked.
    await expect(cache.swapWritePolicy('writeOften' as 'writeBack')).rejects.toMatchObject({
      code: 'unknown_name',
      message:
        'writePolicy must be one of writeAround, writeBack, writeThrough or a factory, got "writeOften"',
    });
    expect(cache.info().writePolicy).toBe('writeThrough');
  });

  it('is refused where there is no store', async () => {
    const cache = await createCache();
    await expect(cache.swapWritePolicy('writeBack')).rejects.toMatchObject({ code: 'bad_option' });
    await cache.close();
  });

  it('takes a factory of the user, shown by the name of its class', async () => {
    class Patient implements WritePolicyFactory {
      create = writePolicies.writeThrough.create;
    }
    const { cache, stored } = await open();
    await cache.swapWritePolicy(new Patient());
    await cache.set('owl', 1);
    expect([cache.info().writePolicy, stored('owl')]).toEqual(['Patient', 1]);
  });
});

describe('opening and closing', () => {
  it('refuses to open where the store does', async () => {
    class Shut extends MapStore {
      override open(): Promise<void> {
        return Promise.reject(new Error('no such file'));
      }
    }
    await expect(createCache({ store: new Shut() })).rejects.toMatchObject({
      code: 'store_failed',
      message: 'the backing store failed to open: no such file',
    });
  });

  it('closes the store once', async () => {
    const { cache, store } = await open();
    await Promise.all([cache.close(), cache.close()]);
    expect(store.calls('close')).toBe(1);
  });

  it('lets go of everything also where the store cannot be closed, and says so', async () => {
    const { cache, clock, store } = await open({ ttl: '1m' });
    await cache.set('owl', 1);
    let isComplete = false;
    cache.events$.subscribe({ complete: () => (isComplete = true) });
    store.failNext('close');
    const report = { flushed: 0, left: 0, error: expect.objectContaining({ code: 'store_failed' }) };
    expect(await cache.close()).toEqual(report);
    expect([cache.size, clock.timers, isComplete, cache.health().status]).toEqual([0, 0, true, 'down']);
    expect(await cache.close()).toEqual(report);
  });

  it('says what was stored also where the store cannot be closed', async () => {
    const { cache, store } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    store.failNext('close');
    expect(await cache.close()).toEqual({
      flushed: 1,
      left: 0,
      error: expect.objectContaining({ code: 'store_failed' }),
    });
  });

  it('says why writes are left rather than why the store cannot be closed', async () => {
    const { cache, store } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    store.failNext('apply', 1, new Error('disk full'));
    store.failNext('close');
    expect(await cache.close()).toMatchObject({
      flushed: 0,
      left: 1,
      error: { cause: new Error('disk full') },
    });
  });

  it('gives up at the deadline where the closing of the store hangs', async () => {
    const { cache, clock, store } = await open({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    const release = store.hold('close');
    const closing = cache.close(3000);
    await clock.advanceAsync('3s');
    expect(await closing).toEqual({
      flushed: 1,
      left: 0,
      error: expect.objectContaining({
        code: 'store_failed',
        message: 'the backing store failed to close: it did not before the deadline',
      }),
    });
    release();
  });

  it('waits for writes under way before it closes', async () => {
    const { cache, store, stored } = await open();
    const release = store.hold('apply');
    const setting = cache.set('owl', 1);
    const closing = cache.close();
    await settle();
    expect(store.calls('close')).toBe(0);
    release();
    await Promise.all([setting, closing]);
    expect(stored('owl')).toBe(1);
  });

  it('gives up at the deadline where a write hangs', async () => {
    const { cache, clock, store } = await open();
    const release = store.hold('apply');
    const setting = cache.set('owl', 1);
    let isClosed = false;
    const closing = cache.close(3000).then(() => (isClosed = true));
    await clock.advanceAsync('3s');
    await settle();
    expect(isClosed).toBe(true);
    release();
    await Promise.all([setting, closing]);
  });
});
