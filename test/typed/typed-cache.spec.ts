import { type } from 'arktype';
import {
  CacheError,
  createCache,
  createTypedCache,
  defineCache,
  MapStore,
  richCodec,
  type Row,
  type RecordStore,
  type TypedDefinition,
  typed,
} from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import * as v from 'valibot';
import { z } from 'zod';
import { recordEvents } from '../support/caches.js';

interface Bird {
  readonly id: number;
  readonly name: string;
  readonly tags: string[];
}

const shape = z.object({ id: z.number(), name: z.string().trim(), tags: z.array(z.string()).default([]) });

const Birds = defineCache({
  name: 'birds',
  key: (id: number) => String(id),
  value: shape,
  ttl: '5m',
});

const owl: Bird = { id: 1, name: 'owl', tags: [] };
const wren: Bird = { id: 2, name: 'wren', tags: [] };

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

async function open<D extends TypedDefinition>(
  definition: D,
  {
    rows = new Map<string, Row>(),
    ...options
  }: { rows?: Map<string, Row> } & Parameters<typeof createTypedCache<D>>[1] = {},
) {
  const clock = new FakeClock();
  const birds = await createTypedCache(definition, { clock, store: new MapStore({}, rows), ...options });
  opened.push(birds.cache);
  return { birds, clock, rows };
}

/** What somebody throws. */
async function thrownBy(run: () => Promise<unknown>): Promise<CacheError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof CacheError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a typed cache', () => {
  it('keeps what the schema makes of a value, under the key of the argument', async () => {
    const { birds } = await open(Birds);
    await birds.set(1, { id: 1, name: '  owl ' });
    expect(await birds.get(1)).toEqual(owl);
    expect(await birds.cache.get('1')).toEqual(owl);
    expect(await birds.get(2)).toBeUndefined();
  });

  it('refuses a value that does not fit, naming cache, key and places, and nothing of the value', async () => {
    const { birds } = await open(Birds);
    const wrong = { id: 1, name: 7, tags: ['a', 8] } as unknown as Bird;
    const error = await thrownBy(() => birds.set(1, wrong));
    expect([error.code, error.message]).toEqual([
      'bad_value',
      'the value of "1" was refused: it does not fit the schema of the cache "birds" at name, tags.1',
    ]);
    expect(await birds.has(1)).toBe(false);
    // For who wants to know all of it; a log does not show it.
    expect(error.cause).toMatchObject({ issues: [{ path: ['name'] }, { path: ['tags', 1] }] });
    expect(Object.keys(error.cause as object)).not.toContain('issues');
  });

  it.each([
    ['zod', z.object({ secret: z.number() })],
    ['valibot', v.object({ secret: v.number() })],
    ['arktype', type({ secret: 'number' })],
  ])('takes a schema of %s, and shows no value that it was given', async (_library, value) => {
    const { birds } = await open(defineCache({ name: 'secrets', key: (id: number) => `s${id}`, value }));
    await birds.set(1, { secret: 1 });
    expect(await birds.get(1)).toEqual({ secret: 1 });
    const error = await thrownBy(() => birds.set(1, { secret: 'hunter2' } as never));
    expect(error.message).toMatch(/"s1".*"secrets" at secret$/);
    expect(`${error.stack} ${String(error.cause)}`).not.toContain('hunter2');
    expect(await birds.get(1)).toEqual({ secret: 1 });
  });

  it('writes many values as one batch, or none', async () => {
    const { birds, rows } = await open(Birds);
    await birds.setMany([
      [1, owl],
      [2, wren],
    ]);
    expect(await birds.getMany([2, 3, 1])).toEqual(new Map([[2, wren], [1, owl]])); // prettier-ignore
    const error = await thrownBy(() => birds.setMany([[3, owl], [4, {} as Bird]])); // prettier-ignore
    expect(error.message).toContain('"4"');
    expect([...rows.keys()]).toEqual(['1', '2']);
    expect(await birds.deleteMany([1, 2, 3])).toBe(2);
    expect(await birds.get(1)).toBeUndefined();
  });

  it('takes arguments of any kind that its key function takes, and answers them back', async () => {
    const { birds } = await open(
      defineCache({
        name: 'b',
        key: ({ id, land }: { id: number; land: string }) => `${land}:${id}`,
        value: shape,
      }),
    );
    const [here, there] = [
      { id: 1, land: 'ch' },
      { id: 1, land: 'at' },
    ];
    await birds.set(here, owl);
    const found = await birds.getManyOrLoad([here, there], (missing) =>
      missing.map(({ id }) => ({ ...wren, id })),
    );
    expect([...found.keys()]).toEqual([here, there]);
    expect([found.get(here)?.name, found.get(there)?.name]).toEqual(['owl', 'wren']);
    expect(birds.keyOf(there)).toBe('at:1');
  });

  it('says which key function answered no key', async () => {
    const { birds } = await open(defineCache({ name: 'b', key: (id: string) => id, value: shape }));
    const error = await thrownBy(() => birds.get(''));
    expect([error.code, error.message]).toEqual([
      'bad_key',
      'the key function of the cache "b" must answer a non-empty string, got an empty one',
    ]);
  });

  it('has, expires, peeks and deletes by argument', async () => {
    const { birds } = await open(Birds);
    await birds.set(1, owl);
    expect([await birds.has(1), await birds.has(2), birds.peek(1), birds.peek(2)]).toEqual([
      true,
      false,
      owl,
      undefined,
    ]);
    expect(await birds.expire(1)).toBe(true);
    expect(await birds.get(1)).toBeUndefined();
    await birds.set(1, owl);
    expect([await birds.delete(1), await birds.delete(1)]).toEqual([true, false]);
  });
});

