import { settle } from 'nuthatch/testing';
import {
  held,
  openCache,
  openStored,
  recordEvents,
  type StoredOptions,
} from '../../../../test/support/caches.js';
import {
  BatchCommand,
  ClearCommand,
  type Command,
  DeleteCommand,
  type Draft,
  mapStore,
  SetCommand,
} from '../index.js';

const open = (options: Parameters<typeof openCache<unknown>>[0] = {}) => openCache<unknown>(options);
const stored = (options: StoredOptions<unknown> = {}) => openStored<unknown>(options);
const set = (key: string, value: unknown, options?: SetCommand<unknown>['options']) =>
  new SetCommand<unknown>(key, value, options);
const remove = (key: string) => new DeleteCommand<unknown>(key);

/** A command of a user's own. */
class Raise implements Command<unknown> {
  readonly name = 'raise';
  readonly keys: readonly string[];

  constructor(
    readonly key: string,
    readonly by: number,
  ) {
    this.keys = [key];
  }

  edit(draft: Draft<unknown>): void {
    const count = draft.get(this.key);
    if (count !== undefined && typeof count !== 'number') throw new TypeError(`${this.key} is no number`);
    draft.set(this.key, (count ?? 0) + this.by);
  }
}

/** A command made of a function. */
function command(keys: readonly string[], edit: (draft: Draft<unknown>) => unknown): Command<unknown> {
  return { name: 'mine', keys, edit: (draft) => edit(draft) as void };
}

describe('a batch command', () => {
  const batch = () =>
    new BatchCommand([set('owl', 'new'), remove('wren'), set('jay', 'new'), set('owl', 'newer')]);

  it('is one batch of the policy, and one step to undo', async () => {
    const { cache, applied } = await stored();
    await cache.setMany(Object.entries({ owl: 'old', wren: 'old' }));
    await cache.run(batch());
    expect(applied.at(-1)?.map((operation) => operation.type)).toEqual(['delete', 'set', 'set']);
    expect([await cache.get('owl'), await cache.has('wren'), await cache.get('jay')]).toEqual([
      'newer',
      false,
      'new',
    ]);
    expect(await cache.undo()).toBe(true);
    expect([await cache.get('owl'), await cache.get('wren'), await cache.has('jay')]).toEqual([
      'old',
      'old',
      false,
    ]);
    expect([applied.length, await cache.undo()]).toEqual([3, false]);
    await cache.redo();
    expect([await cache.get('owl'), await cache.has('wren'), await cache.get('jay')]).toEqual([
      'newer',
      false,
      'new',
    ]);
  });

  it('brings back lives and tags, each its own', async () => {
    const { cache, clock } = await stored();
    await cache.set('owl', 'old', { ttl: '10m' });
    await cache.set('wren', 'old', { tags: ['night'] });
    clock.advance('4m');
    await cache.run(batch());
    clock.advance('4m');
    await cache.undo();
    clock.advance('2m');
    expect([await cache.has('owl'), await cache.has('wren')]).toEqual([false, true]);
    await cache.invalidateTags('night');
    expect(await cache.has('wren')).toBe(false);
  });

  it('is undone not at all where one of its keys has been changed by somebody else', async () => {
    for (const key of ['owl', 'wren', 'jay'])
      for (const { cache } of [await open(), await stored()]) {
        await cache.setMany(Object.entries({ owl: 'old', wren: 'old' }));
        await cache.run(batch());
        await cache.set(key, 'theirs');
        const before = await cache.getMany(['owl', 'wren', 'jay']);
        await expect(cache.undo()).rejects.toMatchObject({
          code: 'undo_conflict',
          message: expect.stringContaining(`"${key}"`),
        });
        expect(await cache.getMany(['owl', 'wren', 'jay'])).toEqual(before);
        expect(await cache.undo()).toBe(false);
      }
  });

  it('may hold others, and what does not fit is not run at all', async () => {
    const { cache, applied } = await stored();
    await cache.set('text', 'no number');
    const nested = new BatchCommand<unknown>(
      [new Raise('count', 1), new BatchCommand([new Raise('count', 2)])],
      'twice',
    );
    await cache.run(nested);
    expect(await cache.get('count')).toBe(3);
    await expect(cache.run(new BatchCommand([new Raise('count', 1), new Raise('text', 1)]))).rejects.toThrow(
      'text is no number',
    );
    expect([await cache.get('count'), applied.length]).toEqual([3, 2]);
    await cache.undo();
    expect(await cache.has('count')).toBe(false);
  });

  it('of nothing is a step like any other, and costs no call on the store', async () => {
    const { cache, store } = await stored();
    await cache.run(new BatchCommand([]));
    expect([await cache.undo(), await cache.undo(), store.calls('apply')]).toEqual([true, false, 0]);
  });
});

