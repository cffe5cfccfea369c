import 'reflect-metadata';
import type { Duration, LoadRules, WriteOptions } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';
import { checkPrefix, type KeyPrefix } from '../key-prefix.js';
import { checkAgeing, LOAD_RULES, loadRulesOf } from './ageing.js';
import { checkTtl, given, refuseUnknown } from './options.js';

/** What the decorated methods of a class do where they say nothing else. */
export interface CacheConfigOptions extends LoadRules, Omit<WriteOptions, 'ttl' | 'tags'> {
  /** The name of the cache; `'default'` when left out. One that does not exist fails the start. */
  readonly cache?: string | undefined;
  /** Stands before every key and tag, behind the `keyPrefix` of the cache where that has one; nothing when left out. */
  readonly keyPrefix?: KeyPrefix | undefined;
  /** Time to live of what is kept, in milliseconds or as `'5m'`; the cache's own when left out. */
  readonly ttl?: Duration | undefined;
  /** What the entries can be invalidated by, beside their keys. Tags of a method stand in the place of these. */
  readonly tags?: readonly string[] | undefined;
}

const CONFIG = Symbol.for('nuthatch:config');

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheConfigOptions, true>> = {
  cache: true,
  keyPrefix: true,
  ttl: true,
  tags: true,
  ...LOAD_RULES,
};

/**
 * Says for all decorated methods of a class what each of them would say; what a method says itself counts. Subclasses inherit it, option by
 * option. What a subclass says holds for its instances, also in the methods that it inherits.
 *
 * @example
 * ```ts
 * @CacheConfig({ cache: 'airports', ttl: '1h', tags: ['airports'] })
 * @Injectable()
 * class Airports { ... }
 * ```
 * @throws CacheError `bad_declaration`, `bad_option` naming the class.
 */
export function CacheConfig(options: CacheConfigOptions): ClassDecorator {
  return (target) => {
    if (typeof target !== 'function')
      throw badDeclaration('@CacheConfig', 'works on classes; a method says the same in its own decorator');
    check(target.name, options);
    // Every class has one.
    const prototype = target.prototype as object;
    Reflect.defineMetadata(CONFIG, { ...ownConfig(prototype), ...given(options) }, prototype);
  };
}

/** What holds for instances with this prototype. */
export function configOf(prototype: object): CacheConfigOptions {
  const chain: CacheConfigOptions[] = [];
  for (let own: object | null = prototype; own !== null; own = Object.getPrototypeOf(own))
    chain.unshift(ownConfig(own));
  return Object.assign({}, ...chain) as CacheConfigOptions;
}

/** What the class says of entries, and not of where they are. */
export function entryRulesOf(config: CacheConfigOptions) {
  return { ...loadRulesOf(config), ttl: config.ttl, tags: config.tags };
}

/** What an entry is to live by, as the class says it. */
export function lifeOf({ ttl, tags, tti, staleWhileRevalidate, grace }: CacheConfigOptions) {
  return { ttl, tags, tti, staleWhileRevalidate, grace };
}

function check(where: string, options: CacheConfigOptions): void {
  refuseUnknown(where, options, { decorator: 'CacheConfig', options: KNOWN });
  checkPrefix(where, options.keyPrefix);
  checkTtl('CacheConfig', options.ttl);
  checkAgeing(where, options);
}

function ownConfig(prototype: object): CacheConfigOptions {
  // Only CacheConfig writes this metadata.
  return (Reflect.getOwnMetadata(CONFIG, prototype) as CacheConfigOptions | undefined) ?? {};
}
