import { badKey } from './errors.js';

/** @throws CacheError `bad_key` where `key` is not a non-empty string. */
export function assertKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '') throw badKey(key);
}
