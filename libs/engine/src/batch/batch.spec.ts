import fc from 'fast-check';
import { settle } from 'nuthatch/testing';
import {
  held,
  microtasks,
  openCache,
  openStored,
  recordEvents,
  type StoredOptions,
} from '../../../../test/support/caches.js';
import type { Batch, Operation } from '../index.js';

const open = () => openCache<unknown>();
const stored = (options: StoredOptions<unknown> = {}) => openStored<unknown>(options);

/** What an operation does, short. */
function told(operation: Operation): string {
  return operation.type === 'set' ? `set ${operation.row.key}` : `delete ${operation.key}`;
}

describe('a block', () => {
  it('sees what it has written, and nobody else does until it has ended', async () => {
    for (const { cache } of [await open(), await stored()]) {
      await cache.setMany(Object.entries({ owl: 'old', wren: 'old' }));
      const seen = await cache.batch(async (batch) => {
        await batch.set('owl', 'new');
        await batch.delete('wren');
        await batch.set('jay', 'new');
        expect(await cache.getMany(['owl', 'wren', 'jay'])).toEqual(
          new Map(Object.entries({ owl: 'old', wren: 'old' })),
        );
        return [
          await batch.get('owl'),
          await batch.get('wren'),
          await batch.has('wren'),
          await batch.has('jay'),
        ];
      });
      expect(seen).toEqual(['new', undefined, false, true]);
      expect(await cache.getMany(['owl', 'wren', 'jay'])).toEqual(
        new Map(Object.entries({ owl: 'new', jay: 'new' })),
      );
    }
  });

  it('reads many keys, its own and others, and asks the store once', async () => {
    const { cache, store } = await stored({ maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3, emu: 4 }));
    const found = await cache.batch(async (batch) => {
      await batch.setMany(Object.entries({ owl: 10, kea: 5 }));
      await batch.delete('wren');
      const before = store.calls('getMany');
      const values = await batch.getMany(['owl', 'wren', 'jay', 'emu', 'kea', 'auk', 'owl']);
      expect(store.calls('getMany') - before).toBe(1);
      return values;
    });
    expect(Object.fromEntries(found)).toEqual({ owl: 10, jay: 3, emu: 4, kea: 5 });
  });

  it('is told how many of the deleted keys had an entry, as it has changed them', async () => {
    const { cache } = await stored({ maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 1, wren: 2, jay: 3 }));
    const counts = await cache.batch(async (batch) => {
      await batch.set('kea', 4);
      const first = await batch.deleteMany(['owl', 'wren', 'kea', 'auk', 'owl']);
      return [first, await batch.deleteMany(['owl', 'jay']), await batch.delete('jay')];
    });
    expect(counts).toEqual([3, 1, false]);
  });

  it('may delete without waiting for the count, and write again', async () => {
    const { cache } = await stored();
    await cache.set('owl', 'old');
    await cache.batch(async (batch) => {
      const deleting = batch.delete('owl');
      await batch.set('owl', 'new');
      expect(await deleting).toBe(true);
    });
    expect(await cache.get('owl')).toBe('new');
  });

  it('answers what it returns, undefined values and plain answers too', async () => {
    const { cache } = await open();
    expect(await cache.batch(() => 7)).toBe(7);
    expect(await cache.batch((batch) => batch.set('owl', undefined))).toBeUndefined();
    expect(await cache.has('owl')).toBe(true);
  });

  it('is handed copies where entries are isolated, and its own are taken in when it writes', async () => {
    const { cache } = await openCache<{ n: number }>({ isolate: 'clone' });
    const given = { n: 1 };
    await cache.batch(async (batch) => {
      await batch.set('owl', given);
      given.n = 2;
      const read = await batch.get('owl');
      if (read !== undefined) read.n = 3;
    });
    expect(await cache.get('owl')).toEqual({ n: 1 });
  });

  it('that writes nothing costs no call on the store', async () => {
    const { cache, store } = await stored();
    expect(await cache.batch(async (batch) => batch.getMany([]))).toEqual(new Map());
    expect([store.calls('apply'), store.calls('getMany')]).toEqual([0, 0]);
  });

  it('is refused wrong keys and options by name, and goes on without them where it catches that', async () => {
    const { cache } = await stored();
    await cache.batch(async (batch) => {
      await expect(batch.set('', 1)).rejects.toMatchObject({ code: 'bad_key' });
      await expect(batch.get(5 as never)).rejects.toMatchObject({ code: 'bad_key' });
      await expect(batch.set('owl', 1, { ttl: -1 })).rejects.toMatchObject({ code: 'bad_option' });
      await expect(batch.setMany([['owl', 1], ['', 2]])).rejects.toMatchObject({ code: 'bad_key' }); // prettier-ignore
      await batch.set('wren', 1);
    });
    expect([await cache.has('owl'), await cache.get('wren')]).toEqual([false, 1]);
  });
});

