import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CacheError } from 'nuthatch/engine';

const SOURCE = /\.[cm]?[jt]sx?$/;
/** What others have written, or was built. */
const FOREIGN = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', 'vendor']);

/** What is found below some paths. */
export interface FoundFiles {
  readonly sources: readonly string[];
  readonly manifests: readonly string[];
}

/**
 * The sources and `package.json` below paths, in order of name; a file that is named is taken, whatever it is called. Links are not followed, and
 * neither hidden folders nor those of what is installed or built are looked into.
 * @throws CacheError `bad_option` naming a path that is not there.
 */
export function filesIn(paths: readonly string[]): FoundFiles {
  const found = [...new Set(paths.flatMap((path) => (isFolder(path) ? walk(path) : [path])))];
  const isManifest = (file: string): boolean => basename(file) === 'package.json';
  return { sources: found.filter((file) => !isManifest(file)), manifests: found.filter(isManifest) };
}

function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new CacheError('bad_option', `there is no ${path}`);
  return found.isDirectory();
}

function walk(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isForeign(entry.name) ? [] : walk(path);
      const isWanted = entry.isFile() && (SOURCE.test(entry.name) || entry.name === 'package.json');
      return isWanted ? [path] : [];
    });
}

function isForeign(folder: string): boolean {
  return FOREIGN.has(folder) || folder.startsWith('.');
}