describe('a load of a typed cache', () => {
  it('keeps what the schema makes of the result, and hands that out', async () => {
    const { birds } = await open(Birds);
    expect(await birds.getOrLoad(1, async () => ({ id: 1, name: ' owl ' }))).toEqual(owl);
    expect(await birds.getOrLoad(1, () => Promise.reject(new Error('not again')))).toEqual(owl);
  });

  it('fails where the result does not fit: nothing is kept, and the next caller loads again', async () => {
    const { birds } = await open(Birds);
    const error = await thrownBy(() => birds.getOrLoad(1, async () => ({ id: '1' }) as unknown as Bird));
    expect([error.code, error.message]).toEqual([
      'bad_load',
      'what was loaded for "1" was refused: it does not fit the schema of the cache "birds" at id, name',
    ]);
    expect([await birds.has(1), birds.cache.metrics().load_failures]).toEqual([false, 1]);
    expect(await birds.getOrLoad(1, async () => owl)).toEqual(owl);
  });

  it('of many asks the loader once, for the arguments that are missing', async () => {
    const { birds } = await open(Birds);
    await birds.set(1, owl);
    const asked: (readonly number[])[] = [];
    const found = await birds.getManyOrLoad([1, 2, 3], async (missing) => {
      asked.push(missing);
      return new Map([[2, wren]]);
    });
    expect(asked).toEqual([[2, 3]]);
    expect(found).toEqual(new Map([[1, owl], [2, wren]])); // prettier-ignore
  });

  it('of many does not keep that something was not found', async () => {
    const { birds } = await open(Birds);
    await birds.getManyOrLoad([3], async () => [undefined]);
    expect(await birds.has(3)).toBe(false);
  });

  it('of many fails for what does not fit, and keeps the others', async () => {
    const { birds } = await open(Birds);
    const loading = (): Promise<unknown> => birds.getManyOrLoad([1, 2], async () => [owl, {} as Bird]);
    expect((await thrownBy(loading)).message).toContain('what was loaded for "2" was refused');
    expect([await birds.get(1), await birds.get(2)]).toEqual([owl, undefined]);
  });

  it('may say that the stale value is still right', async () => {
    const { birds, clock } = await open(Birds, { grace: '1h' });
    await birds.set(1, owl);
    clock.advance('6m');
    expect(await birds.getOrLoad(1, ({ notModified }) => notModified())).toEqual(owl);
    clock.advance('4m');
    expect(await birds.get(1)).toEqual(owl);
  });
});

