import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCache as open, openStored, recordEvents } from '../../../../test/support/caches.js';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import {
  type Cache,
  type Codec,
  MapStore,
  richCodec,
  type RestoreSnapshotOptions,
  type SaveSnapshotOptions,
} from '../index.js';

const fileIn = async (): Promise<string> => join(await temporaryFolder(), 'birds.snapshot');

/** Entries with their uses, rows, and who is in charge. */
async function stateOf(cache: Cache<unknown>) {
  const { checksum: _, takenAt: __, ...state } = await cache.snapshot();
  const entries = state.entries.map(({ version: ___, ...entry }) => entry);
  return { ...state, entries, rows: state.rows?.map(({ version: ____, ...row }) => row) };
}

const ways: Record<string, () => SaveSnapshotOptions> = {
  plain: () => ({}),
  compressed: () => ({ gzip: true }),
  encrypted: () => ({ encryptionKey: randomBytes(32) }),
  'compressed and encrypted': () => ({ gzip: true, encryptionKey: randomBytes(32) }),
};

function restoring({ encryptionKey, schema }: SaveSnapshotOptions): RestoreSnapshotOptions {
  return { encryptionKey, schema };
}

describe.each(Object.keys(ways))('a snapshot file, %s', (way) => {
  const options = () => ways[way]?.() ?? {};

  it('brings back everything, many chunks of it', async () => {
    const file = await fileIn();
    const chosen = options();
    const from = await openStored({
      maxItems: 20_000,
      maxBytes: '1gb',
      eviction: 'lfu',
      writePolicy: 'writeBack',
    });
    const entries = Array.from({ length: 800 }, (_, n) => [`bird ${n}`, { n, seen: new Date(n), song: 'x'.repeat(n * 4) }] as const); // prettier-ignore
    await from.cache.setMany(entries, { tags: ['birds'] });
    await from.cache.set('short', 1n, { ttl: '1h' });
    for (let uses = 0; uses < 5; uses++) await from.cache.get('bird 7');
    const before = await stateOf(from.cache);
    const saved = await from.cache.saveSnapshot(file, chosen);
    expect(saved).toEqual({ entries: 801, rows: 801, bytes: (await stat(file)).size });
    const to = await openStored({ maxItems: 20_000, maxBytes: '1gb' });
    await to.cache.set('gone', 1);
    expect(await to.cache.restoreSnapshot(file, restoring(chosen))).toEqual(saved);
    expect(await stateOf(to.cache)).toEqual(before);
    expect(to.cache.info()).toMatchObject({ eviction: { strategy: 'lfu' }, writePolicy: 'writeBack' });
  });

  it('keeps keys, texts and bytes of any kind', async () => {
    const file = await fileIn();
    const chosen = options();
    // A codec of the user's own may write anything, half surrogate pairs included.
    const codec: Codec = { name: 'own', encode: (value) => value as string, decode: (encoded) => encoded };
    const { cache } = await open<unknown>({ codec });
    const odd = ['\ud800', 'ключ', '😀', '__proto__', 'constructor', '"\\\n\0', ' '];
    for (const key of odd) await cache.set(key, `${key} of text`);
    const bytes = Uint8Array.from({ length: 300 }, (_, n) => n);
    await cache.set('bytes', bytes);
    await cache.saveSnapshot(file, chosen);
    await cache.clear();
    await cache.restoreSnapshot(file, restoring(chosen));
    expect(Object.fromEntries(cache.entries())).toEqual(
      Object.fromEntries([...odd.map((key) => [key, `${key} of text`] as const), ['bytes', bytes]]),
    );
  });

  it('of an empty cache restores an empty cache', async () => {
    const file = await fileIn();
    const chosen = options();
    const { cache } = await openStored();
    await cache.saveSnapshot(file, chosen);
    await cache.set('owl', 1);
    await cache.restoreSnapshot(file, restoring(chosen));
    expect([await cache.get('owl'), cache.size]).toEqual([undefined, 0]);
  });
});

