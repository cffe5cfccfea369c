import { resolve } from 'node:path';
import { type ByteSize, parseByteSize } from '../kernel/byte-size.js';
import { badOption } from '../kernel/errors.js';
import { Problems } from '../kernel/problems.js';
import type { Recover } from './heritage.js';

/** Where a file journal is, and what it does about damage. */
export interface FileJournalOptions {
  /**
   * A folder for the journals of any number of caches and processes, on a disk that lasts; made where it is missing, for its owner alone
   * (0700). Each process that runs has a folder of its own in it, and takes over those of processes that have ended.
   */
  readonly directory: string;
  /**
   * What happens where a journal is damaged anywhere but at its end. `'strict'`, the default: the cache does not open, and the
   * error names the file and the bytes. `'salvage'`: everything that is readable is taken, and the bytes that are not are kept in a
   * `.corrupt` file and reported. A write that was cut short by the end of its process is no damage.
   */
  readonly recover?: 'strict' | 'salvage' | undefined;
  /**
   * How large a file becomes before the next is begun; 8 MB by default. On disk there are at most four times the bytes of what is
   * pending, and two files.
   */
  readonly segmentBytes?: ByteSize | undefined;
}

/** {@link FileJournalOptions}, with a value for everything. */
export interface FileJournalSettings {
  readonly directory: string;
  readonly recover: Recover;
  readonly segmentBytes: number;
}

const KNOWN: Readonly<Record<keyof FileJournalOptions, true>> = {
  directory: true,
  recover: true,
  segmentBytes: true,
};

/** @throws CacheError `bad_option`, with everything that is wrong. */
export function resolveFileJournalOptions(options: FileJournalOptions): FileJournalSettings {
  const problems = new Problems();
  problems.checkNames(options, KNOWN);
  return problems.settle<FileJournalSettings>({
    directory: problems.check(() => resolveDirectory(options.directory)),
    recover: problems.check(() => resolveRecover(options.recover)),
    segmentBytes: problems.check(() => parseByteSize('segmentBytes', options.segmentBytes ?? '8mb')),
  });
}

function resolveDirectory(directory: unknown): string {
  if (typeof directory === 'string' && directory !== '' && !directory.includes('\0'))
    return resolve(directory);
  throw badOption('directory', 'the path of a folder', directory);
}

function resolveRecover(recover: unknown): Recover {
  if (recover === undefined) return 'strict';
  if (recover === 'strict' || recover === 'salvage') return recover;
  throw badOption('recover', "'strict' or 'salvage'", recover);
}