describe('the tags of a typed cache', () => {
  const Tagged = defineCache({
    name: 'tagged',
    key: (id: number) => String(id),
    value: shape,
    tags: (id, bird) => [`id:${id}`, ...(bird?.tags ?? []).map((tag) => `tag:${tag}`)],
  });

  it('are those of the argument, of the value and of the call', async () => {
    const { birds, rows } = await open(Tagged);
    await birds.set(1, { ...owl, tags: ['night'] }, { tags: ['mine'] });
    await birds.getOrLoad(2, async () => ({ ...wren, tags: ['day'] }), { tags: ['yours'] });
    await birds.getOrLoad(3, async ({ setTags }) => {
      setTags(['theirs']);
      return wren;
    });
    await birds.setMany([[4, { ...wren, tags: ['dusk'] }]]);
    expect(Array.from(rows.values(), ({ tags }) => tags)).toEqual([
      ['id:1', 'tag:night', 'mine'],
      ['id:2', 'tag:day', 'yours'],
      ['id:3', 'theirs'],
      ['id:4', 'tag:dusk'],
    ]);
    await birds.invalidateTags('tag:night', 'yours');
    expect([...(await birds.getMany([1, 2, 3])).keys()]).toEqual([3]);
  });

  it('keep who comes after an invalidation from what was being loaded', async () => {
    const { birds } = await open(Tagged);
    let finish = (): void => undefined;
    const first = birds.getOrLoad(1, () => new Promise<Bird>((resolve) => (finish = () => resolve(owl))));
    await settle();
    await birds.invalidateTags('id:1');
    expect(await birds.getOrLoad(1, async () => ({ ...owl, name: 'new' }))).toMatchObject({ name: 'new' });
    finish();
    expect(await first).toEqual(owl);
    expect(await birds.get(1)).toMatchObject({ name: 'new' });
  });
});

