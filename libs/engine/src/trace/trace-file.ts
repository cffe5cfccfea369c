import { closeSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip, gzipSync, type ZlibOptions } from 'node:zlib';
import { reason, unwritableTrace } from '../kernel/errors.js';

const writeBytes = promisify(write);
const compress = promisify<Buffer, ZlibOptions, Buffer>(gzip);

/** Hashes are noise: more effort makes them hardly smaller. */
const FAST: ZlibOptions = { level: 1 };
/** Half a megabyte of hashes; who records faster than the disk writes loses what comes then. */
const MOST_WAITING = 16;

/** Batches of hashes on their way to a file, one per line; written in the background, each a gzip member of its own where asked. */
export class TraceFile {
  readonly #fd: number;
  readonly #isCompressed: boolean;
  /** The first is being written. */
  readonly #waiting: Uint32Array[] = [];
  #position = 0;
  #writing: Promise<void> | undefined;
  #isEnded = false;
  #lost = 0;
  #error: unknown;

  /**
   * @param flag as in `fs.open`.
   * @throws CacheError `bad_trace` where the file cannot be made.
   */
  constructor(file: string, flag: 'w' | 'wx') {
    this.#isCompressed = file.endsWith('.gz');
    try {
      this.#fd = openSync(file, flag);
    } catch (error) {
      throw unwritableTrace(file, error);
    }
  }

  /** What went wrong, if anything did; nothing is written after that. */
  get error(): unknown {
    return this.#error;
  }

  /** How many hashes were taken and are not in the file, since it failed. */
  get lost(): number {
    return this.#lost;
  }

  get hasRoom(): boolean {
    return !this.#isEnded && this.#waiting.length < MOST_WAITING;
  }

  /** Takes a batch, which is not to be changed any more. */
  append(batch: Uint32Array): void {
    this.#waiting.push(batch);
    if (this.#error !== undefined) this.#forget();
    else this.#writing ??= this.#writeAll();
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    if (!this.#isEnded) closeSync(this.#fd);
    this.#isEnded = true;
  }

  /**
   * Writes what waits, now, for a process that is about to end. The batch under way is written once more to its place: the same bytes.
   * The file stays open, since somebody may still be writing.
   */
  finishSync(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      for (const batch of this.#waiting) {
        const text = textOf(batch);
        const bytes = this.#isCompressed ? gzipSync(text, FAST) : text;
        for (let at = 0; at < bytes.length;)
          at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#position + at);
        this.#position += bytes.length;
      }
      this.#waiting.length = 0;
    } catch (error) {
      this.#fail(error);
    }
  }

  async #writeAll(): Promise<void> {
    try {
      for (let [batch] = this.#waiting; batch !== undefined; [batch] = this.#waiting) {
        const length = await this.#write(batch);
        if (this.#isEnded) return;
        this.#position += length;
        this.#waiting.shift();
      }
    } catch (error) {
      this.#fail(error);
      closeSync(this.#fd);
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(batch: Uint32Array): Promise<number> {
    const text = textOf(batch);
    const bytes = this.#isCompressed ? await compress(text, FAST) : text;
    for (let at = 0; at < bytes.length && !this.#isEnded;) {
      const { bytesWritten } = await writeBytes(this.#fd, bytes, at, bytes.length - at, this.#position + at);
      at += bytesWritten;
    }
    return bytes.length;
  }

  #fail(error: unknown): void {
    this.#isEnded = true;
    this.#error = error;
    this.#forget();
    process.emitWarning(`the trace is not recorded any further: ${reason(error)}`);
  }

  #forget(): void {
    for (const batch of this.#waiting.splice(0)) this.#lost += batch.length;
  }
}

function textOf(batch: Uint32Array): Buffer {
  return Buffer.from(`${batch.join('\n')}\n`, 'latin1');
}
