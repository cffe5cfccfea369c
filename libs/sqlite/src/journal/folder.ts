import { createHash } from 'node:crypto';
import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { journalUnusable, messageOf } from '../errors.js';

const LONGEST_NAME = 100;

/** Makes the folder of a namespace where there is none, for its owner alone. @throws CacheError `journal_unusable`, naming the directory. */
export function makeFolder(directory: string, namespace: string): string {
  const folder = join(resolve(directory), folderName(namespace));
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (made !== undefined) syncFrom(dirname(made), folder);
    return folder;
  } catch (error) {
    throw journalUnusable(directory, messageOf(error), error);
  }
}

function syncFrom(highest: string, folder: string): void {
  for (let each = folder; each.length > highest.length; each = dirname(each)) syncFolder(dirname(each));
}

/** Sees to it that what was made or removed in a folder is so after a power cut. */
export function syncFolder(folder: string): void {
  // Windows has no such thing, and does not need it.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A name of letters that mean nothing to any file system, also where large and small letters are one. Of names that come out too long a
 * hash is taken; the journal itself says whose it is.
 */
export function folderName(namespace: string): string {
  const bytes = Buffer.from(namespace, 'utf16le');
  const text = Array.from(namespace, (sign) => (/[a-z0-9_-]/.test(sign) ? sign : escaped(sign))).join('');
  if (text.length <= LONGEST_NAME) return text || '%';
  return `~${createHash('sha256').update(bytes).digest('hex')}`;
}

function escaped(sign: string): string {
  return `%${(sign.codePointAt(0) ?? 0).toString(16)}-`;
}