describe('a command of your own', () => {
  it('is undone and redone without its doing', async () => {
    const { cache } = await stored({ maxItems: 1 });
    await cache.set('count', 5);
    await cache.set('other', 1);
    await cache.run(new Raise('count', 2));
    await cache.run(new Raise('count', 3));
    expect(await cache.get('count')).toBe(10);
    await cache.undo();
    await cache.undo();
    expect(await cache.get('count')).toBe(5);
    await cache.redo();
    expect(await cache.get('count')).toBe(7);
  });

  it('runs beside no other change of its keys', async () => {
    for (const { cache } of [await open(), await stored()]) {
      await Promise.all(Array.from({ length: 50 }, () => cache.run(new Raise('count', 1))));
      expect(await cache.get('count')).toBe(50);
    }
  });

  it('sees in its draft what it has changed so far', async () => {
    const { cache } = await open({ isolate: 'clone' });
    const given = { n: 1 };
    await cache.set('owl', given);
    const seen: unknown[] = [];
    await cache.run(
      command(['owl', 'wren'], (draft) => {
        const copy = draft.get('owl') as { n: number };
        copy.n = 2;
        seen.push(draft.get('owl'), draft.has('wren'));
        draft.set('wren', 1);
        draft.delete('owl');
        seen.push(draft.get('owl'), draft.has('owl'), draft.get('wren'));
      }),
    );
    expect(seen).toEqual([{ n: 1 }, false, undefined, false, 1]);
    await cache.undo();
    expect([await cache.get('owl'), await cache.has('wren')]).toEqual([{ n: 1 }, false]);
  });

  it('that touches other keys than it names is refused, nothing is changed, and nothing is to be undone', async () => {
    const { cache, applied } = await stored();
    const touches = {
      get: (draft: Draft<unknown>) => draft.get('wren'),
      has: (draft: Draft<unknown>) => draft.has('wren'),
      set: (draft: Draft<unknown>) => draft.set('wren', 1),
      delete: (draft: Draft<unknown>) => draft.delete('wren'),
    };
    for (const touch of Object.values(touches)) {
      const running = cache.run(
        command(['owl'], (draft) => {
          draft.set('owl', 1);
          touch(draft);
        }),
      );
      await expect(running).rejects.toMatchObject({
        code: 'bad_command',
        message: expect.stringMatching(/"mine".*wren/),
      });
    }
    expect([applied, await cache.undo()]).toEqual([[], false]);
  });

  it('that is async is refused, and so is the draft that it kept', async () => {
    const { cache } = await open();
    const late = held<unknown>();
    const running = cache.run(
      command(['owl'], async (draft) => {
        await settle();
        try {
          draft.set('owl', 1);
        } catch (error) {
          late.resolve(error);
          throw error;
        }
      }),
    );
    await expect(running).rejects.toMatchObject({
      code: 'bad_command',
      message: expect.stringContaining('async'),
    });
    expect(await late.promise).toMatchObject({ code: 'bad_command' });
    expect(await cache.has('owl')).toBe(false);
  });

  it('has keys that can be keys', async () => {
    const { cache } = await open();
    await expect(cache.run(command([''], () => undefined))).rejects.toMatchObject({ code: 'bad_key' });
  });
});

