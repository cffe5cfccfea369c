import { badOption } from './errors.js';

/** @throws CacheError `bad_option` where `tags` are not an array of non-empty strings. */
export function assertTags(tags: readonly string[]): void {
  if (!Array.isArray(tags)) throw badOption('tags', 'an array of non-empty strings', tags);
  const wrong = tags.findIndex((tag) => typeof tag !== 'string' || tag === '');
  if (wrong !== -1) throw badOption(`tags[${wrong}]`, 'a non-empty string', tags[wrong]);
}
