import { badOption } from './errors.js';

/** @throws CacheError `bad_option` where it is no positive whole number. */
export function parseCount(option: string, count: number): number {
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw badOption(option, 'a positive whole number', count);
}
