import type { LoadOptions } from 'nuthatch/engine';
import { isClosed } from './closed-cache.js';
import { type Call, decorate, type Run } from './decorate.js';
import type { CacheableMethod, Exactly, Fitting, ResultOf } from './method-types.js';
import { type CacheableOptions, checkCacheable } from './cacheable-options.js';
import { checkKey, checkTtl, defaultKey, tagsOf } from './options.js';

/**
 * Answers what the method answered before, and runs it where nobody knows: once per key, however many callers wait, also when it
 * fails. Failures are not kept. A store that fails costs a run of the method and nothing else.
 *
 * @example
 * ```ts
 * @Cacheable({ key: (iata: string) => cacheKey('airport', iata), ttl: '1h', tags: ['airports'] })
 * async find(iata: string): Promise<Airport> { ... }
 * ```
 * @throws CacheError `bad_declaration` on a method that returns a plain value, for an option that there is not, and for
 * options that contradict each other; each call rejects with `bad_key` where an argument
 * cannot be part of the default key.
 */
export function Cacheable<const O extends CacheableOptions = Record<never, never>>(
  options?: Exactly<O, CacheableOptions>,
) {
  const { key, ttl, tags, unless, cache, condition, ...rules }: CacheableOptions = options ?? {};
  checkTtl('Cacheable', ttl);
  const around = (call: Call, run: Run): Promise<unknown> => {
    const { args } = call;
    const chosen = key === undefined ? defaultKey(call) : checkKey(call, key(...args));
    // What the method answers was checked against this function when it was compiled.
    const isUnwanted = unless && ((value: unknown): boolean => unless(value as never, ...args));
    return load(call, run, {
      key: chosen,
      options: { ...rules, ttl, tags: tagsOf(tags, args), unless: isUnwanted },
    });
  };
  const decorator = decorate('Cacheable', {
    cache,
    condition,
    usesDefaultKey: key === undefined,
    check: (where) => checkCacheable(where, options ?? {}),
    around,
  });
  return <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CacheableOptions<Parameters<M>, ResultOf<M>>>,
  ): void => decorator(target, name, descriptor);
}

/** What a load is asked for. */
interface Wanted {
  readonly key: string;
  readonly options: LoadOptions<unknown>;
}

function load({ cache, manager }: Call, run: Run, { key, options }: Wanted): Promise<unknown> {
  if (manager.loads.includes(cache, key)) return run();
  let hasRun = false;
  const loader = (): Promise<unknown> => {
    hasRun = true;
    return manager.loads.start({ cache, key }, run);
  };
  return cache.getOrLoad(key, loader, options).catch((error: unknown) => {
    // Who comes after the cache was closed is still answered.
    if (!hasRun && isClosed(error)) return run();
    throw error;
  });
}
