import { closeSync, fchmodSync, lstatSync, mkdirSync, openSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from './client.js';
import { cannotOpen, notADatabase, notAFile } from './errors.js';

const SMALLEST_DATABASE_BYTES = 512;

/**
 * Sees to it that there is a file, and answers its real path. A file that has to be made is its owner's alone (0600), and so are
 * the folders above it (0700); SQLite gives the mode of the database to its `-wal` and `-shm`.
 * @throws CacheError `store_unusable` for a symbolic link, a folder, or anything else that is no file or too short.
 */
export function prepareFile(file: string): string {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true, mode: 0o700 });
    const path = join(realpathSync(dirname(resolve(file))), basename(file));
    makeIfAbsent(path);
    assertFile(path, lstatSync(path));
    return path;
  } catch (error) {
    throw codeOf(error).startsWith('E') ? cannotOpen(file, error) : error;
  }
}

/**
 * Only a file that did not exist is ever opened here: closing any descriptor of a file drops all locks that the process has on
 * it (POSIX), those of a connection included.
 */
function makeIfAbsent(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    fchmodSync(descriptor, 0o600);
    closeSync(descriptor);
  } catch (error) {
    // Somebody else has just made it: that is as good.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function assertFile(path: string, found: Stats): void {
  if (found.isSymbolicLink()) throw notAFile(path, 'a symbolic link');
  if (found.isDirectory()) throw notAFile(path, 'a folder');
  if (!found.isFile()) throw notAFile(path, 'a device, a pipe or a socket');
  // SQLite takes a file that is too short for a header for an empty one.
  if (found.size > 0 && found.size < SMALLEST_DATABASE_BYTES) throw notADatabase(path);
}
