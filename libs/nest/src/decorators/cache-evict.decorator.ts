import { whileOpen } from './closed-cache.js';
import { type Call, decorate, type Run } from './decorate.js';
import type { CacheableMethod, Exactly, Fitting } from './method-types.js';
import { checkKey, type MethodOptions, requireOneOf, type Tags, tagsOf } from './options.js';

/** What `@CacheEvict` removes: at least one of these. */
export type EvictTarget<Args extends readonly unknown[]> =
  { readonly key: EvictKey<Args> } | { readonly tags: Tags<Args> } | { readonly allEntries: true };

/** A function of a method's arguments that answers a key, or several. */
export type EvictKey<Args extends readonly unknown[]> = (...args: Args) => string | readonly string[];

/** Every option that there is. */
interface AnyEvictOption<Args extends readonly unknown[]> extends MethodOptions<Args> {
  /** Told the arguments before the method runs, answers the key to remove, or the keys. */
  readonly key?: EvictKey<Args> | undefined;
  /** Removes every entry that carries one of them; or a function of the arguments that answers them. */
  readonly tags?: Tags<Args> | undefined;
  /** Removes everything, as `cache.clear()` does. */
  readonly allEntries?: boolean | undefined;
  /** Removes before the method runs, and so also where it fails; false by default. */
  readonly beforeInvocation?: boolean | undefined;
}

/** What `@CacheEvict` is told; its functions are checked against the method that it stands on. */
export type CacheEvictOptions<Args extends readonly unknown[] = never[]> = AnyEvictOption<Args> &
  EvictTarget<Args>;

/**
 * Removes entries once the method has succeeded. A load that is under way does not bring the old value back. Where the store
 * refuses, the call rejects with that error. A cache that is closed removes nothing, and is no error.
 *
 * @example
 * ```ts
 * @CacheEvict({ key: (iata: string) => cacheKey('airport', iata) })
 * async remove(iata: string): Promise<void> { ... }
 * ```
 * @throws CacheError `bad_declaration` without `key`, `tags` and `allEntries`, and on a method that returns a plain value.
 */
export function CacheEvict<const O extends CacheEvictOptions>(options: Exactly<O, CacheEvictOptions>) {
  const given: AnyEvictOption<never[]> = options;
  const { cache, condition, beforeInvocation } = given;
  requireOneOf('CacheEvict', given, ['key', 'tags', 'allEntries']);
  const decorator = decorate('CacheEvict', {
    cache,
    condition,
    actsFirst: beforeInvocation === true,
    around: (call, run) => runAndEvict(call, run, given),
  });
  return <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CacheEvictOptions<Parameters<M>>>,
  ): void => decorator(target, name, descriptor);
}

async function runAndEvict(call: Call, run: Run, options: AnyEvictOption<never[]>): Promise<unknown> {
  const evict = prepare(call, options);
  if (options.beforeInvocation === true) {
    await whileOpen(evict);
    return run();
  }
  const result = await run();
  await whileOpen(evict);
  return result;
}

/** Reads the arguments now: the method may change them. */
function prepare(call: Call, { key, tags, allEntries }: AnyEvictOption<never[]>): () => Promise<unknown> {
  const { cache, args } = call;
  if (allEntries === true) return () => cache.clear();
  const keys = key === undefined ? [] : [key(...args)].flat().map((each) => checkKey(call, each));
  const chosen = tagsOf(tags, args) ?? [];
  return () =>
    Promise.all([
      keys.length > 0 && cache.deleteMany(keys),
      chosen.length > 0 && cache.invalidateTags(...chosen),
    ]);
}
