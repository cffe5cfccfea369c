import { type FileHandle, open as openFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { openStored } from '../../../../test/support/caches.js';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { type Cache, CacheError, type Row, type SaveSnapshotOptions, seededRandom } from '../index.js';
import { newEncryption } from './file-cipher.js';
import { chunkKinds, type EntryHead, type FileHeader } from './file-format.js';
import { resolveRestoring } from './file-options.js';
import { FrameWriter } from './frame-writer.js';
import { ChunkBuffer } from './records.js';
import { verifyFile } from './verify-file.js';

const key = Uint8Array.from({ length: 32 }, (_, n) => n);
const MIB = 2 ** 20;

/** A cache with something in it, and what can be seen of it. */
async function target() {
  const { cache, rows } = await openStored<unknown>({ writePolicy: 'writeBack' });
  await cache.setMany(Object.entries({ here: [1, 2], there: new Date(0) }));
  await cache.flush();
  return { cache, state: () => stateOf(cache, rows) };
}

function stateOf(cache: Cache<unknown>, rows: ReadonlyMap<string, Row>): string {
  const { eviction, writePolicy } = cache.info();
  return JSON.stringify([[...cache], [...rows.values()], eviction, writePolicy]);
}

async function savedFile(options: SaveSnapshotOptions): Promise<string> {
  const file = join(await temporaryFolder(), 'good.snapshot');
  const { cache } = await openStored<unknown>();
  for (let n = 0; n < 40; n++)
    await cache.set(`bird ${n}`, { song: 'la '.repeat(n), n }, { tags: ['birds'] });
  await cache.saveSnapshot(file, options);
  return file;
}

const ways: Record<string, SaveSnapshotOptions> = {
  plain: {},
  'compressed and encrypted': { gzip: true, encryptionKey: key },
};

/** A file whose bytes are these, without a disk. */
function fileOf(bytes: Buffer): FileHandle {
  const handle = {
    stat: async () => ({ size: bytes.length, isFile: () => true }),
    read: async (...[into, at, length, from]: [Buffer, number, number, number]) => ({
      bytesRead: bytes.copy(into, at, from, from + length),
    }),
  };
  // All that a reader calls.
  return handle as unknown as FileHandle;
}

describe.each(Object.entries(ways))('a damaged file, %s', (_, options) => {
  const { encryptionKey } = options;

  /** What the file is refused for. */
  async function refusalOf(bytes: Buffer): Promise<unknown> {
    const checked = verifyFile(fileOf(bytes), resolveRestoring({ encryptionKey }), () => undefined);
    return checked.then(
      () => 'it was not refused',
      (error: unknown) => (error instanceof CacheError ? error.code : error),
    );
  }

  it('is refused wherever it was cut', async () => {
    const good = await readFile(await savedFile(options));
    for (let cut = 0; cut < 200; cut++)
      expect(await refusalOf(good.subarray(0, Math.floor((cut * good.length) / 200)))).toBe('bad_snapshot');
    expect(await refusalOf(Buffer.concat([good, Buffer.of(0)]))).toBe('bad_snapshot');
    expect(await refusalOf(good)).toBe('it was not refused');
  });

  it('is refused whichever bit of it was flipped', async () => {
    const good = await readFile(await savedFile(options));
    const random = seededRandom(7);
    for (let flip = 0; flip < 1000; flip++) {
      const bad = Buffer.from(good);
      const at = Math.floor(random.next() * good.length);
      bad.writeUInt8(bad.readUInt8(at) ^ (1 << Math.floor(random.next() * 8)), at);
      expect([at, await refusalOf(bad)]).toEqual([at, 'bad_snapshot']);
    }
  });

  it('changes nothing', async () => {
    const file = await savedFile(options);
    const good = await readFile(file);
    const { cache, state } = await target();
    const before = state();
    for (let at = 1; at < good.length; at += Math.ceil(good.length / 12)) {
      const flipped = Buffer.from(good);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      for (const bad of [flipped, good.subarray(0, at)]) {
        await writeFile(file, bad);
        const restoring = cache.restoreSnapshot(file, { encryptionKey });
        await expect(restoring).rejects.toMatchObject({ code: 'bad_snapshot' });
      }
    }
    expect(state()).toBe(before);
    await writeFile(file, good);
    expect((await cache.restoreSnapshot(file, { encryptionKey })).entries).toBe(40);
  });
});

describe('a forged file', () => {
  const header: FileHeader = {
    content: 'snapshot',
    cache: 'default',
    takenAt: Date.UTC(2026, 0, 1),
    codec: 'rich',
    schema: null,
    eviction: 'lru',
    writePolicy: 'writeBack',
    entries: 0,
    hasRows: true,
    hasValues: true,
    gzip: false,
    encryption: null,
  };

  interface Forgery extends Partial<FileHeader> {
    readonly chunks: readonly Buffer[];
    readonly totals?: unknown;
  }

  /** A file whose sums are right, whatever is in it. */
  async function forge(
    { chunks, totals = [0, 0], ...changes }: Forgery,
    encryptionKey?: Uint8Array,
  ): Promise<string> {
    const file = join(await temporaryFolder(), 'forged.snapshot');
    const handle = await openFile(file, 'w');
    const out = new FrameWriter(handle, { ...header, ...changes }, encryptionKey);
    await out.begin();
    for (const chunk of chunks) await out.write(chunk);
    if (totals !== 'none') await out.write(Buffer.concat([Buffer.of(chunkKinds.end), Buffer.from(JSON.stringify(totals))])); // prettier-ignore
    await handle.close();
    return file;
  }

  function entry(head: unknown, value = '[1]'): Buffer {
    const chunk = new ChunkBuffer(chunkKinds.entries, 32 * MIB);
    // What a forger writes has no type.
    chunk.add(head as EntryHead, value);
    return Buffer.from(chunk.take() ?? []);
  }

  function row(head: unknown): Buffer {
    const chunk = entry(head);
    chunk[0] = chunkKinds.rows;
    return chunk;
  }

  const good = ['owl', null, 0, 1, []];
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const forgeries: Record<string, () => Forgery> = {
    'a key twice': () => ({ chunks: [entry(good), entry(good)], totals: [2, 0] }),
    'fewer entries than it says': () => ({ chunks: [entry(good)], totals: [10_000_000, 0] }),
    'fewer rows than it says': () => ({ chunks: [entry(good)], totals: [1, 1] }),
    'totals that are none': () => ({ chunks: [entry(good)], totals: { entries: 1 } }),
    'no end': () => ({ chunks: [entry(good)], totals: 'none' }),
    'entries after rows': () => ({ chunks: [row(['owl', null, 1, []]), entry(good)], totals: [1, 1] }),
    'rows that its header denies': () => ({
      chunks: [row(['owl', null, 1, []])],
      totals: [0, 1],
      hasRows: false,
    }),
    'a chunk of no known kind': () => ({ chunks: [Buffer.of(9, 1, 2, 3)] }),
    'an empty chunk': () => ({ chunks: [Buffer.of()] }),
    'a record beyond its chunk': () => ({ chunks: [Buffer.of(1, 255, 255, 255, 255, 0)] }),
    'half a record': () => ({ chunks: [entry(good).subarray(0, -1)], totals: [1, 0] }),
    'a head that is no array': () => ({ chunks: [entry({ key: 'owl' })], totals: [1, 0] }),
    'a head that is deep': () => ({ chunks: [entry([JSON.parse(deep.slice(0, 500) + deep.slice(-500)), null, 0, 1, []])], totals: [1, 0] }), // prettier-ignore
    'a head with __proto__': () => ({ chunks: [entry(JSON.parse('{"__proto__":{"length":5},"0":"owl"}'))], totals: [1, 0] }), // prettier-ignore
    'a key that is none': () => ({ chunks: [entry(['', null, 0, 1, []])], totals: [1, 0] }),
    'a key that is a number': () => ({ chunks: [entry([1, null, 0, 1, []])], totals: [1, 0] }),
    'a life that is none': () => ({ chunks: [entry(['owl', 'long', 0, 1, []])], totals: [1, 0] }),
    'a freshness that is none': () => ({ chunks: [entry([...good, 5])], totals: [1, 0] }),
    'a freshness of texts': () => ({ chunks: [entry([...good, [1, '1', 1, 1]])], totals: [1, 0] }),
    'a freshness that grows back in time': () => ({ chunks: [entry([...good, [1, -1, 1, 1]])], totals: [1, 0] }), // prettier-ignore
    'more than there is of an entry': () => ({ chunks: [entry([...good, [1, 1, 1, 1], 1])], totals: [1, 0] }),
    'more than there is of a row': () => ({ chunks: [row(['owl', null, 1, [], 1, 1])], totals: [0, 1] }),
    'a row that is fresh until never': () => ({ chunks: [row(['owl', null, 1, [], null])], totals: [0, 1] }),
    'negative uses': () => ({ chunks: [entry(['owl', null, -1, 1, []])], totals: [1, 0] }),
    'tags that are none': () => ({ chunks: [entry(['owl', null, 0, 1, [1]])], totals: [1, 0] }),
    'a row that is malformed': () => ({ chunks: [row(['owl', null, 'new', []])], totals: [0, 1] }),
    'a header of another shape': () => ({ chunks: [], entries: -1 }),
    'a header with a number for a name': () => ({ chunks: [], eviction: 7 as unknown as string }),
    'what warmStart writes': () => ({ chunks: [], content: 'warm' }),
    'chunks that are not compressed': () => ({ chunks: [entry(good)], gzip: false, totals: [1, 0], encryption: newEncryption(key) }), // prettier-ignore
    'a value that is deep': () => ({ chunks: [entry(good, deep)], totals: [1, 0] }),
    'a value that is no JSON': () => ({ chunks: [entry(good, 'owl')], totals: [1, 0] }),
  };

  it.each(Object.keys(forgeries))('is refused: %s', async (name) => {
    const forgery = forgeries[name]?.() ?? { chunks: [] };
    const file = await forge(forgery);
    const { cache, state } = await target();
    const before = state();
    await expect(cache.restoreSnapshot(file)).rejects.toMatchObject({
      code: expect.stringMatching(/^bad_(snapshot|value)$/),
    });
    expect(state()).toBe(before);
  });

  it('pollutes no prototype', async () => {
    const value = '[{"__proto__":1},{"isAdmin":2},true]';
    const file = await forge({ chunks: [entry(['__proto__', null, 0, 1, []], value)], totals: [1, 0] });
    const { cache } = await target();
    await cache
      .restoreSnapshot(file)
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'bad_value' }));
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('is refused before anything is made room for, whatever it announces', async () => {
    const bombs: Record<string, () => Promise<string>> = {
      'a frame of 4 GB': async () => {
        const file = await forge({ chunks: [] });
        const bytes = await readFile(file);
        const frame = bytes.length - (4 + 6 + 4);
        bytes.writeUInt32LE(0xffffffff, frame);
        await writeFile(file, bytes);
        return file;
      },
      'a header of 4 GB': async () => {
        const file = await forge({ chunks: [] });
        const bytes = await readFile(file);
        bytes.writeUInt32LE(0xffffffff, 9);
        await writeFile(file, bytes);
        return file;
      },
      '200 MB in 200 kB': () => bomb(200 * MIB, 200 * MIB),
      '200 MB in 200 kB that say they are 1 MB': () => bomb(200 * MIB, MIB),
    };
    for (const [name, make] of Object.entries(bombs)) {
      const file = await make();
      const { cache, state } = await target();
      const before = state();
      const resident = process.memoryUsage.rss();
      await expect(cache.restoreSnapshot(file)).rejects.toMatchObject({ code: 'bad_snapshot' });
      expect([name, process.memoryUsage.rss() - resident < 64 * MIB]).toEqual([name, true]);
      expect(state()).toBe(before);
    }
  });

  /** A compressed chunk of so many zeros, whose sums are right. */
  async function bomb(bytes: number, said: number): Promise<string> {
    const file = await forge({ chunks: [], gzip: true, totals: 'none' });
    const start = await readFile(file);
    const contents = Buffer.concat([Buffer.alloc(4), gzipSync(Buffer.alloc(bytes))]);
    contents.writeUInt32LE(said);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(contents.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(contents, crc32(length, crc32(start.subarray(0, -4)))));
    await writeFile(file, Buffer.concat([start, length, contents, sum]));
    return file;
  }
});

