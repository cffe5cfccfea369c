import { badOption } from '../kernel/errors.js';

/** Keys to be warmed, read no faster than they are loaded. */
export type Keys = Iterable<string> | AsyncIterable<string>;

/** @throws CacheError `bad_option` where these are no keys. The characters of one key are not meant. */
export function assertKeys(keys: unknown): asserts keys is Keys {
  const isIterable =
    typeof keys === 'object' && keys !== null && (Symbol.iterator in keys || Symbol.asyncIterator in keys);
  if (!isIterable) throw badOption('keys', 'an iterable, or async iterable, of keys', keys);
}

/** How many keys there are, where that can be known without reading them. */
export function totalOf(keys: Keys): number | undefined {
  if (Array.isArray(keys)) return keys.length;
  return 'size' in keys && typeof keys.size === 'number' ? keys.size : undefined;
}

/** The keys in lists of `size`; the last may be shorter. */
export async function* chunksOf(keys: Keys, size: number): AsyncGenerator<readonly string[], void> {
  let chunk: string[] = [];
  for await (const key of keys) {
    chunk.push(key);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
