import { CacheError } from 'nuthatch/engine';

/** Says that a store answered that it has not kept what it was given. */
export function notKept(name: string, key: string): CacheError {
  return new CacheError('store_failed', `${name} answered that it has not kept ${JSON.stringify(key)}`);
}

/** Says that a store told of an error while it was asked for something. */
export function storeEmitted(name: string, error: unknown): CacheError {
  return new CacheError('store_failed', `${name} emitted an error: ${messageOf(error)}`, error);
}

/** Says that what is stored under `key` is no row. */
export function unreadableRow(key: string, why: string): CacheError {
  return new CacheError('bad_value', `what is kept under ${JSON.stringify(key)} cannot be read: ${why}`);
}

/** Says that a store cannot list its keys, and what cannot be done without. */
export function cannotList(name: string, what: string): CacheError {
  return new CacheError('bad_option', `${name} cannot list its keys, which it takes to ${what}`);
}

/** Says that one store serves several caches, and cannot tell what belongs to one of them. */
export function cannotClearOne(name: string): CacheError {
  const remedy = 'give each cache a Keyv of its own, with its own namespace';
  return cannotList(name, `clear one of the caches that share it; ${remedy}`);
}

/** Says that rows are not replaced as a whole. */
export function cannotReplaceAll(name: string): CacheError {
  return new CacheError('bad_snapshot', `the snapshot was not restored: ${name} has no transactions`);
}

/** Says that something is no store that can be used. */
export function noKeyvStore(found: unknown): CacheError {
  const expected = 'a Keyv, a storage adapter of Keyv, or a store of cache-manager 5';
  return new CacheError('bad_option', `store must be ${expected}, got ${kindOf(found)}`);
}

/** Says that an option of `keyvStore` or `NuthatchKeyv` must be `expected`. */
export function badKeyvOption(option: string, expected: string, found: unknown): CacheError {
  return new CacheError('bad_option', `${option} must be ${expected}, got ${kindOf(found)}`);
}

/** The message of whatever was emitted. */
export function messageOf(emitted: unknown): string {
  const isError = typeof emitted === 'object' && emitted !== null && 'message' in emitted;
  return String(isError ? emitted.message : emitted);
}

function kindOf(found: unknown): string {
  if (typeof found !== 'object' || found === null) return String(found);
  const name: unknown = found.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? `an instance of ${name}` : 'an object';
}
