import { openCache as open, openStored } from '../../../../test/support/caches.js';
import type { Cache, Codec } from '../index.js';

/** What a text says that a cache takes in. */
async function textOf(entries: unknown, changes: object = {}): Promise<string> {
  const { cache } = await open();
  return JSON.stringify({ ...(JSON.parse(await cache.serialize()) as object), entries, ...changes });
}

async function refused(cache: Cache<unknown>, text: string, options = {}): Promise<unknown> {
  const before = [...cache];
  const error: unknown = await cache.deserialize(text, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect([...cache]).toEqual(before);
  return error;
}

describe('a text of entries', () => {
  it('carries values, lives and tags into another cache', async () => {
    const [from, to] = [await open<unknown>(), await open<unknown>()];
    const values = {
      date: new Date(5),
      map: new Map([[{ a: 1 }, new Set([1n])]]),
      typed: new Float64Array([1, -0, NaN]),
      buffer: Buffer.from('owl'),
      missing: undefined,
      nothing: null,
    };
    await from.cache.setMany(Object.entries(values));
    await from.cache.set('short', 1, { ttl: '10m', tags: ['night'] });
    from.clock.advance('4m');
    const text = await from.cache.serialize();
    expect(JSON.parse(text)).toMatchObject({ format: 'nuthatch entries', codec: 'rich' });
    to.clock.advance('6m');
    expect(await to.cache.deserialize(text)).toBe(7);
    expect(Object.fromEntries(to.cache.entries())).toEqual({ ...values, short: 1 });
    to.clock.advance(4 * 60_000 - 1);
    expect(await to.cache.get('short')).toBe(1);
    to.clock.advance(1);
    expect(await to.cache.get('short')).toBeUndefined();
    await to.cache.set('later', 1, { tags: ['night'] });
  });

  it('keeps tags', async () => {
    const { cache } = await open();
    await cache.set('owl', 1, { tags: ['night'] });
    const text = await cache.serialize();
    await cache.clear();
    await cache.deserialize(text);
    await cache.invalidateTags('night');
    expect(cache.peek('owl')).toBeUndefined();
  });

  it('leaves out what has expired meanwhile', async () => {
    const { cache, clock } = await open();
    await cache.set('owl', 1, { ttl: '10m' });
    const text = await cache.serialize();
    clock.advance('11m');
    expect(await cache.deserialize(text)).toBe(0);
  });

  it('is written to the store in one batch, and other entries stay', async () => {
    const [from, to] = [await open<unknown>(), await openStored<unknown>()];
    await from.cache.setMany(Object.entries({ owl: 1, wren: 2 }));
    await to.cache.set('jay', 3);
    const text = await from.cache.serialize();
    to.store.failNext('apply');
    expect(await refused(to.cache, text)).toMatchObject({ code: 'store_failed' });
    await to.cache.deserialize(text);
    expect([to.stored('owl'), to.stored('wren'), to.stored('jay')]).toEqual([1, 2, 3]);
    expect(to.applied.at(-1)).toHaveLength(2);
  });

  it('carries what a codec writes as bytes', async () => {
    const codec: Codec = {
      name: 'bytes',
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (encoded) => JSON.parse(Buffer.from(encoded as Uint8Array).toString()) as unknown,
    };
    const { cache } = await open<unknown>({ codec });
    await cache.set('owl', { wings: 2 });
    const text = await cache.serialize();
    await cache.clear();
    await cache.deserialize(text);
    expect(cache.peek('owl')).toEqual({ wings: 2 });
  });

  it('is refused where it is larger than allowed, before it is parsed', async () => {
    const { cache } = await open<unknown>();
    await cache.set('owl', 'é'.repeat(100));
    const text = await cache.serialize();
    const bytes = Buffer.byteLength(text);
    expect(await refused(cache, text, { maxBytes: bytes - 1 })).toMatchObject({
      code: 'bad_snapshot',
      message: `the text was not taken in: it is larger than maxBytes, ${bytes - 1}`,
    });
    expect(await cache.deserialize(text, { maxBytes: bytes })).toBe(1);
  });

  it('pollutes no prototype', async () => {
    const { cache } = await open<unknown>();
    const hostile = [
      await textOf([['owl', '[{"__proto__":1},{"isAdmin":2},true]', null, []]]),
      await textOf([], { ['__proto__']: { isAdmin: true } }),
      '{"__proto__":{"format":"nuthatch entries","version":1,"takenAt":1,"codec":"rich","entries":[]}}',
      (await textOf([])).replace('"entries"', '"__proto__":{"isAdmin":true},"entries"'),
    ];
    for (const text of hostile) await cache.deserialize(text).catch(() => undefined);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect([...cache]).toEqual([]);
  });

  const deep = '['.repeat(100_000);
  const wrong: Record<string, () => unknown> = {
    'no JSON': () => 'owl',
    'half a text': async () => (await textOf([])).slice(0, -1),
    'no text': () => 7,
    null: () => 'null',
    'a list': () => '[]',
    'another format': () => textOf([], { format: 'other' }),
    'a newer version': () => textOf([], { version: 3 }),
    'another codec': () => textOf([], { codec: 'json' }),
    'entries that are none': () => textOf({}),
    'an entry that is none': () => textOf([null]),
    'an entry that ages as none does': () => textOf([['owl', '[1]', null, [], [5, 5]]]),
    'an entry with more than there is': () => textOf([['owl', '[1]', null, [], [5, 5, 5, 0], 1]]),
    'an entry without a life': () => textOf([['owl', '[1]']]),
    'a key that is none': () => textOf([['', '[1]', null, []]]),
    'a life that is none': () => textOf([['owl', '[1]', 'long', []]]),
    'tags that are none': () => textOf([['owl', '[1]', null, [7]]]),
    'a value that is none': () => textOf([['owl', { base65: '' }, null, []]]),
    'a key twice': () => textOf([['owl', '[1]', null, []], ['owl', '[1]', null, []]]), // prettier-ignore
    'a value that cannot be read': () => textOf([['owl', '[', null, []]]),
    'a value that is deep': () => textOf([['owl', deep + deep.replaceAll('[', ']'), null, []]]),
    'deep JSON': () => deep + deep.replaceAll('[', ']'),
    'a value of code': () => textOf([['owl', '[["Function",1],"alert(1)"]', null, []]]),
  };

  it.each(Object.keys(wrong))('is refused and changes nothing: %s', async (name) => {
    const { cache } = await open<unknown>();
    await cache.set('here', 1);
    const text = await wrong[name]?.();
    // What comes from outside has no type that anybody checked.
    expect(await refused(cache, text as string)).toMatchObject({
      code: expect.stringMatching(/^bad_(snapshot|value)$/),
    });
  });
});
