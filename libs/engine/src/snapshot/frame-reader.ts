import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, gunzip } from 'node:zlib';
import { badSnapshot } from '../kernel/errors.js';
import { assertKeyFits, FileCipher } from './file-cipher.js';
import {
  CHUNK_BYTES,
  chunkKinds,
  type FileHeader,
  FORMAT,
  MAGIC,
  malformed,
  MOST_HEADER_BYTES,
  MOST_WRAPPING_BYTES,
  OLDEST_FORMAT,
  parseHeader,
  PREFIX_BYTES,
  SUM_BYTES,
} from './file-format.js';
import type { FileOptions } from './file-options.js';

const unpack = promisify(gunzip);

/** Reads the header of a snapshot file, and then its chunks as often as they are asked for, each checked before it is handed out. */
export class FrameReader {
  readonly header: FileHeader;
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #prefix: Buffer;
  readonly #options: FileOptions;

  private constructor(
    file: FileHandle,
    parts: { readonly size: number; readonly prefix: Buffer; readonly options: FileOptions },
  ) {
    this.#file = file;
    this.#size = parts.size;
    this.#prefix = parts.prefix;
    this.#options = parts.options;
    this.header = parseHeader(parts.prefix.toString('utf8', PREFIX_BYTES));
  }

  /** @throws CacheError `bad_snapshot` where it is no snapshot file, of a newer format, or its header is damaged. */
  static async open(file: FileHandle, options: FileOptions): Promise<FrameReader> {
    const { size } = await file.stat();
    const head = await read(file, 0, Math.min(size, PREFIX_BYTES));
    if (head.length < PREFIX_BYTES || !head.subarray(0, MAGIC.length).equals(MAGIC))
      throw badSnapshot('the file is no snapshot');
    const format = head.readUInt8(MAGIC.length);
    if (format < OLDEST_FORMAT || format > FORMAT)
      throw badSnapshot(`its format is ${format}, this version reads ${OLDEST_FORMAT} to ${FORMAT}`);
    const headerBytes = head.readUInt32LE(MAGIC.length + 1);
    const end = PREFIX_BYTES + headerBytes;
    if (headerBytes > MOST_HEADER_BYTES || end + SUM_BYTES > size) throw badSnapshot('its header is damaged');
    const whole = await read(file, 0, end + SUM_BYTES);
    const prefix = whole.subarray(0, end);
    if (crc32(prefix) !== whole.readUInt32LE(end)) throw badSnapshot('its header is damaged');
    return new FrameReader(file, { size, prefix, options });
  }

  /**
   * The chunks from the first to the last, which is one of the kind `end`. Each is good until the next is asked for.
   * @throws CacheError `bad_snapshot` where one is damaged, changed, or too large, or the file was cut.
   */
  async *chunks(): AsyncGenerator<Buffer, void> {
    const { encryption } = this.header;
    const { encryptionKey } = this.#options;
    assertKeyFits(encryptionKey, encryption);
    const cipher = encryption && encryptionKey && new FileCipher(encryptionKey, encryption, this.#prefix);
    let sum = crc32(this.#prefix);
    let position = this.#prefix.length + SUM_BYTES;
    const room = new Room();
    for (let kind: number | undefined; kind !== chunkKinds.end;) {
      const frame = await this.#frame(position, room);
      sum = crc32(frame.subarray(0, -SUM_BYTES), sum);
      if (frame.readUInt32LE(frame.length - SUM_BYTES) !== sum) throw damagedAt(position);
      const chunk = await this.#chunkOf(frame.subarray(4, -SUM_BYTES), cipher ?? undefined);
      kind = chunk[0];
      position += frame.length;
      if (kind === chunkKinds.end && position !== this.#size) throw badSnapshot('something follows its end');
      yield chunk;
    }
  }

  get #mostChunkBytes(): number {
    return CHUNK_BYTES + this.#options.maxEntryBytes;
  }

  /** A frame with its length and its sum. Nothing is made room for that the file does not hold. */
  async #frame(position: number, room: Room): Promise<Buffer> {
    const left = this.#size - position;
    if (left < 4) throw cutShort();
    const contentBytes = (await fill(this.#file, position, room.atLeast(4))).readUInt32LE(0);
    if (contentBytes > this.#mostChunkBytes + MOST_WRAPPING_BYTES)
      throw badSnapshot(
        `it is damaged, or an entry is larger than maxEntryBytes, ${this.#options.maxEntryBytes}`,
      );
    if (4 + contentBytes + SUM_BYTES > left) throw cutShort();
    return fill(this.#file, position, room.atLeast(4 + contentBytes + SUM_BYTES));
  }

  async #chunkOf(contents: Buffer, cipher: FileCipher | undefined): Promise<Buffer> {
    const opened = cipher?.open(contents) ?? contents;
    const chunk = this.header.gzip ? await this.#unpacked(opened) : opened;
    if (chunk.length === 0) throw malformed('a chunk is empty');
    return chunk;
  }

  async #unpacked(packed: Buffer): Promise<Buffer> {
    if (packed.length < 4) throw malformed('a compressed chunk is too short');
    const bytes = packed.readUInt32LE(0);
    if (bytes === 0 || bytes > this.#mostChunkBytes)
      throw badSnapshot(`an entry is larger than maxEntryBytes, ${this.#options.maxEntryBytes}`);
    try {
      const chunk = await unpack(packed.subarray(4), { maxOutputLength: bytes });
      if (chunk.length === bytes) return chunk;
    } catch (error) {
      throw badSnapshot('a compressed chunk cannot be unpacked', error);
    }
    throw malformed('a compressed chunk is not as long as it says');
  }
}

/** Bytes that are used again for each frame: as many as the longest so far has taken. */
class Room {
  #bytes = Buffer.alloc(0);

  atLeast(bytes: number): Buffer {
    if (bytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(bytes);
    return this.#bytes.subarray(0, bytes);
  }
}

function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  return fill(file, position, Buffer.allocUnsafe(bytes));
}

/** @throws CacheError `bad_snapshot` where the file has become shorter. */
async function fill(file: FileHandle, position: number, into: Buffer): Promise<Buffer> {
  for (let filled = 0; filled < into.length;) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) throw cutShort();
    filled += bytesRead;
  }
  return into;
}

function cutShort(): Error {
  return badSnapshot('it was cut short: its end is missing');
}

function damagedAt(position: number): Error {
  return badSnapshot(`its checksum does not fit at byte ${position}: it is damaged, or was changed`);
}
