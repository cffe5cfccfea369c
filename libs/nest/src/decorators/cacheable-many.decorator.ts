import type { Advice } from './advice.js';
import { entryRulesOf } from './cache-config.decorator.js';
import {
  type CacheableManyOptions,
  checkMany,
  type ElementOf,
  type IdOf,
  type ManyMethod,
  type Matching,
  type RestOf,
} from './cacheable-many-options.js';
import { decorate } from './decorate.js';
import { ManyCall, manyRules } from './many-call.js';
import type { Exactly, Fitting } from './method-types.js';
import { given } from './options.js';

/** `@CacheableMany` with options of this type. */
export interface CacheableManyDecorator<O> {
  /** For Nest's `applyDecorators`, which checks no method. */
  (composed: object): void;
  <M extends ManyMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CacheableManyOptions<IdOf<M>, RestOf<M>, ElementOf<M>> & Matching<M>>,
  ): void;
}

/**
 * For a method that is told many ids: each id has an entry of its own, and the method is called with those that nobody has. An id that is being
 * loaded, by another batch or by the `@Cacheable` method with the same key, is waited for and not loaded twice. The caller gets the
 * elements in the order of its ids, each as often as it asks for it. What is not found is kept as `undefined`, as `@Cacheable` does; it is left
 * out of the answer, or `undefined` in its place with `byPosition`.
 *
 * @example
 * ```ts
 * @CacheableMany({ key: (id: number) => `user:${id}`, idOf: (user: User) => user.id, ttl: '5m' })
 * async findByIds(ids: readonly number[]): Promise<User[]> { ... }
 * ```
 * A call rejects with what the first load that failed has thrown, and a CacheError `bad_load` where the answer of the method cannot be told apart;
 * what others have loaded is kept.
 * @throws CacheError `bad_declaration` on a method that does not return a `Promise`, for an option that there is not, and for options that
 * contradict each other.
 */
export function CacheableMany<const O extends CacheableManyOptions>(
  options: Exactly<O, CacheableManyOptions>,
): CacheableManyDecorator<O> {
  return decorate(cacheableMany(options));
}

function cacheableMany(options: CacheableManyOptions): Advice {
  return {
    decorator: 'CacheableMany',
    options: { cache: options.cache },
    usesDefaultKey: options.key === undefined,
    isRead: true,
    returns: 'promise',
    check: (where, config) => checkMany(where, options, config),
    bind: (config) => {
      const rules = manyRules({ ...entryRulesOf(config), ...given(options) });
      return (call) => new ManyCall(call, rules).answer();
    },
  };
}