describe('what a block has written', () => {
  it('reaches the store in one transaction: in order, the last change of each key', async () => {
    const { cache, applied } = await stored();
    await cache.batch(async (batch) => {
      await batch.set('owl', 1);
      await batch.set('wren', 1);
      await batch.delete('jay');
      await batch.delete('owl');
      await batch.set('jay', 2);
    });
    expect(applied.map((batch) => batch.map(told))).toEqual([['set wren', 'delete owl', 'set jay']]);
  });

  it.each(['writeThrough', 'writeBack', 'writeAround'] as const)(
    'goes through the policy: %s',
    async (writePolicy) => {
      const { cache, stored: inStore, rows, applied } = await stored({ writePolicy });
      await cache.set('owl', 1);
      await cache.flush();
      await cache.batch(async (batch) => {
        await batch.delete('owl');
        await batch.set('wren', 2);
      });
      expect(cache.peek('wren')).toBe(writePolicy === 'writeAround' ? undefined : 2);
      expect([await cache.get('owl'), await cache.get('wren')]).toEqual([undefined, 2]);
      await cache.flush();
      expect([rows.has('owl'), inStore('wren'), applied.length]).toEqual([false, 2, 2]);
    },
  );

  it('is gone where the block throws: memory and store are as they were, and the caller gets the error', async () => {
    const failure = new Error('the block');
    for (const { cache } of [await open(), await stored()]) {
      await cache.setMany(Object.entries({ owl: 'old', wren: 'old' }));
      const events = recordEvents(cache);
      const running = cache.batch(async (batch) => {
        await batch.set('owl', 'new');
        await batch.delete('wren');
        throw failure;
      });
      await expect(running).rejects.toBe(failure);
      expect([cache.peek('owl'), cache.peek('wren'), events]).toEqual(['old', 'old', []]);
    }
    const { cache, applied } = await stored();
    const throwing = cache.batch(() => {
      throw failure;
    });
    await expect(throwing).rejects.toBe(failure);
    expect(applied).toEqual([]);
  });

  it('is not made where the store refuses: everybody reads what was there', async () => {
    const { cache, store, applied } = await stored();
    await cache.setMany(Object.entries({ owl: 'old', wren: 'old' }));
    store.failNext('apply');
    const running = cache.batch(async (batch) => {
      await batch.set('owl', 'new');
      await batch.delete('wren');
      await batch.set('jay', 'new');
    });
    await expect(running).rejects.toMatchObject({ code: 'store_failed' });
    expect(await cache.getMany(['owl', 'wren', 'jay'])).toEqual(
      new Map(Object.entries({ owl: 'old', wren: 'old' })),
    );
    expect(applied.length).toBe(1);
  });

  it('is not made where one value cannot be stored', async () => {
    const { cache, applied } = await stored();
    await cache.set('owl', 'old');
    const running = cache.batch(async (batch) => {
      await batch.set('owl', 'new');
      await batch.set('wren', () => 'a function');
    });
    await expect(running).rejects.toMatchObject({ code: 'bad_value' });
    expect([cache.peek('owl'), applied.length]).toEqual(['old', 1]);
  });

  it('is not made, without a store, where memory cannot keep one of the values', async () => {
    const weigh = (value: unknown): number => {
      if (value === 'bad') throw new Error('cannot weigh that');
      return 1;
    };
    const { cache } = await openCache<unknown>({ weigh });
    await cache.set('owl', 'old', { tags: ['night'] });
    await cache.set('emu', 'old');
    const events = recordEvents(cache);
    const running = cache.batch(async (batch) => {
      await batch.setMany(Object.entries({ owl: 'new', wren: 'new', emu: 'bad', jay: 'new' }));
    });
    await expect(running).rejects.toThrow('cannot weigh that');
    expect([...cache]).toEqual(expect.arrayContaining([['owl', 'old'], ['emu', 'old']])); // prettier-ignore
    expect([cache.size, events]).toEqual([2, []]);
    await cache.invalidateTags('night');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('takes, where memory cannot keep one of the values, no stale one away either', async () => {
    const weigh = (value: unknown): number => {
      if (value === 'bad') throw new Error('cannot weigh that');
      return 1;
    };
    const { cache, clock } = await openCache<unknown>({ weigh, ttl: '1m', grace: '1h' });
    await cache.set('owl', 'old');
    clock.advance('2m');
    const running = cache.batch(async (batch) => {
      await batch.setMany(Object.entries({ owl: 'new', emu: 'bad' }));
    });
    await expect(running).rejects.toThrow('cannot weigh that');
    const failing = (): never => {
      throw new Error('no network');
    };
    expect(await cache.getOrLoad('owl', failing)).toBe('old');
  });

  it('is counted, told in events when it is made, and dropped by nobody who was loading', async () => {
    for (const { cache } of [await open(), await stored()]) {
      const events = recordEvents(cache);
      const loading = held<string>();
      const loaded = cache.getOrLoad('owl', () => loading.promise);
      await settle();
      await cache.batch(async (batch) => {
        await batch.set('owl', 'new');
        await batch.delete('wren');
        expect(events.map(({ type }) => type)).not.toContain('entry_set');
      });
      loading.resolve('loaded before');
      expect(await loaded).toBe('loaded before');
      expect(await cache.get('owl')).toBe('new');
      const { sets, deletes, loads_fenced } = cache.metrics();
      expect([sets, deletes, loads_fenced]).toEqual([1, 1, 1]);
    }
  });

  it('comes after what others have written meanwhile, in order and in version', async () => {
    const { cache, rows } = await stored();
    let theirs = 0;
    await cache.batch(async (batch) => {
      await batch.set('owl', 'ours');
      await batch.set('wren', 'ours');
      await cache.set('owl', 'theirs');
      theirs = rows.get('owl')?.version ?? Infinity;
    });
    expect(await cache.get('owl')).toBe('ours');
    expect(rows.get('owl')?.version).toBeGreaterThan(theirs);
    expect(rows.get('wren')?.version).toBeGreaterThan(theirs);
  });

  it('lives from when the block wrote it, and what is over by its end is there for nobody', async () => {
    const { cache, clock } = await stored();
    await cache.batch(async (batch) => {
      await batch.set('owl', 1, { ttl: '10m' });
      await batch.set('wren', 1, { ttl: '1m' });
      await clock.advanceAsync('4m');
      expect([await batch.get('owl'), await batch.has('wren'), await batch.getMany(['wren'])]).toEqual([
        1,
        false,
        new Map(),
      ]);
    });
    expect([await cache.has('owl'), await cache.has('wren')]).toEqual([true, false]);
    await clock.advanceAsync('6m');
    expect(await cache.has('owl')).toBe(false);
  });

  it('is made with the overrides around the call', async () => {
    const { cache, clock } = await open();
    await cache.withOverrides({ ttl: '1m' }, () => cache.batch((batch) => batch.set('owl', 1)));
    clock.advance('1m');
    expect(await cache.has('owl')).toBe(false);
  });

  it('is gone where one of its tags was invalidated since; a row of the user is written all the same', async () => {
    for (const role of ['cache', 'record'] as const) {
      const { cache, stored: inStore } = await stored({ role });
      await cache.batch(async (batch) => {
        await batch.set('owl', 'new', { tags: ['night'] });
        await cache.invalidateTags('night');
      });
      expect([await cache.get('owl'), inStore('owl')]).toEqual(
        role === 'cache' ? [undefined, undefined] : ['new', 'new'],
      );
    }
  });

  it('is refused where the cache was closed meanwhile', async () => {
    const { cache, applied } = await stored();
    const running = cache.batch(async (batch) => {
      await batch.set('owl', 1);
      await cache.close();
    });
    await expect(running).rejects.toMatchObject({ code: 'closed' });
    expect(applied).toEqual([]);
    await expect(cache.batch(() => 1)).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a block within a block', () => {
  it('joins it: seen there at once, made with it', async () => {
    const { cache, applied } = await stored();
    await cache.batch(async (outer) => {
      await outer.set('owl', 1);
      const seen = await outer.batch(async (inner) => {
        await inner.set('wren', (await inner.get('owl')) as number);
        await inner.delete('owl');
        expect(await outer.has('wren')).toBe(false);
        return inner.has('owl');
      });
      expect([seen, await outer.get('wren'), await outer.has('owl'), applied.length]).toEqual([
        false,
        1,
        false,
        0,
      ]);
    });
    expect(applied.map((batch) => batch.map(told))).toEqual([['set wren', 'delete owl']]);
  });

  it('that throws takes its own changes back, and all of them where nobody catches that', async () => {
    const { cache } = await stored();
    const failing = async (batch: Batch): Promise<void> => {
      await batch.set('owl', 'inner');
      throw new Error('inner');
    };
    await cache.batch(async (outer) => {
      await outer.set('owl', 'outer');
      await expect(outer.batch(failing)).rejects.toThrow('inner');
    });
    expect(await cache.get('owl')).toBe('outer');
    const running = cache.batch(async (outer) => {
      await outer.set('wren', 'outer');
      await outer.batch(failing);
    });
    await expect(running).rejects.toThrow('inner');
    expect([await cache.get('owl'), await cache.has('wren')]).toEqual(['outer', false]);
  });

  it('is not lost silently where the outer one did not wait for it', async () => {
    const { cache } = await open();
    const gate = held<void>();
    let inner: Promise<void> | undefined;
    await cache.batch((outer) => {
      inner = outer.batch(async (batch) => {
        await batch.set('owl', 1);
        await gate.promise;
      });
    });
    gate.resolve();
    await expect(inner).rejects.toMatchObject({
      code: 'closed',
      message: expect.stringContaining('has ended'),
    });
    expect(await cache.has('owl')).toBe(false);
  });
});

describe('the handle of a batch', () => {
  const uses: Record<string, (batch: Batch) => Promise<unknown>> = {
    get: (batch) => batch.get('owl'),
    getMany: (batch) => batch.getMany(['owl']),
    has: (batch) => batch.has('owl'),
    set: (batch) => batch.set('owl', 1),
    setMany: (batch) => batch.setMany([['owl', 1]]),
    delete: (batch) => batch.delete('owl'),
    deleteMany: (batch) => batch.deleteMany(['owl']),
    batch: (batch) => batch.batch(() => 1),
  };

  it.each(Object.keys(uses))('cannot be used when its block has ended: %s', async (use) => {
    const { cache } = await open();
    const handles: Batch[] = [];
    await cache.batch(async (outer) => {
      handles.push(outer);
      await outer.batch((inner) => handles.push(inner));
      await expect(uses[use]?.(handles[1] as Batch)).rejects.toMatchObject({ code: 'closed' });
    });
    await cache.batch((batch) => {
      handles.push(batch);
      throw new Error('the block');
    }).catch(() => undefined); // prettier-ignore
    for (const handle of handles)
      await expect(uses[use]?.(handle)).rejects.toMatchObject({
        code: 'closed',
        message: 'this batch has ended: its handle can be used only inside its block',
      });
    expect(await cache.has('owl')).toBe(false);
  });
});

describe('batches that run side by side', () => {
  const KEYS = ['owl', 'wren', 'jay'];

  it('over the same keys are made one after the other, whatever order they write in, and none waits for ever', async () => {
    const { cache, applied } = await stored();
    const writers = Array.from({ length: 40 }, async (_, writer) => {
      await microtasks(writer % 7);
      await cache.batch(async (batch) => {
        const keys = writer % 2 === 0 ? KEYS : KEYS.toReversed();
        for (const key of keys) {
          await batch.set(key, writer);
          await microtasks((writer * 3) % 5);
        }
      });
    });
    await Promise.all(writers);
    const values = new Set((await cache.getMany(KEYS)).values());
    expect([values.size, applied.length]).toEqual([1, 40]);
  });

  it('never leave a mixture, whoever fails', async () => {
    const programs = fc.array(
      fc.record({
        pause: fc.nat(6),
        refused: fc.boolean(),
        throws: fc.boolean(),
        deletes: fc.boolean(),
        reversed: fc.boolean(),
      }),
      { minLength: 2, maxLength: 8 },
    );
    const property = fc.asyncProperty(programs, async (batches) => {
      const { cache, store } = await stored();
      await cache.setMany(KEYS.map((key) => [key, 'start'] as const));
      const run = async (
        { pause, refused, throws, deletes, reversed }: (typeof batches)[number],
        id: number,
      ) => {
        await cache.batch(async (batch) => {
          for (const key of reversed ? KEYS.toReversed() : KEYS) {
            if (deletes) await batch.delete(key);
            else await batch.set(key, id);
            await microtasks(pause);
          }
          if (throws) throw new Error('the block');
          if (refused) store.failNext('apply');
        });
      };
      const outcomes = await Promise.allSettled(batches.map(run));
      store.heal();
      const found = await cache.getMany(KEYS);
      const states = new Set(KEYS.map((key) => found.get(key)));
      expect(states.size).toBe(1);
      const made = batches.flatMap(({ deletes }, id) =>
        outcomes[id]?.status === 'fulfilled' ? [deletes ? undefined : id] : [],
      );
      expect(made.length === 0 ? ['start'] : made).toContain([...states][0]);
    });
    // A counterexample is printed with its seed and path.
    await fc.assert(property, { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 100) });
  });
});
