import { constants, writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';

/** A file that is open. */
export interface DiskFile {
  /** Writes all of the bytes at a place. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Everything that was written, also after the file was moved or removed. */
  read(): Promise<Buffer>;
  /** Resolves when what was written survives a power cut. */
  sync(): Promise<void>;
  cutTo(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** What a journal needs of a file system. Files and folders are their owner's alone. What is not there is `undefined`, or not removed. */
export interface Disk {
  /** Makes a folder and those above it; answers the topmost that was missing. */
  makeFolder(path: string): Promise<string | undefined>;
  /** Makes an empty file, also where there is one. */
  create(path: string): Promise<DiskFile>;
  read(path: string): Promise<Buffer | undefined>;
  list(path: string): Promise<readonly string[]>;
  /** When a file was written last, as the file system says, in epoch milliseconds. */
  modifiedAt(path: string): Promise<number | undefined>;
  /** Answers whether there was something to move. */
  move(from: string, to: string): Promise<boolean>;
  removeFile(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  /** Resolves when the names in a folder survive a power cut. */
  syncFolder(path: string): Promise<void>;
}

/**
 * So much is copied to the page cache in a fraction of the time that it takes to ask a thread for it. More could wait for the disk, and is
 * written without holding up the event loop.
 */
const AT_ONCE_BYTES = 64 * 1024;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** A symbolic link in the place of a file is never followed; Windows knows no such flag. */
const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);

/** The file system of the machine. */
export const machineDisk: Disk = {
  makeFolder: (path) => mkdir(path, { recursive: true, mode: FOLDER_MODE }),
  create: async (path) => new OpenFile(await open(path, CREATE, FILE_MODE)),
  read: (path) => unlessAbsent(readFile(path)),
  list: async (path) => (await unlessAbsent(readdir(path))) ?? [],
  modifiedAt: async (path) => (await unlessAbsent(stat(path)))?.mtimeMs,
  move: async (from, to) => (await unlessAbsent(rename(from, to).then(() => true))) ?? false,
  removeFile: (path) => rm(path, { force: true }),
  removeFolder: async (path) => unlessAbsent(rmdir(path)),
  syncFolder: async (path) => {
    // Windows has no folders that can be opened; it keeps names safe by itself.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  },
};

class OpenFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    const isShort = bytes.length <= AT_ONCE_BYTES;
    for (let done = 0; done < bytes.length;) {
      const [left, place] = [bytes.length - done, at + done];
      done += isShort
        ? writeSync(this.#handle.fd, bytes, done, left, place)
        : (await this.#handle.write(bytes, done, left, place)).bytesWritten;
    }
  }

  async read(): Promise<Buffer> {
    const { size } = await this.#handle.stat();
    const bytes = Buffer.alloc(size);
    for (let done = 0; done < size;) {
      const { bytesRead } = await this.#handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) return bytes.subarray(0, done);
      done += bytesRead;
    }
    return bytes;
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  cutTo(bytes: number): Promise<void> {
    return this.#handle.truncate(bytes);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The code of an error of the system, such as `ENOSPC`; empty for any other. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
