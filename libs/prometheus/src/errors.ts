import { CacheError } from 'nuthatch/engine';

/** Says that what was given as a registry is none. */
export function badRegistry(found: unknown): CacheError {
  return badOption(
    'registry',
    'a registry of prom-client (npm i prom-client, then registry: new Registry(), or its register)',
    describe(found),
  );
}

/** Says that what was given as caches cannot be read. */
export function badCaches(found: unknown): CacheError {
  return badOption(
    'caches',
    'a cache, or something that iterates over caches or [name, cache] pairs, such as CacheManager or a Map',
    describe(found),
  );
}

/** Says that an option must be `expected`. */
export function badOption(option: string, expected: string, found: string): CacheError {
  return new CacheError('bad_option', `${option} must be ${expected}, got ${found}`);
}

/** Says that a registry has a metric of that name already, and what to do. */
export function nameTaken(name: string): CacheError {
  return new CacheError(
    'bad_option',
    `registry has a metric ${name} already: collect all caches by one collectCaches, stop the other one first, or give this one another prefix`,
  );
}

/** The kind of thing that this is. */
export function describe(found: unknown): string {
  if (found === undefined || found === null) return String(found);
  if (typeof found === 'object') return `an instance of ${String(found.constructor?.name)}`;
  return typeof found === 'string' ? JSON.stringify(found) : typeof found;
}
