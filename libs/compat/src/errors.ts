import { CacheError } from 'nuthatch/engine';

/** Says which of the stores cannot be used as one. */
export function badStore(where: string, found: unknown): CacheError {
  return new CacheError(
    'bad_option',
    `${where} must be a Keyv, an adapter of one, a Cacheable or a store of cache-manager, got ${kindOf(found)}`,
  );
}

/** Says that an option has none of its values. */
export function badChoice(option: string, wanted: string, found: unknown): CacheError {
  return new CacheError('bad_option', `${option} must be ${wanted}, got ${kindOf(found)}`);
}

/** Says that a store answered that it has not kept what it was given. */
export function notKept(key: string, store: string): CacheError {
  return new CacheError('store_failed', `the ${store} store has not kept ${JSON.stringify(key)}`);
}

/** The kind of thing that this is, and never its value. */
function kindOf(found: unknown): string {
  if (found === null || found === undefined) return String(found);
  if (typeof found !== 'object') return `a ${typeof found}`;
  return Array.isArray(found) ? 'an array' : `an instance of ${String(found.constructor?.name)}`;
}
