import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { badSnapshot, CacheError, reason } from '../kernel/errors.js';
import type { FileHeader } from './file-format.js';
import type { FileOptions } from './file-options.js';
import { FrameReader } from './frame-reader.js';

/** A snapshot file that was read from its beginning to its end, and found good. */
export interface VerifiedFile {
  readonly header: FileHeader;
  readonly reader: FrameReader;
  readonly bytes: number;
}

/** Opens a file for `use`, and closes it. @throws CacheError `bad_snapshot` where it cannot be opened or read. */
export async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    // A pipe would wait for somebody who writes to it.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof CacheError
      ? error
      : badSnapshot(`${file} cannot be read: ${reason(error)}`, error);
  }
}

/** Reads a file from its beginning to its end. @throws CacheError `bad_snapshot` saying what is wrong with it, or why it does not fit here. */
export async function verifyFile(
  handle: FileHandle,
  options: FileOptions,
  assertFits: (header: FileHeader) => void,
): Promise<VerifiedFile> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw badSnapshot('what is there is no file');
  const reader = await FrameReader.open(handle, options);
  const { header } = reader;
  assertSchema(header.schema, options.schema ?? null);
  assertFits(header);
  // Chunks check themselves; what is in them is read when it is restored.
  for await (const chunk of reader.chunks()) void chunk;
  return { header, reader, bytes: stat.size };
}

function assertSchema(found: string | null, expected: string | null): void {
  if (found === expected) return;
  const shown = (schema: string | null): string => (schema === null ? 'none' : JSON.stringify(schema));
  throw badSnapshot(`its schema is ${shown(found)}, this cache reads ${shown(expected)}`);
}
