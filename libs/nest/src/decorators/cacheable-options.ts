import type { LoadRules, WriteOptions } from 'nuthatch/engine';
import { checkAgeing, LOAD_RULES } from './ageing.js';
import type { CacheConfigOptions } from './cache-config.decorator.js';
import { given, type KeepOptions, refuseUnknown } from './options.js';

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
  ...LOAD_RULES,
};

/**
 * Says before the first call what each call would say, as far as the options tell by themselves and with those of the class.
 * @throws CacheError `bad_declaration`, `bad_option` naming the method.
 */
export function checkCacheable(where: string, options: CacheableOptions, config: CacheConfigOptions): void {
  refuseUnknown(where, options, { decorator: 'Cacheable', options: KNOWN });
  checkAgeing(where, { ...config, ...given(options) });
}
