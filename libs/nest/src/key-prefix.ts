import { CacheError } from 'nuthatch/engine';
import { describe } from './errors.js';

/**
 * What stands before every key and tag of a tenant: a text, or a function that answers it at each use, out of an `AsyncLocalStorage`, say, or of
 * the instance whose method is called, which may be request-scoped. An empty text is what all tenants share.
 */
export type KeyPrefix = string | ((instance: object | undefined) => string);

/**
 * What is put before keys and tags for a prefix. Its colons are escaped and one ends it, so that tenant `a` with the key `b:c` and tenant `a:b` with
 * the key `c` differ; an empty text that a function answers is the colon alone, and so differs from every tenant. No prefix, and the constant
 * `''`, put nothing there.
 * @throws CacheError `bad_key` as {@link resolvePrefix}.
 */
export function prefixFor(prefix: KeyPrefix | undefined, instance?: object): string {
  if (prefix === undefined || prefix === '') return '';
  const text = resolvePrefix(prefix, instance);
  return `${/[%:]/.test(text) ? text.replaceAll('%', '%25').replaceAll(':', '%3A') : text}:`;
}

/** @throws CacheError `bad_option` where this can never answer a prefix. */
export function checkPrefix(where: string, prefix: unknown): void {
  if (prefix === undefined || typeof prefix === 'string' || typeof prefix === 'function') return;
  throw new CacheError(
    'bad_option',
    `${where}: keyPrefix must be a string or a function, got ${describe(prefix)}`,
  );
}

/**
 * The prefix of now. What is no text is refused, since entries of one tenant would otherwise be another's.
 * @throws CacheError `bad_key`; what the function throws is its cause.
 */
export function resolvePrefix(prefix: KeyPrefix | undefined, instance?: object): string {
  const answer: unknown = typeof prefix === 'function' ? ask(prefix, instance) : (prefix ?? '');
  if (typeof answer === 'string') return answer;
  throw new CacheError('bad_key', `keyPrefix must answer a string, got ${describe(answer)}`);
}

function ask(prefix: (instance: object | undefined) => string, instance: object | undefined): unknown {
  try {
    return prefix(instance);
  } catch (error) {
    throw new CacheError('bad_key', 'keyPrefix must answer a string, it threw', error);
  }
}
