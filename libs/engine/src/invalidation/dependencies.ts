import { cyclicDependency, tooManyDependencies } from './errors.js';

/** What a graph of them takes is bounded by this. */
const MOST_DEPENDENCIES = 100_000;

/** Which keys are to go when another key changes. Never cyclic. */
export class Dependencies {
  readonly #dependents = new Map<string, Set<string>>();
  #size = 0;

  /** How many dependencies there are. */
  get size(): number {
    return this.#size;
  }

  /** Makes `dependent`, and all that depends on it, go with `key`. @throws CacheError `bad_dependency` where that would close a cycle. */
  add(key: string, dependent: string): void {
    const dependents = this.#dependents.get(key);
    if (dependents?.has(dependent) === true) return;
    if (this.#size >= MOST_DEPENDENCIES) throw tooManyDependencies(key, dependent, MOST_DEPENDENCIES);
    const back = this.#path(dependent, key);
    if (back !== undefined) throw cyclicDependency(key, dependent, back);
    if (dependents === undefined) this.#dependents.set(key, new Set([dependent]));
    else dependents.add(dependent);
    this.#size++;
  }

  /** Answers whether there was such a dependency. */
  remove(key: string, dependent: string): boolean {
    const dependents = this.#dependents.get(key);
    if (dependents?.delete(dependent) !== true) return false;
    if (dependents.size === 0) this.#dependents.delete(key);
    this.#size--;
    return true;
  }

  /** The keys on which others depend. */
  keys(): Iterable<string> {
    return this.#dependents.keys();
  }

  /** What depends on one of the keys, directly or not, each once; a key itself only where it depends on another. O(dependencies found). */
  dependentsOf(keys: Iterable<string>): string[] {
    const found = new Set<string>();
    for (const key of keys) this.#collect(key, found);
    return [...found];
  }

  #collect(key: string, found: Set<string>): void {
    const left = [key];
    for (let next = left.pop(); next !== undefined; next = left.pop())
      for (const dependent of this.#dependents.get(next) ?? [])
        if (!found.has(dependent)) {
          found.add(dependent);
          left.push(dependent);
        }
  }

  /** The keys on a way from one to another, both included. */
  #path(from: string, to: string): string[] | undefined {
    const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
    for (const [key] of cameFrom) {
      if (key === to) return trail(cameFrom, to);
      for (const dependent of this.#dependents.get(key) ?? [])
        if (!cameFrom.has(dependent)) cameFrom.set(dependent, key);
    }
    return undefined;
  }
}

function trail(cameFrom: ReadonlyMap<string, string | undefined>, end: string): string[] {
  const path: string[] = [];
  for (let key: string | undefined = end; key !== undefined; key = cameFrom.get(key)) path.unshift(key);
  return path;
}
