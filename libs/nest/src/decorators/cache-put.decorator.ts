import { checkAgeing } from './ageing.js';
import { afterSuccess, type Finishing, type Prepare } from './after-success.js';
import { lifeOf } from './cache-config.decorator.js';
import { whileOpen } from './closed-cache.js';
import { decorate } from './decorate.js';
import { keyFrom, prefixOf, tagsFrom } from './keys.js';
import type { CacheableMethod, Exactly, Fitting, ResultOf } from './method-types.js';
import { checkTtl, given, type KeepOptions, refuseBoth, refuseUnknown, requireOneOf } from './options.js';

/** Under which key `@CachePut` keeps the result. It has no default: the key is that of the method which reads it. */
export type PutKey<Args extends readonly unknown[], Result> =
  | { readonly key: (...args: Args) => string }
  | { readonly keyOfResult: (result: Result, ...args: Args) => string };

/** Every option that there is. */
interface AnyPutOption<Args extends readonly unknown[], Result> extends KeepOptions<Args, Result> {
  /** Told the arguments before the method runs, answers the key. */
  readonly key?: ((...args: Args) => string) | undefined;
  /** Told the result and the arguments, answers the key: for what has no key before it is saved. */
  readonly keyOfResult?: ((result: Result, ...args: Args) => string) | undefined;
}

/** What `@CachePut` is told; its functions are checked against the method that it stands on. */
export type CachePutOptions<Args extends readonly unknown[] = never[], Result = never> = AnyPutOption<
  Args,
  Result
> &
  PutKey<Args, Result>;

/** `@CachePut` with options of this type. */
export interface CachePutDecorator<O> {
  /** For Nest's `applyDecorators`, which checks no method. */
  (composed: object): void;
  <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CachePutOptions<Parameters<M>, ResultOf<M>>>,
  ): void;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof AnyPutOption<never[], never>, true>> = {
  key: true,
  keyOfResult: true,
  ttl: true,
  tags: true,
  condition: true,
  unless: true,
  cache: true,
};

/**
 * Runs the method always, and keeps its result once it has succeeded. The caller gets the result when it is as safe as the write
 * policy promises; where the store refuses it, the call rejects with that error. Where `key` answers no key the method does not run.
 * A cache that is closed keeps nothing, and is no error.
 *
 * @example
 * ```ts
 * @CachePut({ key: (airport: Airport) => cacheKey('airport', airport.iata) })
 * async save(airport: Airport): Promise<Airport> { ... }
 * ```
 * @throws CacheError `bad_declaration` without `key` and `keyOfResult` or with both, for an option that there is not, and on a method that
 * returns a plain value.
 */
export function CachePut<const O extends CachePutOptions>(
  options: Exactly<O, CachePutOptions>,
): CachePutDecorator<O> {
  return decorate(cachePut(options));
}

/** What `@CachePut` does. */
export function cachePut(options: CachePutOptions): Finishing {
  requireOneOf('CachePut', options, ['key', 'keyOfResult']);
  checkTtl('CachePut', options.ttl);
  const prepare: Finishing['prepare'] = (config) => putting({ ...lifeOf(config), ...given(options) });
  return {
    decorator: 'CachePut',
    options,
    check: (where, config) => {
      refuseUnknown(where, options, { decorator: 'CachePut', options: KNOWN });
      refuseBoth(where, options, ['key', 'keyOfResult']);
      checkAgeing(where, { ...lifeOf(config), ...given(options) });
    },
    prepare,
    bind: (config) => afterSuccess(prepare(config)),
  };
}

function putting(options: AnyPutOption<never[], never>): Prepare {
  const { key, keyOfResult, unless, tags, condition: _, cache: _c, ...life } = options;
  const blank = { ...life, tags: undefined };
  return (call) => {
    const { args, cache } = call;
    const prefix = prefixOf(call);
    const known = key && keyFrom(call, key, args);
    const kept = { ...blank, tags: tagsFrom(call, tags, { args, prefix }) };
    return async (result) => {
      // What the method answers was checked against these functions when it was compiled.
      if (unless?.(result as never, ...args) === true) return;
      const chosen = keyOfResult === undefined ? known : keyFrom(call, keyOfResult, [result, ...args]);
      await whileOpen(() => cache.set(prefix + chosen, result, kept));
    };
  };
}
