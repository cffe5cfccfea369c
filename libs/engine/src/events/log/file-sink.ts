import {
  close,
  closeSync,
  existsSync,
  fstatSync,
  ftruncate,
  openSync,
  readSync,
  renameSync,
  rmSync,
  write,
} from 'node:fs';
import { promisify } from 'node:util';
import { unwritableLog } from './log-errors.js';
import type { Rotation } from './options.js';
import type { Sink } from './sink.js';

const writeBytes = promisify(write);
const truncate = promisify(ftruncate);
const closeFile = promisify(close);
const NEWLINE = '\n'.charCodeAt(0);

/**
 * Appends to a file that is its owner's alone (0600), and begins another before it grows too long. Lines are whole: what a full disk has cut off is
 * taken back, and the line that a killed process has left unfinished is ended before anything else is written.
 */
export class FileSink implements Sink {
  readonly place: string;
  readonly isBroken = false;
  readonly #rotation: Rotation;
  #file: OpenFile;

  /** @throws CacheError `bad_event_log`. */
  constructor(path: string, rotation: Rotation) {
    this.place = path;
    this.#rotation = rotation;
    try {
      this.#file = openToAppend(path);
    } catch (error) {
      throw unwritableLog(path, error);
    }
  }

  async write(lines: readonly string[]): Promise<number> {
    if (this.#file.size > 0 && this.#fitting(lines) === 0) await this.#rotate();
    // The first comes into the file however long it is.
    const count = Math.max(1, this.#fitting(lines));
    const text = (this.#file.isTorn ? '\n' : '') + lines.slice(0, count).join('');
    await this.#append(Buffer.from(text));
    return count;
  }

  close(): Promise<void> {
    return closeFile(this.#file.fd);
  }

  /** How many lines there is room for. What is no regular file, such as a terminal, has room for all. */
  #fitting(lines: readonly string[]): number {
    const most = this.#file.isRegular ? this.#rotation.maxBytes : Infinity;
    let { size } = this.#file;
    const beyond = lines.findIndex((line) => (size += Buffer.byteLength(line)) > most);
    return beyond < 0 ? lines.length : beyond;
  }

  async #append(bytes: Buffer): Promise<void> {
    const { fd } = this.#file;
    let written = 0;
    try {
      while (written < bytes.length)
        written += (await writeBytes(fd, bytes, written, bytes.length - written, null)).bytesWritten;
    } catch (error) {
      if (written > 0) await this.#takeBack(written);
      throw error;
    }
    this.#file.size += bytes.length;
    this.#file.isTorn = false;
  }

  async #takeBack(written: number): Promise<void> {
    try {
      await truncate(this.#file.fd, this.#file.size);
    } catch {
      // The write has failed, and its caller is told that; the half line is ended where the next begins.
      this.#file.size += written;
      this.#file.isTorn = true;
    }
  }

  /** `events.ndjson` becomes `events.ndjson.1`, that becomes `.2`; the oldest goes. */
  async #rotate(): Promise<void> {
    const { maxFiles } = this.#rotation;
    const nameOf = (age: number): string => (age === 0 ? this.place : `${this.place}.${age}`);
    // Where the last attempt could not open a new file, the others have made room already.
    if (existsSync(this.place)) {
      rmSync(nameOf(maxFiles - 1), { force: true });
      for (let age = maxFiles - 2; age >= 0; age--) renameIfThere(nameOf(age), nameOf(age + 1));
    }
    const { fd } = this.#file;
    this.#file = openToAppend(this.place);
    await closeFile(fd);
  }
}

interface OpenFile {
  readonly fd: number;
  readonly isRegular: boolean;
  size: number;
  /** Whether it ends in the middle of a line. */
  isTorn: boolean;
}

function openToAppend(path: string): OpenFile {
  const fd = openSync(path, 'a+', 0o600);
  try {
    const stats = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (stats.size > 0) readSync(fd, last, 0, 1, stats.size - 1);
    return { fd, isRegular: stats.isFile(), size: stats.size, isTorn: stats.size > 0 && last[0] !== NEWLINE };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
