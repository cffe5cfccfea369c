import { badOption } from './errors.js';

/** An amount of memory or disk: bytes, or a string with its unit such as `'64mb'` (1 kb is 1,024 bytes). */
export type ByteSize = number | (string & {});

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
const WITH_UNIT = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)\s*$/i;

/**
 * Reads an amount as a number of bytes.
 * @throws CacheError `bad_option`, naming `option`, for zero, negative numbers, `NaN` and anything else.
 */
export function parseByteSize(option: string, size: ByteSize): number {
  const bytes = typeof size === 'string' ? parseText(size) : size;
  if (typeof bytes === 'number' && bytes > 0) return bytes === Infinity ? bytes : Math.floor(bytes);
  throw badOption(option, "a positive number of bytes or a string such as '64mb'", size);
}

function parseText(text: string): number | undefined {
  const [, amount, unit] = WITH_UNIT.exec(text) ?? [];
  return amount === undefined || unit === undefined
    ? undefined
    : Number(amount) * (UNITS[unit.toLowerCase()] ?? NaN);
}
