import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE_MANAGER, NEST_CACHE_MANAGER } from './known-names.js';

/** What a package says that it depends on. */
export type Dependencies = Readonly<Record<string, string>>;

/** Until this version cache-manager took seconds. */
const LAST_MAJOR_IN_SECONDS = 4;

/** Finds what the packages of files depend on, and reads each `package.json` once. */
export class Manifests {
  readonly #read = new Map<string, Dependencies>();

  /** What the package that a file belongs to depends on; nothing where it belongs to none. */
  of(file: string): Dependencies {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      const manifest = join(folder, 'package.json');
      if (existsSync(manifest)) return this.in(manifest);
      if (dirname(folder) === folder) return {};
    }
  }

  in(manifest: string): Dependencies {
    const known = this.#read.get(manifest);
    if (known !== undefined) return known;
    const dependencies = dependenciesIn(readFileSync(manifest, 'utf8'));
    this.#read.set(manifest, dependencies);
    return dependencies;
  }
}

/** Whether times to live are in seconds for sure. */
export function isInSeconds(dependencies: Dependencies): boolean {
  const range = dependencies[CACHE_MANAGER];
  const major = range === undefined ? undefined : /^[\^~]?v?(\d+)/.exec(range)?.[1];
  return major !== undefined && Number(major) <= LAST_MAJOR_IN_SECONDS;
}

/** What to do with the dependencies of a package; nothing where it has none of those that are left behind. */
export function adviceOn(dependencies: Dependencies, keepsCacheManager: boolean): string | undefined {
  const leaving = [NEST_CACHE_MANAGER, ...(keepsCacheManager ? [] : [CACHE_MANAGER])];
  const gone = leaving.filter((name) => name in dependencies);
  if (gone.length === 0) return undefined;
  return `npm install nuthatch && npm uninstall ${gone.join(' ')}`;
}

/** What is no JSON, or has no dependencies, says nothing here: npm tells its owner. */
function dependenciesIn(text: string): Dependencies {
  const manifest = parse(text);
  if (typeof manifest !== 'object' || manifest === null) return {};
  const lists = ['peerDependencies', 'devDependencies', 'dependencies'].map((name) =>
    // A property of an object can be read by its name.
    Object.entries((manifest as Readonly<Record<string, unknown>>)[name] ?? {}),
  );
  return Object.fromEntries(lists.flat().filter(([, range]) => typeof range === 'string'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
