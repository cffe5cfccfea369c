import type { LoadOptions } from 'nuthatch/engine';
import type { Advice, Around, Call, Run } from './advice.js';
import { loadRulesOf } from './ageing.js';
import { entryRulesOf } from './cache-config.decorator.js';
import { type CacheableOptions, checkCacheable } from './cacheable-options.js';
import { isClosed } from './closed-cache.js';
import { decorate } from './decorate.js';
import { defaultKey, keyFrom, prefixOf, tagsFrom } from './keys.js';
import type { CacheableMethod, Exactly, Fitting, ResultOf } from './method-types.js';
import { checkTtl, given } from './options.js';

/** `@Cacheable` with options of this type. */
export interface CacheableDecorator<O> {
  /** For Nest's `applyDecorators`, which checks no method. */
  (composed: object): void;
  <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CacheableOptions<Parameters<M>, ResultOf<M>>>,
  ): void;
}

/**
 * Answers what the method answered before, and runs it where nobody knows: once per key, however many callers wait, also when it
 * fails. Failures are not kept. A store that fails costs a run of the method and nothing else, and so does a key that cannot be had, of which the
 * log tells.
 *
 * @example
 * ```ts
 * @Cacheable({ key: (iata: string) => cacheKey('airport', iata), ttl: '1h', tags: ['airports'] })
 * async find(iata: string): Promise<Airport> { ... }
 * ```
 * @throws CacheError `bad_declaration` on a method that returns a plain value, for an option that there is not, and for
 * options that contradict each other.
 */
export function Cacheable<const O extends CacheableOptions = Record<never, never>>(
  options?: Exactly<O, CacheableOptions>,
): CacheableDecorator<O> {
  return decorate(cacheable(options ?? {}));
}

/** What `@Cacheable` does. */
export function cacheable(options: CacheableOptions): Advice {
  checkTtl('Cacheable', options.ttl);
  return {
    decorator: 'Cacheable',
    options,
    usesDefaultKey: options.key === undefined,
    isRead: true,
    check: (where, config) => checkCacheable(where, options, config),
    bind: (config) => reading({ ...entryRulesOf(config), ...given(options) }),
  };
}

function reading(all: CacheableOptions): Around {
  const { key, ttl, tags, unless } = all;
  const rules = { ...loadRulesOf(all), ttl };
  const fixed = fixedOptions({ ...rules, ...(typeof tags !== 'function' && { tags }) });
  const isFixed = unless === undefined && typeof tags !== 'function';
  // V8 copies an object much faster where the copy gets no further keys.
  const blank = { ...rules, tags: undefined, unless: undefined };
  return (call, run) => {
    const { args } = call;
    const prefix = prefixOf(call);
    const chosen = prefix + (key === undefined ? defaultKey(call, args) : keyFrom(call, key, args));
    if (isFixed && (prefix === '' || tags === undefined))
      return load(call, run, { key: chosen, options: fixed });
    const options = {
      ...blank,
      tags: tagsFrom(call, tags, { args, prefix }),
      unless: unlessFor(call, unless),
    };
    return load(call, run, { key: chosen, options });
  };
}

/** Options that are the same for each call; nothing where they say nothing, since callers who ask for nothing share most. */
function fixedOptions(options: LoadOptions<unknown>): LoadOptions<unknown> | undefined {
  const said = given(options);
  return Object.keys(said).length === 0 ? undefined : said;
}

/** What it throws is no reason to fail the read: the result is not kept. */
function unlessFor({ args, manager, site }: Call, unless: CacheableOptions['unless']) {
  if (unless === undefined) return undefined;
  return (value: unknown): boolean => {
    try {
      // What the method answers was checked against this function when it was compiled.
      return unless(value as never, ...args);
    } catch (error) {
      manager.warnings.warn(site.where, 'its result was not kept, unless threw', error);
      return true;
    }
  };
}

/** What a load is asked for. */
interface Wanted {
  readonly key: string;
  readonly options: LoadOptions<unknown> | undefined;
}

function load({ cache, manager }: Call, run: Run, { key, options }: Wanted): Promise<unknown> {
  if (manager.loads.includes(cache, key)) return run();
  let hasRun = false;
  const loader = (): Promise<unknown> => {
    hasRun = true;
    return manager.loads.start({ cache, keys: new Set([key]) }, run);
  };
  return cache.getOrLoad(key, loader, options).catch((error: unknown) => {
    // Who comes after the cache was closed is still answered.
    if (!hasRun && isClosed(error)) return run();
    throw error;
  });
}
