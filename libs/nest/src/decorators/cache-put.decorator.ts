import { whileOpen } from './closed-cache.js';
import { type Call, decorate, type Run } from './decorate.js';
import type { CacheableMethod, Exactly, Fitting, ResultOf } from './method-types.js';
import { checkKey, checkTtl, type KeepOptions, requireOneOf, tagsOf } from './options.js';

/** Under which key `@CachePut` keeps the result. It has no default: the key is that of the method which reads it. */
export type PutKey<Args extends readonly unknown[], Result> =
  | { readonly key: (...args: Args) => string }
  | { readonly keyOfResult: (result: Result, ...args: Args) => string };

/** Every option that there is. */
interface AnyPutOption<Args extends readonly unknown[], Result> extends KeepOptions<Args, Result> {
  /** Told the arguments, once the method is through, answers the key. */
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

/**
 * Runs the method always, and keeps its result once it has succeeded. The caller gets the result when it is as safe as the write
 * policy promises; where the store refuses it, the call rejects with that error. A cache that is closed keeps nothing, and is no error.
 *
 * @example
 * ```ts
 * @CachePut({ key: (airport: Airport) => cacheKey('airport', airport.iata) })
 * async save(airport: Airport): Promise<Airport> { ... }
 * ```
 * @throws CacheError `bad_declaration` without `key` and `keyOfResult`, and on a method that returns a plain value.
 */
export function CachePut<const O extends CachePutOptions>(options: Exactly<O, CachePutOptions>) {
  const given: AnyPutOption<never[], never> = options;
  const { cache, condition } = given;
  requireOneOf('CachePut', given, ['key', 'keyOfResult']);
  checkTtl('CachePut', given.ttl);
  const decorator = decorate('CachePut', { cache, condition, around: (call, run) => put(call, run, given) });
  return <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CachePutOptions<Parameters<M>, ResultOf<M>>>,
  ): void => decorator(target, name, descriptor);
}

async function put(
  call: Call,
  run: Run,
  { key, keyOfResult, unless, ttl, tags }: AnyPutOption<never[], never>,
): Promise<unknown> {
  const { cache, args } = call;
  // What the method answers was checked against these functions when it was compiled.
  const result = (await run()) as never;
  if (unless?.(result, ...args) === true) return result;
  const chosen = keyOfResult === undefined ? key?.(...args) : keyOfResult(result, ...args);
  const [kept, options] = [checkKey(call, chosen), { ttl, tags: tagsOf(tags, args) }];
  await whileOpen(() => cache.set(kept, result, options));
  return result;
}
