import { settle } from 'nuthatch/testing';
import { microtasks, openCache, openStored, recordEvents } from '../../../../test/support/caches.js';
import { DeleteCommand, type HistoryState, SetCommand } from '../index.js';

function open(options: Parameters<typeof openCache<unknown>>[0] = {}) {
  return openCache<unknown>(options);
}

function set(key: string, value: unknown, options?: ConstructorParameters<typeof SetCommand>[2]) {
  return new SetCommand<unknown>(key, value, options);
}

describe('undo', () => {
  it('answers false where there is nothing to undo', async () => {
    const { cache } = await open();
    expect([await cache.undo(), await cache.redo()]).toEqual([false, false]);
  });

  it('takes a set back: to the value before, or to nothing', async () => {
    const { cache } = await open();
    await cache.run(set('owl', 1));
    await cache.run(set('owl', 2));
    expect([await cache.undo(), await cache.get('owl')]).toEqual([true, 1]);
    expect([await cache.undo(), await cache.has('owl')]).toEqual([true, false]);
  });

  it('takes a deletion back', async () => {
    const { cache } = await open();
    await cache.set('owl', undefined);
    await cache.run(new DeleteCommand('owl'));
    await cache.undo();
    expect(await cache.has('owl')).toBe(true);
  });

  it('and redo walk any number of times over the same commands', async () => {
    const { cache } = await open();
    await cache.set('owl', 0);
    const states: unknown[] = [0, 1, undefined, 3];
    await cache.run(set('owl', 1));
    await cache.run(new DeleteCommand('owl'));
    await cache.run(set('owl', 3));
    for (let walk = 0; walk < 3; walk++) {
      for (const value of states.slice(0, 3).reverse()) {
        await cache.undo();
        expect(cache.peek('owl')).toBe(value);
      }
      for (const value of states.slice(1)) {
        await cache.redo();
        expect(cache.peek('owl')).toBe(value);
      }
    }
    expect(await cache.redo()).toBe(false);
  });

  it('brings back the deadline that there was, and never a later one', async () => {
    const { cache, clock } = await open();
    await cache.set('owl', 1, { ttl: '10m' });
    clock.advance('4m');
    await cache.run(new DeleteCommand('owl'));
    clock.advance('3m');
    await cache.undo();
    clock.advance('2m');
    expect(await cache.get('owl')).toBe(1);
    clock.advance('1m');
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('does not make live again what has expired meanwhile', async () => {
    const { cache, clock } = await openStored<unknown>();
    await cache.set('owl', 1, { ttl: '10m' });
    await cache.run(set('owl', 2));
    clock.advance('11m');
    await cache.undo();
    expect([await cache.get('owl'), await cache.has('owl')]).toEqual([undefined, false]);
  });

  it('brings back the tags', async () => {
    const { cache } = await open();
    await cache.set('owl', 1, { tags: ['night'] });
    await cache.run(set('owl', 2));
    await cache.undo();
    await cache.invalidateTags('night');
    expect(await cache.has('owl')).toBe(false);
  });

  it('finds the value before in the store where memory has evicted it', async () => {
    const { cache, stored } = await openStored<unknown>({ maxItems: 1 });
    await cache.set('owl', 1);
    await cache.set('wren', 1);
    await cache.run(set('owl', 2));
    await cache.set('wren', 2);
    await cache.undo();
    expect([await cache.get('owl'), stored('owl')]).toEqual([1, 1]);
  });

  it.each(['writeThrough', 'writeBack', 'writeAround'] as const)(
    'goes through the policy: %s',
    async (writePolicy) => {
      const { cache, stored } = await openStored<unknown>({ writePolicy });
      await cache.set('owl', 1);
      await cache.run(set('owl', 2));
      await cache.run(new DeleteCommand('owl'));
      await cache.undo();
      await cache.flush();
      expect([stored('owl'), await cache.get('owl')]).toEqual([2, 2]);
      await cache.undo();
      await cache.swapWritePolicy('writeThrough');
      expect([stored('owl'), await cache.get('owl')]).toEqual([1, 1]);
    },
  );

  it('of a write that the store refuses leaves the command to be undone', async () => {
    const { cache, store } = await openStored<unknown>();
    await cache.set('owl', 1);
    await cache.run(set('owl', 2));
    store.failNext('apply');
    await expect(cache.undo()).rejects.toMatchObject({ code: 'store_failed' });
  });
});

describe('a command', () => {
  it('makes what had been undone not redoable', async () => {
    const { cache } = await open();
    await cache.run(set('owl', 1));
    await cache.undo();
    await cache.run(set('wren', 1));
    expect([await cache.redo(), await cache.has('owl')]).toEqual([false, false]);
  });

  it('that fails is not in the history, and leaves what could be redone', async () => {
    const { cache, store } = await openStored<unknown>();
    await cache.run(set('owl', 1));
    await cache.run(set('owl', 2));
    await cache.undo();
    store.failNext('apply');
    await expect(cache.run(set('wren', 1))).rejects.toMatchObject({ code: 'store_failed' });
    expect(await cache.redo()).toBe(true);
    expect(await cache.get('owl')).toBe(2);
  });

  it('runs after the ones before it', async () => {
    const { cache, store } = await openStored<unknown>();
    const release = store.hold('apply');
    const all = [cache.run(set('owl', 1)), cache.run(set('owl', 2)), cache.undo()];
    await settle();
    release();
    await Promise.all(all);
    expect(await cache.get('owl')).toBe(1);
  });

  it('can be undone as far back as the history reaches', async () => {
    const { cache } = await open({ historyLimit: 3 });
    for (let value = 1; value <= 5; value++) await cache.run(set('owl', value));
    const undone = [];
    for (let step = 0; step < 5; step++) undone.push(await cache.undo());
    expect([undone, cache.peek('owl')]).toEqual([[true, true, true, false, false], 2]);
  });
});

describe('an invalidation by tag', () => {
  it('is not undone', async () => {
    for (const { cache } of [await open(), await openStored<unknown>()]) {
      await cache.set('owl', 'old', { tags: ['night'] });
      await cache.run(set('owl', 'new'));
      await cache.invalidateTags('night');
      await cache.undo();
      expect(await cache.get('owl')).toBeUndefined();
    }
  });
});

describe('a change by somebody else', () => {
  const foreign = {
    set: (cache: Awaited<ReturnType<typeof open>>['cache']) => cache.set('owl', 'theirs'),
    delete: (cache: Awaited<ReturnType<typeof open>>['cache']) => cache.delete('owl'),
    clear: (cache: Awaited<ReturnType<typeof open>>['cache']) => cache.clear(),
  };
  const names = Object.keys(foreign) as (keyof typeof foreign)[];

  it.each(names)('is not overwritten by undo: %s', async (name) => {
    for (const { cache } of [await open(), await openStored<unknown>()]) {
      await cache.set('owl', 0);
      await cache.run(set('owl', 1));
      await foreign[name](cache);
      await expect(cache.undo()).rejects.toMatchObject({
        code: 'undo_conflict',
        message: expect.stringContaining('"owl"'),
      });
      expect(await cache.get('owl')).toBe(name === 'set' ? 'theirs' : undefined);
    }
  });

  it('is not overwritten by redo', async () => {
    const { cache } = await open();
    await cache.run(set('owl', 1));
    await cache.undo();
    await cache.set('owl', 'theirs');
    await expect(cache.redo()).rejects.toMatchObject({ code: 'undo_conflict' });
    expect(await cache.get('owl')).toBe('theirs');
  });

  it('between two commands on the key is what the later one is undone to, and no further', async () => {
    const { cache } = await open();
    await cache.run(set('owl', 1));
    await cache.set('owl', 'theirs');
    await cache.run(set('owl', 2));
    await cache.undo();
    expect(await cache.get('owl')).toBe('theirs');
    await expect(cache.undo()).rejects.toMatchObject({ code: 'undo_conflict' });
    expect(await cache.get('owl')).toBe('theirs');
  });

  it('does not stand in the way of what was done before', async () => {
    const { cache } = await open();
    await cache.run(set('kea', 1));
    await cache.run(set('owl', 1));
    await cache.set('owl', 'theirs');
    await expect(cache.undo()).rejects.toMatchObject({ code: 'undo_conflict' });
    expect(await cache.undo()).toBe(true);
    expect(await cache.get('kea')).toBeUndefined();
    expect(await cache.get('owl')).toBe('theirs');
  });

  it('of another key is none of its affair', async () => {
    const { cache } = await open();
    await cache.run(set('owl', 1));
    await cache.set('wren', 'theirs');
    await cache.undo();
    expect([await cache.has('owl'), await cache.get('wren')]).toEqual([false, 'theirs']);
  });

  it('is neither eviction nor expiry nor a read', async () => {
    const { cache, clock } = await openStored<unknown>({ maxItems: 1 });
    await cache.set('owl', 0);
    await cache.run(set('owl', 1, { ttl: '1m' }));
    await cache.set('wren', 1);
    await cache.get('owl');
    clock.advance('2m');
    await cache.get('owl');
    await cache.undo();
    expect(await cache.get('owl')).toBe(0);
  });

  it.each(['no store', 'a store'])(
    'is never lost at whatever moment of a command it comes, with %s',
    async (kind) => {
      for (let moment = 0; moment < 12; moment++) {
        const { cache } = kind === 'no store' ? await open() : await openStored<unknown>();
        const running = cache.run(set('owl', 'ours'));
        await microtasks(moment);
        await Promise.all([cache.set('owl', 'theirs'), running]);
        const isOurs = cache.peek('owl') === 'ours';
        const undoing = cache.undo().catch((error: unknown) => error);
        if (isOurs) await undoing;
        else expect(await undoing).toMatchObject({ code: 'undo_conflict' });
        expect([moment, await cache.get('owl')]).toEqual([moment, 'theirs']);
      }
    },
  );
});

describe('history$', () => {
  it('tells what can be undone and redone, now and after every change', async () => {
    const { cache } = await open();
    const states: HistoryState[] = [];
    cache.history$.subscribe((state) => states.push(state));
    await cache.run(set('owl', 1));
    await cache.run(new DeleteCommand('owl'));
    await cache.undo();
    expect(states).toEqual([
      { undoable: [], redoable: [] },
      { undoable: [{ name: 'set', keys: ['owl'] }], redoable: [] },
      { undoable: [{ name: 'set', keys: ['owl'] }, { name: 'delete', keys: ['owl'] }], redoable: [] }, // prettier-ignore
      { undoable: [{ name: 'set', keys: ['owl'] }], redoable: [{ name: 'delete', keys: ['owl'] }] },
    ]);
  });

  it('tells late comers the present state', async () => {
    const { cache } = await open();
    await cache.run(set('owl', 1));
    const states: HistoryState[] = [];
    cache.history$.subscribe((state) => states.push(state));
    expect(states).toEqual([{ undoable: [{ name: 'set', keys: ['owl'] }], redoable: [] }]);
  });

  it('is empty after a restore, and over when the cache is closed', async () => {
    const { cache } = await open();
    let last: HistoryState | undefined;
    let isComplete = false;
    cache.history$.subscribe({ next: (state) => (last = state), complete: () => (isComplete = true) });
    await cache.run(set('owl', 1));
    await cache.restore(await cache.snapshot());
    expect(last).toEqual({ undoable: [], redoable: [] });
    expect(await cache.undo()).toBe(false);
    await cache.close();
    expect(isComplete).toBe(true);
  });

  it('is told in events, with name and key', async () => {
    const { cache } = await open();
    const events = recordEvents(cache);
    await cache.run(set('owl', 1));
    await cache.undo();
    await cache.redo();
    const told = events.filter(({ type }) => type.startsWith('command_'));
    expect(told).toEqual(
      ['command_executed', 'command_undone', 'command_redone'].map((type) => ({
        type,
        command: 'set',
        keys: ['owl'],
        cache: 'default',
      })),
    );
  });
});
