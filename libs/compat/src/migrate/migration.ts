import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { Compiler } from './compiler.js';
import { adviceOn, isInSeconds, Manifests } from './manifest.js';
import type { Note } from './findings.js';
import { rewrite } from './rewrite.js';
import { filesIn } from './source-files.js';
import { unifiedDiff, withEdits } from './text-edits.js';

/** What is to be moved to `nuthatch/compat`. */
export interface MigrationOptions {
  /** What paths begin from, and are shown from. */
  readonly folder: string;
  readonly paths: readonly string[];
  /** Whether all times to live are in seconds, whatever version of cache-manager is installed. */
  readonly ttlInSeconds: boolean;
}

/** What becomes of one file. */
export interface FileMigration {
  /** From the folder, with `/`. */
  readonly file: string;
  /** Empty where nothing changes. */
  readonly diff: string;
  readonly notes: readonly Note[];
  /** Makes the change. */
  write(): void;
}

/** What becomes of a project. */
export interface Migration {
  /** Files that change, or have something to be looked at. */
  readonly files: readonly FileMigration[];
  /** What to do with a `package.json`. */
  readonly advice: readonly { readonly file: string; readonly text: string }[];
}

/** Finds out what becomes of the files below some paths. Changes nothing. @throws CacheError `bad_option` for a path that is not there. */
export function planMigration(compiler: Compiler, options: MigrationOptions): Migration {
  const { folder, paths, ttlInSeconds } = options;
  const { sources, manifests } = filesIn(paths.map((path) => resolve(folder, path)));
  const packages = new Manifests();
  let keepsCacheManager = false;
  const files = sources.flatMap((path) => {
    const bytes = readFileSync(path);
    const [text, file] = [bytes.toString('utf8'), shown(folder, path)];
    const seconds = ttlInSeconds || isInSeconds(packages.of(path));
    const { edits, notes, ...rest } = rewrite(compiler, { file: path, text, isInSeconds: seconds });
    keepsCacheManager ||= rest.keepsCacheManager;
    if (edits.length === 0 && notes.length === 0) return [];
    if (!Buffer.from(text, 'utf8').equals(bytes)) return [unreadable(file)];
    const diff = edits.length === 0 ? '' : unifiedDiff(file, text, edits);
    const write = (): void => {
      if (edits.length > 0) writeFileSync(path, withEdits(text, edits));
    };
    return [{ file, diff, notes, write }];
  });
  const advice = manifests.flatMap((path) => {
    const advised = adviceOn(packages.in(path), keepsCacheManager);
    return advised === undefined ? [] : [{ file: shown(folder, path), text: advised }];
  });
  return { files, advice };
}

/** To write it back would change more than what is edited. */
function unreadable(file: string): FileMigration {
  const notes = [{ line: 1, text: 'is not in UTF-8 and is left as it is' }];
  return { file, diff: '', notes, write: () => undefined };
}

function shown(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
