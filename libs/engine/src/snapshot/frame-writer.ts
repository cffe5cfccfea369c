import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, gzip } from 'node:zlib';
import { FileCipher } from './file-cipher.js';
import { type FileHeader, FORMAT, MAGIC, PREFIX_BYTES, SUM_BYTES } from './file-format.js';

const compress = promisify(gzip);
/** A file is to be written before a process is killed, rather than to be the smallest. */
const LEVEL = 3;

/** Writes a header and then chunk after chunk, each compressed, encrypted and summed up as the header says. */
export class FrameWriter {
  readonly #file: FileHandle;
  readonly #header: FileHeader;
  readonly #cipher: FileCipher | undefined;
  readonly #prefix: Buffer;
  #sum: number;
  #bytes = 0;

  constructor(file: FileHandle, header: FileHeader, encryptionKey: Uint8Array | undefined) {
    this.#file = file;
    this.#header = header;
    this.#prefix = prefixOf(header);
    this.#sum = crc32(this.#prefix);
    this.#cipher =
      header.encryption === null || encryptionKey === undefined
        ? undefined
        : new FileCipher(encryptionKey, header.encryption, this.#prefix);
  }

  /** How many bytes were written. */
  get bytes(): number {
    return this.#bytes;
  }

  async begin(): Promise<void> {
    await this.#write([this.#prefix, sumBytes(this.#sum)]);
  }

  async write(chunk: Buffer): Promise<void> {
    const compressed = this.#header.gzip ? await compressedChunk(chunk) : chunk;
    const contents = this.#cipher?.seal(compressed) ?? compressed;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(contents.length);
    this.#sum = crc32(contents, crc32(length, this.#sum));
    await this.#write([length, contents, sumBytes(this.#sum)]);
  }

  async #write(parts: readonly Buffer[]): Promise<void> {
    const whole = Buffer.concat(parts);
    // A write that the system cuts short goes on where it stopped, as writeFile sees to.
    await this.#file.writeFile(whole);
    this.#bytes += whole.length;
  }
}

/** How long a chunk will be comes first, so that whoever reads it can refuse before anything is unpacked. */
async function compressedChunk(chunk: Buffer): Promise<Buffer> {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(chunk.length);
  return Buffer.concat([length, await compress(chunk, { level: LEVEL })]);
}

function prefixOf(header: FileHeader): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt8(FORMAT, MAGIC.length);
  prefix.writeUInt32LE(text.length, MAGIC.length + 1);
  return Buffer.concat([prefix, text]);
}

function sumBytes(sum: number): Buffer {
  const bytes = Buffer.alloc(SUM_BYTES);
  bytes.writeUInt32LE(sum);
  return bytes;
}
