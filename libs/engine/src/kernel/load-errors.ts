import { CacheError, counted, show } from './errors.js';

/** Says that a load took too long. */
export function loadTimeout(key: string, timeoutMs: number): CacheError {
  return new CacheError(
    'load_timeout',
    `the load of ${JSON.stringify(key)} took longer than ${timeoutMs} ms; its loader hangs, is slow, or asks for its own key and so waits for itself`,
  );
}

/** Says that there is no stale value whose life could be renewed. */
export function nothingStale(key: string): CacheError {
  return new CacheError(
    'nothing_stale',
    `the loader of ${JSON.stringify(key)} said notModified(), but there is no stale value; look at context.stale first`,
  );
}

/** Says that as many loads as may be run, and as many wait. */
export function tooManyLoads(key: string, cause: unknown): CacheError {
  return new CacheError(
    'too_many_loads',
    `${JSON.stringify(key)} was not loaded: maxLoads loaders are running, and maxQueuedLoads loads are waiting for them`,
    cause,
  );
}

/** Says that no loader fits the key, and which are registered. */
export function noLoader(key: string, prefixes: readonly string[]): CacheError {
  const [prefix = ''] = key.split(':', 1);
  const more = prefixes.length > 10 ? ` and ${prefixes.length - 10} more` : '';
  const found = prefixes.length === 0 ? 'none' : prefixes.slice(0, 10).map(show).join(', ') + more;
  const remedy = 'pass a loader, or register one with registerLoader';
  return new CacheError(
    'no_loader',
    `no loader fits the key ${show(key)} of the prefix ${show(prefix)}; registered: ${found}; ${remedy}`,
  );
}

/** Says that what a bulk loader has answered for so many keys is not one answer for each. */
export function badBulkAnswer(keys: number, found: unknown): CacheError {
  const expected = `a Map by key, or an array of ${keys} in the order of the keys`;
  return new CacheError(
    'bad_load',
    `a bulk loader asked for ${counted(keys, 'key')} must answer ${expected}, got ${show(found)}`,
  );
}

/** Says that a bulk loader has answered for other keys than it was asked for. */
export function foreignBulkAnswer(asked: string, found: unknown): CacheError {
  const why = `one of its keys is ${show(found)}, one that was asked for is ${show(asked)}`;
  return new CacheError(
    'bad_load',
    `a bulk loader answered a Map with none of the keys that were asked for: ${why}`,
  );
}

/** Says that a loader asks for the key that it is to load. */
export function selfLoad(key: string): CacheError {
  return new CacheError(
    'self_load',
    `the loader of ${JSON.stringify(key)} asks for its own key, and would wait for itself; let it ask the source`,
  );
}
