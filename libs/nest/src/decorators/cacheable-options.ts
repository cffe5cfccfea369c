import { type Duration, type LoadRules, parseDuration, type WriteOptions } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';
import type { KeepOptions } from './options.js';

/** What `@Cacheable` may be told; its functions are checked against the method that it stands on. */
export interface CacheableOptions<Args extends readonly unknown[] = never[], Result = never>
  extends KeepOptions<Args, Result>, LoadRules, Omit<WriteOptions, 'ttl' | 'tags'> {
  /** Told the arguments, answers the key; `Class.method` and `cacheKey(...args)` when left out. */
  readonly key?: ((...args: Args) => string) | undefined;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheableOptions, true>> = {
  key: true,
  ttl: true,
  tags: true,
  condition: true,
  unless: true,
  cache: true,
  tti: true,
  staleWhileRevalidate: true,
  grace: true,
  negativeTtl: true,
  errorTtl: true,
  refreshAhead: true,
  earlyExpiration: true,
  softTimeout: true,
  hardTimeout: true,
  shouldServe: true,
};

/**
 * Says at decoration what each call would say, as far as the options tell by themselves.
 * @throws CacheError `bad_declaration`, `bad_option` naming the method.
 */
export function checkCacheable(where: string, options: CacheableOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(KNOWN, name));
  if (unknown !== undefined)
    throw badDeclaration(
      where,
      `@Cacheable has no option ${unknown}; it has ${Object.keys(KNOWN).join(', ')}`,
    );
  const span = (name: 'ttl' | 'grace' | 'softTimeout' | 'hardTimeout') =>
    spanOf(`${where}: ${name}`, options[name]);
  const [ttl, grace, soft, hard] = [span('ttl'), span('grace'), span('softTimeout'), span('hardTimeout')];
  if (soft !== undefined && hard !== undefined && soft > hard)
    throw badDeclaration(
      where,
      `softTimeout must be at most the hardTimeout, which is ${hard} ms, got ${soft}`,
    );
  if (grace !== undefined && ttl !== undefined && ttl !== Infinity && grace < ttl)
    throw badDeclaration(
      where,
      `grace must be at least the ttl, which is ${ttl} ms and part of it, got ${grace}`,
    );
}

function spanOf(option: string, duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(option, duration);
}