describe('a snapshot file', () => {
  it('takes off what has elapsed, so that nothing lives longer than it was given', async () => {
    const file = await fileIn();
    const { cache, clock, rows } = await openStored({ maxItems: 10 });
    await cache.set('owl', 1, { ttl: '10m' });
    await cache.set('wren', 2, { ttl: '3m' });
    await cache.set('jay', 3);
    await cache.saveSnapshot(file);
    clock.advance('4m');
    await cache.restoreSnapshot(file);
    expect([[...cache.keys()], [...rows.keys()]]).toEqual([
      ['owl', 'jay'],
      ['owl', 'jay'],
    ]);
    clock.advance(6 * 60_000 - 1);
    expect(await cache.get('owl')).toBe(1);
    clock.advance(1);
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('gives no longer lives where the wall clock was set back', async () => {
    const file = await fileIn();
    const { cache, clock } = await openStored({ maxItems: 10 });
    await cache.set('owl', 1, { ttl: '10m' });
    clock.advance('4m');
    await cache.saveSnapshot(file);
    clock.shiftWallClock(-3_600_000);
    await cache.restoreSnapshot(file);
    clock.advance('6m');
    expect(await cache.get('owl')).toBeUndefined();
  });

  it('is its owner’s alone, in folders that are', async () => {
    const file = join(await temporaryFolder(), 'a', 'b', 'birds.snapshot');
    const { cache } = await open();
    await cache.saveSnapshot(file);
    const modes = await Promise.all(
      [file, join(file, '..')].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o600, 0o700]);
  });

  it('replaces the old one only when it is whole', async () => {
    const file = await fileIn();
    const { cache } = await open();
    await cache.set('owl', 1);
    await cache.saveSnapshot(file);
    const old = await readFile(file);
    await cache.set('wren', () => 'no codec writes this');
    await expect(cache.saveSnapshot(file)).rejects.toMatchObject({ code: 'bad_value' });
    expect((await readFile(file)).equals(old)).toBe(true);
    expect(await readdir(join(file, '..'))).toEqual(['birds.snapshot']);
  });

  it('says where it cannot be written, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const { cache } = await open();
    await mkdir(join(folder, 'taken'));
    await expect(cache.saveSnapshot(join(folder, 'taken'))).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining('taken could not be written'),
    });
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('shows no value and no key where it is encrypted', async () => {
    const file = await fileIn();
    const { cache } = await open();
    await cache.set('secret-key', 'secret-value', { tags: ['secret-tag'] });
    await cache.saveSnapshot(file, { encryptionKey: randomBytes(32) });
    expect((await readFile(file, 'latin1')).includes('secret')).toBe(false);
    await cache.saveSnapshot(file);
    expect((await readFile(file, 'latin1')).includes('secret-value')).toBe(true);
  });

  it('is smaller where it is compressed', async () => {
    const file = await fileIn();
    const { cache } = await open();
    for (let n = 0; n < 100; n++) await cache.set(`k${n}`, 'la '.repeat(1000));
    const [plain, gzip] = [await cache.saveSnapshot(file), await cache.saveSnapshot(file, { gzip: true })];
    expect(gzip.bytes * 20).toBeLessThan(plain.bytes);
  });

  it('refuses an entry that is larger than may be restored, unless it is told', async () => {
    const file = await fileIn();
    const { cache } = await open<string>();
    await cache.set('owl', 'x'.repeat(5000));
    await expect(cache.saveSnapshot(file, { maxEntryBytes: '4kb' })).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringMatching(/"owl" takes \d+ bytes, maxEntryBytes is 4096/),
    });
    await cache.set('owl', 'x'.repeat(600_000));
    await cache.saveSnapshot(file, { gzip: true });
    await expect(cache.restoreSnapshot(file, { maxEntryBytes: '4kb' })).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining('maxEntryBytes, 4096'),
    });
    await cache.restoreSnapshot(file);
    expect(cache.peek('owl')).toHaveLength(600_000);
  });

  it('is told in events', async () => {
    const file = await fileIn();
    const { cache } = await open();
    await cache.set('owl', 1);
    const events = recordEvents(cache);
    await cache.saveSnapshot(file);
    await cache.restoreSnapshot(file);
    expect(events).toEqual([
      { type: 'snapshot_taken', entries: 1, cache: 'default' },
      { type: 'snapshot_restored', entries: 1, cache: 'default' },
    ]);
  });

  it('does not take back what is written to a cache without a store while it is restored', async () => {
    const file = await fileIn();
    const { cache } = await open<string>({ maxItems: 10_000, maxBytes: '1gb' });
    await cache.setMany(Object.entries({ owl: 'old', wren: 'old', jay: 'old' }));
    for (let n = 0; n < 3000; n++) await cache.set(`k${n}`, 'x'.repeat(1000));
    await cache.saveSnapshot(file);
    let [isOver, round] = [false, 0];
    const restoring = cache.restoreSnapshot(file).then(() => (isOver = true));
    while (!isOver) {
      await cache.set('owl', `new ${++round}`);
      await cache.delete('wren');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await restoring;
    expect([cache.peek('owl'), cache.peek('wren'), cache.peek('jay')]).toEqual([
      `new ${round}`,
      undefined,
      'old',
    ]);
    expect(cache.size).toBe(3002);
  });

  it.each<[string, object, string]>([
    [
      'a key of 31 bytes',
      { encryptionKey: new Uint8Array(31) },
      'encryptionKey must be 32 bytes, got "31 bytes"',
    ],
    [
      'a key that is a string',
      { encryptionKey: 'x'.repeat(32) },
      'encryptionKey must be 32 bytes, got "string"',
    ],
    ['an empty schema', { schema: '' }, 'schema must be a non-empty string'],
    ['gzip that is no flag', { gzip: 1 }, 'gzip must be true or false'],
    ['an unknown option', { zip: true }, 'there is no option zip'],
    ['a limit of nothing', { maxEntryBytes: 0 }, 'maxEntryBytes must be'],
  ])('refuses %s', async (_, options, message) => {
    const file = await fileIn();
    const { cache } = await open();
    await expect(cache.saveSnapshot(file, options)).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
    await expect(cache.saveSnapshot('')).rejects.toMatchObject({ code: 'bad_option' });
    expect(await readdir(join(file, '..'))).toEqual([]);
  });
});