describe('what a typed cache finds in its store', () => {
  const codec = richCodec();
  const row = (key: string, value: unknown): [string, Row] => [
    key,
    { key, value: codec.encode(value), version: 1, tags: [], expiresAt: undefined },
  ];

  it('is stored with the version, and is in memory without', async () => {
    const { birds, rows } = await open(defineCache({ ...plain, version: 3 }));
    await birds.set(1, owl);
    expect(codec.decode(rows.get('1')?.value ?? '')).toEqual({ $version: 3, $value: owl });
    expect(birds.cache.peek('1')).toEqual(owl);
  });

  it('is not checked again where it was checked on its way in', async () => {
    let checks = 0;
    const value = z.object({ id: z.number() }).refine(() => ++checks > 0);
    const { birds } = await open(defineCache({ ...plain, value }));
    await birds.set(1, owl);
    await birds.getOrLoad(2, async () => owl);
    for (let round = 0; round < 10; round++) {
      await birds.get(1);
      await birds.getOrLoad(2, async () => owl);
      await birds.getMany([1, 2]);
    }
    expect(checks).toBe(2);
  });

  it('is dropped where it does not fit, is loaded anew, and is told and counted', async () => {
    const rows = new Map([row('1', { $version: 1, $value: { id: 'x' } }), row('2', 'junk')]);
    const { birds } = await open(Birds, { rows });
    const events = recordEvents(birds.cache);
    expect(await birds.get(1)).toBeUndefined();
    expect(await birds.getOrLoad(1, async () => owl)).toEqual(owl);
    expect((await birds.getMany([1, 2])).size).toBe(1);
    expect(birds.cache.metrics().custom).toEqual({ values_migrated: 0, values_dropped: 3 });
    const [failure] = events.filter((event) => event.type === 'store_failed');
    expect(failure?.error.message).toBe(
      'what is stored under "1" cannot be read by the typed rich codec: it does not fit the schema of the cache "birds" at id, name',
    );
  });

  it('is migrated where it is of another version, and checked then', async () => {
    const told: unknown[] = [];
    const rows = new Map([
      row('1', { $version: 1, $value: { id: 1, label: ' owl ' } }),
      row('2', { $version: 2, $value: { id: 2, label: 5 } }),
      row('3', { id: 3, label: 'jay' }),
    ]);
    const { birds } = await open(
      defineCache({
        ...plain,
        version: 3,
        migrate: (old, fromVersion) => {
          told.push([old, fromVersion]);
          const { id, label } = old as { id: number; label: string };
          return { id, name: label };
        },
      }),
      { rows },
    );
    expect([await birds.get(1), await birds.get(2), await birds.get(3)]).toEqual([
      owl,
      undefined,
      { id: 3, name: 'jay', tags: [] },
    ]);
    await settle();
    // What fits is migrated a second time when its row is renewed.
    const calls = [
      [{ id: 1, label: ' owl ' }, 1],
      [{ id: 2, label: 5 }, 2],
      [{ id: 3, label: 'jay' }, undefined],
    ];
    for (const call of calls) expect(told).toContainEqual(call);
    expect(told).toHaveLength(5);
    expect(birds.cache.metrics().custom).toEqual({ values_migrated: 2, values_dropped: 1 });
    await birds.get(1);
    await settle();
    expect(told).toHaveLength(5);
  });

  it('is dropped where migrate throws or answers a promise, or there is none', async () => {
    const rows = () => new Map([row('1', { $version: 1, $value: owl })]);
    const migrations = {
      'migrate failed: too old': () => {
        throw new Error('too old');
      },
      'its migrate answers a promise': () => Promise.reject(new Error('late')) as never,
      'there is no migrate': undefined,
    };
    for (const [why, migrate] of Object.entries(migrations)) {
      const { birds } = await open(defineCache({ ...plain, version: 2, migrate }), { rows: rows() });
      const events = recordEvents(birds.cache);
      expect(await birds.get(1)).toBeUndefined();
      expect(events.find((event) => event.type === 'store_failed')?.error.message).toContain(why);
    }
  });

  it('is taken as it is where it fits and was stored before there was a definition', async () => {
    const { birds } = await open(Birds, { rows: new Map([row('1', owl)]) });
    expect(await birds.get(1)).toEqual(owl);
  });

  it('is stored by the codec of the cache', async () => {
    const { birds, rows } = await open(Birds, { codec: 'json' });
    await birds.set(1, owl);
    expect(rows.get('1')?.value).toBe(`{"$version":1,"$value":${JSON.stringify(owl)}}`);
    expect(birds.cache.info().codec).toBe('typed json');
  });
});

const plain = { name: 'birds', key: (id: number) => String(id), value: shape } as const;

describe('what untyped code does to a typed cache', () => {
  it('is refused where the cache has a store', async () => {
    const { birds } = await open(Birds);
    const error = await thrownBy(() => birds.cache.set('1', 'junk' as never));
    expect([error.code, error.message]).toEqual([
      'bad_value',
      expect.stringContaining('schema of the cache "birds" at its root'),
    ]);
  });

  it('is dropped when it is read from a cache of memory alone, and loaded anew', async () => {
    const { birds } = await open(Birds, { store: undefined });
    for (const read of [
      () => birds.get(1),
      async () => (await birds.getMany([1])).get(1),
      async () => birds.peek(1),
    ]) {
      await birds.cache.set('1', { id: 'junk' } as never);
      expect(await read()).toBeUndefined();
    }
    await birds.cache.set('1', { id: 'junk' } as never);
    expect(await birds.getOrLoad(1, async () => owl)).toEqual(owl);
    await birds.cache.set('1', { id: 'junk' } as never);
    expect(await birds.getManyOrLoad([1], async () => [owl])).toEqual(new Map([[1, owl]]));
    expect(birds.cache.metrics().custom['values_dropped']).toBe(4);
  });

  it('is taken where it fits', async () => {
    const { birds } = await open(Birds, { store: undefined });
    await birds.cache.set('1', owl);
    expect(await birds.get(1)).toBe(owl);
  });

  it('is not handed to a typed caller who has joined its load', async () => {
    const { birds } = await open(Birds, { store: undefined });
    const untyped = birds.cache.getOrLoad('1', async () => 'junk' as never);
    expect(await birds.getOrLoad(1, async () => owl)).toEqual(owl);
    expect(await untyped).toBe('junk');
  });
});