describe('a clear command', () => {
  const birds = { owl: 1, wren: 2, jay: 3 };

  it('removes every entry, and undoing brings all back, with lives and tags', async () => {
    for (const { cache, clock } of [
      await open(),
      await stored({ maxItems: 2 }),
      await stored({ writePolicy: 'writeBack' }),
    ]) {
      await cache.setMany(Object.entries(birds), { ttl: '10m', tags: ['night'] });
      clock.advance('4m');
      const held = cache.size;
      await cache.run(new ClearCommand());
      expect([await cache.getMany(Object.keys(birds)), cache.size]).toEqual([new Map(), 0]);
      clock.advance('4m');
      expect(await cache.undo()).toBe(true);
      expect(await cache.getMany(Object.keys(birds))).toEqual(new Map(Object.entries(birds)));
      expect(cache.size).toBe(held);
      await cache.redo();
      expect(await cache.getMany(Object.keys(birds))).toEqual(new Map());
      await cache.undo();
      await cache.invalidateTags('night');
      expect(await cache.getMany(Object.keys(birds))).toEqual(new Map());
    }
  });

  it('leaves lives as they were: what ends meanwhile is not brought back', async () => {
    const { cache, clock } = await stored();
    await cache.set('owl', 1, { ttl: '10m' });
    await cache.set('wren', 2);
    await cache.run(new ClearCommand());
    clock.advance('11m');
    await cache.undo();
    expect([await cache.has('owl'), await cache.get('wren')]).toEqual([false, 2]);
  });

  it('reaches the store, and a cache opened again finds what was undone', async () => {
    const store = mapStore();
    const { cache } = await open({ store, writePolicy: 'writeBack' });
    await cache.setMany(Object.entries(birds));
    await cache.run(new ClearCommand());
    await cache.undo();
    await cache.close();
    const again = await open({ store });
    expect(await again.cache.getMany(Object.keys(birds))).toEqual(new Map(Object.entries(birds)));
  });

  it('keeps the order in which memory evicts', async () => {
    const { cache } = await stored({ maxItems: 3, eviction: 'lru' });
    await cache.setMany(Object.entries({ kea: 0, ...birds }));
    await cache.get('owl');
    await cache.run(new ClearCommand());
    await cache.undo();
    await cache.set('emu', 4);
    expect([...cache.keys()].sort()).toEqual(['emu', 'jay', 'owl']);
  });

  it('does not stand in the way of undoing what was before it', async () => {
    const { cache } = await stored();
    await cache.set('owl', 'old');
    await cache.run(set('owl', 'new'));
    await cache.run(new ClearCommand());
    await cache.undo();
    await cache.undo();
    expect(await cache.get('owl')).toBe('old');
    await cache.redo();
    await cache.redo();
    expect(await cache.has('owl')).toBe(false);
  });

  it('does not hide that somebody else had changed a key before it', async () => {
    const { cache } = await stored();
    await cache.run(set('owl', 'ours'));
    await cache.set('owl', 'theirs');
    await cache.run(new ClearCommand());
    await cache.undo();
    expect(await cache.get('owl')).toBe('theirs');
    await expect(cache.undo()).rejects.toMatchObject({ code: 'undo_conflict' });
    expect(await cache.get('owl')).toBe('theirs');
  });

  it('is not undone where somebody has set one of the keys since; other keys stay', async () => {
    const { cache } = await stored();
    await cache.setMany(Object.entries(birds));
    await cache.run(new ClearCommand());
    await cache.set('emu', 'theirs');
    await cache.undo();
    expect([await cache.get('emu'), await cache.get('owl')]).toEqual(['theirs', 1]);
    await cache.redo();
    expect([await cache.get('emu'), await cache.has('owl')]).toEqual(['theirs', false]);
    await cache.set('owl', 'theirs');
    await expect(cache.undo()).rejects.toMatchObject({ code: 'undo_conflict' });
    expect([await cache.get('owl'), await cache.has('wren')]).toEqual(['theirs', false]);
  });

  it('is refused where what it removes is more than the history may hold, before anything is cleared', async () => {
    for (const { cache } of [
      await open({ historyBytes: '4kb' }),
      await stored({ historyBytes: '4kb', maxItems: 2 }),
    ]) {
      await cache.setMany(Array.from({ length: 40 }, (_, n) => [`bird:${n}`, 'x'.repeat(100)] as const));
      const held = cache.size;
      await cache.run(set('owl', 1));
      await expect(cache.run(new ClearCommand())).rejects.toMatchObject({
        code: 'not_undoable',
        message: expect.stringContaining('historyBytes (4096)'),
      });
      expect([await cache.has('bird:0'), cache.size >= held]).toEqual([true, true]);
      expect([await cache.undo(), await cache.has('owl')]).toEqual([true, false]);
    }
  });

  it('that the store refuses has cleared nothing, and is not to be undone', async () => {
    const { cache, store, rows } = await stored({ writePolicy: 'writeBack' });
    await cache.setMany(Object.entries(birds));
    for (const method of ['apply', 'clear'] as const) {
      store.failAlways(method);
      await expect(cache.run(new ClearCommand())).rejects.toMatchObject({ code: 'store_failed' });
      store.heal();
      expect([await cache.get('owl'), await cache.undo()]).toEqual([1, false]);
    }
    expect(rows.size).toBe(3);
  });

  it("makes memory forget where the store is the user's own, and undoing it changes nothing there", async () => {
    const { cache, applied, rows } = await stored({ role: 'record' });
    await cache.set('owl', 1);
    await cache.run(new ClearCommand());
    expect([cache.size, rows.size]).toEqual([0, 1]);
    const [row] = rows.values();
    if (row !== undefined) rows.set('owl', { ...row, value: '["changed elsewhere"]' });
    await cache.undo();
    await cache.redo();
    expect([await cache.get('owl'), applied.length]).toEqual(['changed elsewhere', 1]);
  });

  it('lets no load under way bring back what it removed', async () => {
    const { cache } = await stored();
    const loading = held<string>();
    const loaded = cache.getOrLoad('owl', () => loading.promise);
    await settle();
    await cache.run(new ClearCommand());
    loading.resolve('old');
    expect([await loaded, await cache.has('owl')]).toEqual(['old', false]);
  });

  it('is told in events and history$ as any other', async () => {
    const { cache } = await stored();
    await cache.set('owl', 1);
    const events = recordEvents(cache);
    await cache.run(new ClearCommand());
    await cache.undo();
    const told = events.filter(({ type }) => type === 'cleared' || type.startsWith('command_'));
    expect(told).toEqual([
      { type: 'cleared', store: true, cache: 'default' },
      { type: 'command_executed', command: 'clear', keys: ['owl'], cache: 'default' },
      { type: 'command_undone', command: 'clear', keys: ['owl'], cache: 'default' },
    ]);
  });
});

