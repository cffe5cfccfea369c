import ms from 'ms';
import { badOption } from './errors.js';

/** A length of time: milliseconds, or a string with its unit such as `'250ms'`, `'5m'` or `'2 days'`. */
export type Duration = number | (string & {});

const WITH_UNIT = /^\s*\d*\.?\d+\s*[a-z]+\s*$/i;

/**
 * Reads a duration as milliseconds. `Infinity` means that it never ends.
 *
 * A string must carry its unit: `'10'` is refused, since it could be seconds as well as milliseconds.
 * @throws CacheError `bad_option`, naming `option`, for zero, negative numbers, `NaN` and anything else.
 */
export function parseDuration(option: string, duration: Duration): number {
  const parsedMs = typeof duration === 'string' ? parseText(duration) : duration;
  if (typeof parsedMs === 'number' && parsedMs > 0) return parsedMs;
  throw badOption(option, "a positive number of milliseconds or a string such as '5m'", duration);
}

function parseText(text: string): number | undefined {
  if (!WITH_UNIT.test(text) || text.length > 100) return undefined;
  // `ms` types its argument as a union of literals; any string is safe, unknown ones give undefined.
  return ms(text.trim() as ms.StringValue);
}