describe('a typed cache over a database of the user', () => {
  const database = (records: Map<string, unknown>): RecordStore<Bird> => ({
    load: async (key) => records.get(key) as Bird | undefined,
    write: async (changes) => {
      for (const change of changes) if (change.type === 'set') records.set(change.key, change.value);
    },
  });

  it('refuses to hand out a record that does not fit, and leaves it there', async () => {
    const records = new Map<string, unknown>([
      ['1', { id: 'x' }],
      ['2', wren],
    ]);
    const { birds } = await open(Birds, { store: database(records) as never });
    const error = await thrownBy(() => birds.get(1));
    expect([error.code, error.message]).toEqual([
      'bad_value',
      'the record of "1" cannot be read: it does not fit the schema of the cache "birds" at id, name',
    ]);
    expect(records.size).toBe(2);
    expect(await birds.get(2)).toEqual(wren);
  });
});

describe('a schema that changes the type', () => {
  const Ages = defineCache({
    name: 'ages',
    key: (id: number) => String(id),
    value: z.string().transform(Number),
    kept: z.number(),
  });

  it('takes what it takes, keeps what it makes, and checks that by the other', async () => {
    const { birds, rows } = await open(Ages);
    await birds.set(1, '42');
    expect(await birds.get(1)).toBe(42);
    const next = await open(Ages, { rows });
    expect(await next.birds.get(1)).toBe(42);
    expect(await next.birds.getOrLoad(2, async () => '7')).toBe(7);
  });
});

describe('defineCache', () => {
  it('says everything that is wrong in one message', () => {
    const wrong = { name: '', key: 'id', value: {}, version: 1.5, migrate: 7 } as never;
    expect(() => defineCache(wrong)).toThrow(
      expect.objectContaining({
        code: 'bad_option',
        message: expect.stringMatching(
          /name must.*\n.*key must.*\n.*migrate must.*\n.*value must.*\n.*version must/,
        ),
      }),
    );
  });

  it('leaves options for the cache, which says what there is not', async () => {
    const definition = defineCache({ ...plain, maxItem: 5 } as never);
    await expect(createTypedCache(definition as TypedDefinition)).rejects.toThrow(
      'there is no option maxItem',
    );
  });

  it('refuses a schema that answers a promise when it is used', async () => {
    const value = z.number().refine(async () => true);
    const { birds } = await open(defineCache({ ...plain, value }));
    const error = await thrownBy(() => birds.set(1, 5));
    expect([error.code, error.message]).toEqual([
      'bad_declaration',
      'cache "birds": its schema answers a promise; it must answer at once, so leave asynchronous checks to the loader',
    ]);
  });
});

describe('the typed face of an open cache', () => {
  it('checks what it writes and reads', async () => {
    const cache = await createCache<Bird>();
    opened.push(cache);
    const birds = typed(cache, Birds);
    await birds.set(1, { id: 1, name: ' owl' });
    expect(await cache.get('1')).toEqual(owl);
    await cache.set('1', {} as never);
    expect(await birds.get(1)).toBeUndefined();
  });
});