describe('what undo keeps in memory', () => {
  const big = (n: number) => ({ n, text: 'x'.repeat(1000) });

  it('is bounded by bytes: the oldest commands are forgotten', async () => {
    const { cache } = await stored({ historyBytes: '4kb' });
    await cache.setMany(Array.from({ length: 8 }, (_, n) => [`bird:${n}`, big(n)] as const));
    for (let n = 0; n < 8; n++) await cache.run(remove(`bird:${n}`));
    const undone = [];
    for (let step = 0; step < 8; step++) undone.push(await cache.undo());
    const count = undone.filter(Boolean).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(5);
    expect(await cache.get('bird:7')).toEqual(big(7));
    expect(await cache.has('bird:0')).toBe(false);
  });

  it('is nothing of what alone is more than all may be; the command is run all the same', async () => {
    const { cache } = await stored({ historyBytes: 600 });
    await cache.set('owl', big(1));
    await cache.run(set('wren', 1));
    await cache.run(remove('owl'));
    expect([await cache.has('owl'), await cache.undo()]).toEqual([false, false]);
  });

  it('counts what can be redone, too', async () => {
    const { cache } = await stored({ historyBytes: 600 });
    await cache.run(set('wren', 1));
    await cache.run(set('owl', big(1)));
    expect([await cache.undo(), await cache.has('owl')]).toEqual([true, false]);
    expect([await cache.redo(), await cache.undo()]).toEqual([false, false]);
  });

  it('is given back with the commands that are forgotten', async () => {
    const { cache } = await stored({ historyLimit: 2, historyBytes: '4kb' });
    await cache.setMany(Array.from({ length: 30 }, (_, n) => [`bird:${n}`, big(n)] as const));
    for (let n = 0; n < 30; n++) {
      await cache.run(remove(`bird:${n}`));
      expect([await cache.undo(), await cache.redo(), await cache.undo()]).toEqual([true, true, true]);
    }
    expect(await cache.get('bird:29')).toEqual(big(29));
  });

  it.each([0, -1, 'much'])('has a bound that can be one, not %p', async (historyBytes) => {
    await expect(open({ historyBytes })).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining('historyBytes'),
    });
  });
});

