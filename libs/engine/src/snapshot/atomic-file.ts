import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { removeAbandoned, type TemporaryFile, temporaryFor } from './temporary-file.js';

/**
 * Writes a file so that whoever looks finds the old one or the new one, whole, also after a power cut: beside it first, then synced, then renamed.
 * It is its owner's alone (0600), and so are folders that have to be made (0700). Where `write` throws, all stays as it was; what processes that were
 * killed in the middle have left is removed.
 */
export async function writeAtomically<T>(
  file: string,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const path = resolve(file);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = await temporaryFor(path);
  try {
    const written = await writeSynced(temporary, write);
    await rename(temporary.path, path);
    await syncFolder(folder);
    return written;
  } catch (error) {
    await rm(temporary.path, { force: true });
    throw error;
  }
}

/** Makes what was renamed or removed in a folder survive a power cut, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced<T>(
  temporary: TemporaryFile,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(temporary.path, 'wx', 0o600);
  try {
    // What cannot be removed is in nobody's way.
    await removeAbandoned(temporary).catch(() => undefined);
    const written = await write(handle);
    await handle.sync();
    return written;
  } finally {
    await handle.close();
  }
}