describe('an encrypted file', () => {
  /** The frames of a file, which stand behind its header. */
  function framesOf(bytes: Buffer): { readonly head: Buffer; readonly frames: readonly Buffer[] } {
    const headEnd = 13 + bytes.readUInt32LE(9) + 4;
    const frames: Buffer[] = [];
    for (let at = headEnd; at < bytes.length;) {
      const end = at + 4 + bytes.readUInt32LE(at) + 4;
      frames.push(bytes.subarray(at, end));
      at = end;
    }
    return { head: bytes.subarray(0, headEnd), frames };
  }

  /** With sums that are right, as somebody makes them who has no key. */
  function resummed(head: Buffer, frames: readonly Buffer[]): Buffer {
    const prefix = head.subarray(0, -4);
    let sum = crc32(prefix);
    const ends = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes;
    };
    const parts = [prefix, ends(sum)];
    for (const frame of frames) {
      sum = crc32(frame.subarray(0, -4), sum);
      parts.push(frame.subarray(0, -4), ends(sum));
    }
    return Buffer.concat(parts);
  }

  async function saved(): Promise<{ readonly file: string; readonly bytes: Buffer }> {
    const file = join(await temporaryFolder(), 'secret.snapshot');
    const { cache } = await openStored<unknown>();
    for (let n = 0; n < 100; n++) await cache.set(`bird ${n}`, 'x'.repeat(9000));
    await cache.saveSnapshot(file, { encryptionKey: key });
    return { file, bytes: await readFile(file) };
  }

  const tricks: Record<string, (frames: readonly Buffer[]) => readonly Buffer[]> = {
    'two chunks in each other’s place': ([a, b, ...rest]) =>
      [b, a, ...rest].filter((frame) => frame !== undefined),
    'a chunk twice': ([a, ...rest]) => [a, a, ...rest].filter((frame) => frame !== undefined),
    'a chunk less': ([, ...rest]) => rest,
    'no end': (frames) => frames.slice(0, -1),
    'an end that comes early': (frames) => [...frames.slice(0, 1), ...frames.slice(-1)],
    'a byte changed': (frames) =>
      frames.map((frame, at) => (at === 1 ? Buffer.from(frame).fill((frame[40] ?? 0) ^ 1, 40, 41) : frame)),
  };

  it.each(Object.keys(tricks))('is refused though its sums are right: %s', async (name) => {
    const { file, bytes } = await saved();
    const { head, frames } = framesOf(bytes);
    expect(frames.length).toBeGreaterThan(4);
    expect(resummed(head, frames).equals(bytes)).toBe(true);
    await writeFile(file, resummed(head, tricks[name]?.(frames) ?? frames));
    const { cache, state } = await target();
    const before = state();
    await expect(cache.restoreSnapshot(file, { encryptionKey: key })).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringMatching(/it was changed|cut short/),
    });
    expect(state()).toBe(before);
  });

  it('is refused where its header was changed', async () => {
    const { file, bytes } = await saved();
    const { head, frames } = framesOf(bytes);
    const forged = Buffer.from(head.toString('latin1').replace('adaptive', 'adaptivf'), 'latin1');
    expect(forged.equals(head)).toBe(false);
    await writeFile(file, resummed(forged, frames));
    const { cache } = await target();
    await expect(cache.restoreSnapshot(file, { encryptionKey: key })).rejects.toThrow('it was changed');
  });

  it('is never the same twice', async () => {
    const [one, other] = [await saved(), await saved()];
    const [first, second] = [framesOf(one.bytes).frames[0], framesOf(other.bytes).frames[0]];
    expect(first?.equals(second ?? first)).toBe(false);
  });
});