describe('a command that the store refuses', () => {
  it('can be undone later, as if nobody had tried', async () => {
    const { cache, store } = await stored();
    await cache.set('owl', 'old');
    await cache.run(set('owl', 'new'));
    store.failNext('apply');
    await expect(cache.undo()).rejects.toMatchObject({ code: 'store_failed' });
    store.failNext('apply');
    await expect(cache.run(set('owl', 'newest'))).rejects.toMatchObject({ code: 'store_failed' });
    expect([await cache.undo(), await cache.get('owl')]).toEqual([true, 'old']);
    expect([await cache.redo(), await cache.get('owl')]).toEqual([true, 'new']);
  });

  it('leaves a foreign change in its turn a foreign change', async () => {
    const { cache, store } = await stored();
    await cache.run(set('owl', 'new'));
    store.failNext('apply');
    const release = store.hold('apply');
    const undoing = cache.undo();
    await settle();
    const setting = cache.set('owl', 'theirs');
    release();
    await expect(undoing).rejects.toMatchObject({ code: 'store_failed' });
    await setting;
    await expect(cache.undo()).rejects.toMatchObject({ code: 'undo_conflict' });
    expect(await cache.get('owl')).toBe('theirs');
  });
});

describe("undo over the user's own data", () => {
  it('puts a row back also where its tag was invalidated since: rows are not for invalidations to drop', async () => {
    const { cache, stored: inStore } = await stored({ role: 'record' });
    await cache.set('owl', 'old', { tags: ['night'], ttl: '1m' });
    await cache.run(set('owl', 'new'));
    await cache.invalidateTags('night');
    await cache.undo();
    expect([await cache.get('owl'), inStore('owl')]).toEqual(['old', 'old']);
  });
});

describe('the version of a change', () => {
  it('is larger the later its turn comes, whatever makes it', async () => {
    const { cache, store, rows, applied } = await stored();
    const release = store.hold('apply');
    const all = [
      cache.set('owl', 1),
      cache.run(set('owl', 2)),
      cache.delete('owl'),
      cache.batch((batch) => batch.set('owl', 3)),
      cache.set('owl', 4),
    ];
    await settle();
    release();
    await Promise.all(all);
    const versions = applied
      .flat()
      .map((operation) => (operation.type === 'set' ? operation.row : operation).version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
    expect(rows.size).toBe(1);
  });
});