describe('a restore from a file that is refused changes nothing', () => {
  type Files = { readonly file: string; readonly key: Uint8Array };
  const wrong: Record<string, [make: (files: Files) => Promise<object>, message: RegExp]> = {
    'no file': [async () => ({}), /birds\.snapshot cannot be read: .*ENOENT/],
    'a folder': [async ({ file }) => { await mkdir(file); return {}; }, /cannot be read|is no file/], // prettier-ignore
    'an empty file': [({ file }) => write(file, ''), /is no snapshot/],
    'another file': [({ file }) => write(file, 'PNG '.repeat(100)), /is no snapshot/],
    'another schema': [({ file }) => save(file, { saving: { schema: 'v1' }, restoring: { schema: 'v2' } }), /its schema is "v1", this cache reads "v2"/], // prettier-ignore
    'a schema where none is expected': [({ file }) => save(file, { saving: { schema: 'v1' }, restoring: {} }), /its schema is "v1", this cache reads none/], // prettier-ignore
    'no key for an encrypted one': [({ file, key }) => save(file, { saving: { encryptionKey: key }, restoring: {} }), /it is encrypted, and no encryptionKey/], // prettier-ignore
    'a key for one that is not': [({ file, key }) => save(file, { saving: {}, restoring: { encryptionKey: key } }), /it is not encrypted/], // prettier-ignore
    'another key': [({ file, key }) => save(file, { saving: { encryptionKey: key }, restoring: { encryptionKey: randomBytes(32) } }), /with another encryptionKey/], // prettier-ignore
    'a newer format': [async ({ file }) => { await save(file, { saving: {}, restoring: {} }); return patch(file, 8, 3); }, /its format is 3, this version reads 1 to 2/], // prettier-ignore
    'another codec': [({ file }) => save(file, { saving: {}, restoring: {}, codec: 'json' }), /written by the json codec, this cache reads rich/], // prettier-ignore
  };

  async function write(file: string, text: string): Promise<object> {
    await writeFile(file, text);
    return {};
  }

  async function patch(file: string, at: number, byte: number): Promise<object> {
    const bytes = await readFile(file);
    bytes[at] = byte;
    await writeFile(file, bytes);
    return {};
  }

  interface Saved {
    readonly saving: SaveSnapshotOptions;
    readonly restoring: object;
    readonly codec?: 'json';
  }

  async function save(file: string, { saving, restoring, codec = undefined }: Saved): Promise<object> {
    const { cache } = await openStored<unknown>({ codec });
    await cache.set('owl', 'from the file');
    await cache.saveSnapshot(file, saving);
    return restoring;
  }

  it.each(Object.keys(wrong))('%s', async (name) => {
    const [make, message] = wrong[name] ?? [];
    const file = await fileIn();
    const options = (await make?.({ file, key: randomBytes(32) })) ?? {};
    const { cache } = await openStored<unknown>({ writePolicy: 'writeBack' });
    await cache.set('owl', 'here', { ttl: '1h' });
    const before = await stateOf(cache);
    await expect(cache.restoreSnapshot(file, options)).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringMatching(message ?? /./),
    });
    expect(await stateOf(cache)).toEqual(before);
  });

  it('a file with rows where there is no store, and the other way round', async () => {
    const [plain, stored] = [await open(), await openStored()];
    for (const [from, to] of [
      [plain, stored],
      [stored, plain],
    ] as const) {
      const file = await fileIn();
      await from.cache.saveSnapshot(file);
      await to.cache.set('owl', 1);
      await expect(to.cache.restoreSnapshot(file)).rejects.toMatchObject({ code: 'bad_snapshot' });
      expect(to.cache.peek('owl')).toBe(1);
    }
  });

  it('a store that cannot replace its rows', async () => {
    class Fixed extends MapStore {
      override readonly capabilities = { replaceAll: false };
    }
    const file = await fileIn();
    const { cache } = await open({ store: new Fixed({ role: 'record' }) });
    await cache.saveSnapshot(file);
    await expect(cache.restoreSnapshot(file)).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining('cannot replace'),
    });
  });

  it('a store that refuses, and pending writes that cannot be flushed', async () => {
    const file = await fileIn();
    const { cache, store } = await openStored({ writePolicy: 'writeBack' });
    await cache.set('owl', 'old');
    await cache.saveSnapshot(file);
    await cache.set('owl', 'new');
    await cache.flush();
    const before = await stateOf(cache);
    store.failNext('replaceAll');
    await expect(cache.restoreSnapshot(file)).rejects.toMatchObject({ code: 'store_failed' });
    expect(await stateOf(cache)).toEqual(before);
    await cache.set('wren', 1);
    store.failNext('apply');
    await expect(cache.restoreSnapshot(file)).rejects.toMatchObject({ code: 'store_failed' });
    expect([await cache.get('wren'), cache.metrics().dirty_writes_pending]).toEqual([1, 1]);
  });

  it('a value that the codec cannot read any longer', async () => {
    class Owl {
      readonly name = 'owl';
    }
    const file = await fileIn();
    const { cache } = await openStored({ codec: richCodec({ classes: [Owl] }) });
    await cache.set('owl', new Owl());
    await cache.saveSnapshot(file);
    const other = await openStored();
    await other.cache.set('wren', 1);
    const before = await stateOf(other.cache);
    await expect(other.cache.restoreSnapshot(file)).rejects.toMatchObject({ code: 'bad_value' });
    expect(await stateOf(other.cache)).toEqual(before);
  });
});
