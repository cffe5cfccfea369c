import { type Cache, escapePattern } from 'nuthatch/engine';
import type { Around, Call } from './advice.js';
import { afterSuccess, type Finishing, type Prepare } from './after-success.js';
import { checkAgeing } from './ageing.js';
import { whileOpen } from './closed-cache.js';
import { decorate } from './decorate.js';
import { keysFrom, prefixOf, tagsFrom } from './keys.js';
import type { CacheableMethod, Exactly, Fitting, ResultOf } from './method-types.js';
import { type MethodOptions, refuseBoth, refuseUnknown, requireOneOf, type Tags } from './options.js';

/** What `@CacheEvict` removes: at least one of these. */
export type EvictTarget<Args extends readonly unknown[], Result = never> =
  | { readonly key: EvictKey<Args> }
  | { readonly keyOfResult: EvictKey<[result: Result, ...args: Args]> }
  | { readonly tags: Tags<Args> }
  | { readonly tagsOfResult: (result: Result, ...args: Args) => readonly string[] }
  | { readonly allEntries: true };

/** A function of a method's arguments that answers a key, or several. */
export type EvictKey<Args extends readonly unknown[]> = (...args: Args) => string | readonly string[];

/** Every option that there is. */
interface AnyEvictOption<Args extends readonly unknown[], Result> extends MethodOptions<Args> {
  /** Told the arguments before the method runs, answers the key to remove, or the keys. */
  readonly key?: EvictKey<Args> | undefined;
  /** Told the result and the arguments, answers the key to remove, or the keys. */
  readonly keyOfResult?: EvictKey<[result: Result, ...args: Args]> | undefined;
  /** Removes every entry that carries one of them; or a function of the arguments that answers them. */
  readonly tags?: Tags<Args> | undefined;
  /** Told the result and the arguments, answers tags: every entry goes that carries one of them. */
  readonly tagsOfResult?: ((result: Result, ...args: Args) => readonly string[]) | undefined;
  /** Removes everything, as `cache.clear()` does; where there is a `keyPrefix`, everything behind that. */
  readonly allEntries?: boolean | undefined;
  /** Removes before the method runs, and so also where it fails; false by default. */
  readonly beforeInvocation?: boolean | undefined;
}

/** What `@CacheEvict` is told; its functions are checked against the method that it stands on. */
export type CacheEvictOptions<Args extends readonly unknown[] = never[], Result = never> = AnyEvictOption<
  Args,
  Result
> &
  EvictTarget<Args, Result>;

/** `@CacheEvict` with options of this type. */
export interface CacheEvictDecorator<O> {
  /** For Nest's `applyDecorators`, which checks no method. */
  (composed: object): void;
  <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CacheEvictOptions<Parameters<M>, ResultOf<M>>>,
  ): void;
}

type AnyOption = AnyEvictOption<never[], never>;

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof AnyOption, true>> = {
  key: true,
  keyOfResult: true,
  tags: true,
  tagsOfResult: true,
  allEntries: true,
  beforeInvocation: true,
  condition: true,
  cache: true,
};

/**
 * Removes entries once the method has succeeded, an Observable once it has completed. A load that is under way does not bring the old value
 * back. Where the store refuses, the call rejects with that error; where `key` answers no key, or `tags` no tags, the method does not run. A
 * cache that is closed removes nothing, and is no error.
 *
 * @example
 * ```ts
 * @CacheEvict({ key: (iata: string) => cacheKey('airport', iata) })
 * async remove(iata: string): Promise<void> { ... }
 * ```
 * @throws CacheError `bad_declaration` where nothing says what to remove, for an option that there is not, for options that contradict each
 * other, and on a method that returns a plain value.
 */
export function CacheEvict<const O extends CacheEvictOptions>(
  options: Exactly<O, CacheEvictOptions>,
): CacheEvictDecorator<O> {
  return decorate(cacheEvict(options));
}

/** What `@CacheEvict` does. */
export function cacheEvict(options: CacheEvictOptions): Finishing {
  const given: AnyOption = options;
  requireOneOf('CacheEvict', given, ['key', 'tags', 'keyOfResult', 'tagsOfResult', 'allEntries']);
  const prepare = allOrSome(given);
  const actsFirst = given.beforeInvocation === true;
  return {
    decorator: 'CacheEvict',
    options: given,
    actsFirst,
    check: (where) => checkEvict(where, given),
    prepare: () => prepare,
    bind: () => (actsFirst ? beforehand(prepare) : afterSuccess(prepare)),
  };
}

function checkEvict(where: string, options: AnyOption): void {
  refuseUnknown(where, options, { decorator: 'CacheEvict', options: KNOWN });
  refuseBoth(where, options, ['allEntries', 'key', 'keyOfResult', 'tags', 'tagsOfResult']);
  refuseBoth(where, options, ['beforeInvocation', 'keyOfResult', 'tagsOfResult']);
  checkAgeing(where, { tags: options.tags });
}

function beforehand(prepare: Prepare): Around {
  return async (call, run) => {
    await prepare(call)(undefined);
    return run();
  };
}

function allOrSome(options: AnyOption): Prepare {
  if (options.allEntries !== true) return some(options);
  return (call) => {
    const prefix = prefixOf(call);
    return () => whileOpen(() => removeAll(call.cache, prefix));
  };
}

function removeAll(cache: Cache, prefix: string): Promise<void> {
  return prefix === '' ? cache.clear() : cache.invalidateMatching(`${escapePattern(prefix)}*`);
}

function some({ key, keyOfResult, tags, tagsOfResult }: AnyOption): Prepare {
  return (call) => {
    const { args } = call;
    const prefix = prefixOf(call);
    const known = {
      keys: key === undefined ? [] : keysFrom(call, key, args),
      tags: tagsFrom(call, tags, { args, prefix }),
    };
    const ofResult = async (result: unknown): Promise<void> => {
      const all = [result, ...args];
      const keys = keyOfResult === undefined ? [] : keysFrom(call, keyOfResult, all);
      // It was checked against what the method answers when it was compiled.
      const answered = tagsFrom(call, tagsOfResult as Tags<never[]>, { args: all, prefix });
      await remove(call, prefix, { keys, tags: answered });
    };
    // What the arguments tell goes also where the functions of the result fail.
    return async (result) => void (await Promise.all([remove(call, prefix, known), ofResult(result)]));
  };
}

/** What is to be removed. */
interface Targets {
  readonly keys: readonly string[];
  /** With the prefix. */
  readonly tags: readonly string[] | undefined;
}

async function remove({ cache }: Call, prefix: string, { keys, tags = [] }: Targets): Promise<void> {
  await whileOpen(() =>
    Promise.all([
      keys.length > 0 && cache.deleteMany(keys.map((key) => prefix + key)),
      tags.length > 0 && cache.invalidateTags(...tags),
    ]),
  );
}
