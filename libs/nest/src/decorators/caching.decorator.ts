import { badDeclaration } from '../errors.js';
import type { Advice } from './advice.js';
import type { Finishing } from './after-success.js';
import { cacheEvict, type CacheEvictOptions } from './cache-evict.decorator.js';
import { cachePut, type CachePutOptions } from './cache-put.decorator.js';
import { cacheable } from './cacheable.decorator.js';
import type { CacheableOptions } from './cacheable-options.js';
import { decorate } from './decorate.js';
import { finishingAll } from './finishing-all.js';
import type { CacheableMethod, ExactlyEach, Fitting, ResultOf } from './method-types.js';
import { refuseUnknown } from './options.js';

/** What `@Caching` is told; each part as the decorator of its name. */
export interface CachingOptions<Args extends readonly unknown[] = never[], Result = never> {
  /** As `@Cacheable`. Where it has the answer, the method does not run, and nothing is put or removed but by `beforeInvocation`. */
  readonly cacheable?: CacheableOptions<Args, Result> | undefined;
  /** As `@CachePut`, each; in this order. */
  readonly put?: readonly CachePutOptions<Args, Result>[] | undefined;
  /** As `@CacheEvict`, each; in this order, after all that is put. */
  readonly evict?: readonly CacheEvictOptions<Args, Result>[] | undefined;
}

/** `@Caching` with options of this type. */
export interface CachingDecorator<O> {
  /** For Nest's `applyDecorators`, which checks no method. */
  (composed: object): void;
  <M extends CacheableMethod>(
    target: object,
    name: string | symbol,
    descriptor: Fitting<M, O, CachingOptions<Parameters<M>, ResultOf<M>>>,
  ): void;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CachingOptions, true>> = { cacheable: true, put: true, evict: true };

/** What of the options the compiler is to refuse, since there is no such option. */
interface Exact<O extends CachingOptions> {
  readonly cacheable?: ExactlyEach<O['cacheable'], CacheableOptions>;
  readonly put?: ExactlyEach<O['put'], CachePutOptions>;
  readonly evict?: ExactlyEach<O['evict'], CacheEvictOptions>;
}

/**
 * Several of our decorators as one. In this order: what is to go `beforeInvocation` goes; `cacheable` answers, or the method runs; its result is
 * put; the other entries go. One that fails keeps none of the others from acting; the call then rejects with the first error. Where there is a
 * `cacheable`, the call serves a read, which no failing put and no failing eviction after the method rejects: the log tells of it.
 *
 * @example
 * ```ts
 * @Caching({
 *   put: [{ key: (user: User) => `user:${user.id}` }, { key: (user: User) => `user:${user.email}` }],
 *   evict: [{ tags: ['user lists'] }],
 * })
 * async save(user: User): Promise<User> { ... }
 * ```
 * @throws CacheError `bad_declaration` where it is told nothing, and as the single decorators.
 */
export function Caching<const O extends CachingOptions>(options: O & Exact<O>): CachingDecorator<O> {
  const decorators = advicesOf(options).map((advice) => decorate(advice));
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    for (const decorator of decorators) decorator(target, name, descriptor);
  };
}

/** From the inside to the outside. */
function advicesOf(options: CachingOptions): Advice[] {
  const { cacheable: read, put = [], evict = [] } = options;
  const removals = evict.map((each) => cacheEvict(each));
  const after: Finishing[] = [
    ...put.map((each) => cachePut(each)),
    ...removals.filter(({ actsFirst }) => actsFirst !== true),
  ];
  const advices: Advice[] = [
    ...(after.length > 0 ? [finishingAll(after, { isRead: read !== undefined })] : []),
    ...(read === undefined ? [] : [cacheable(read)]),
    ...removals.filter(({ actsFirst }) => actsFirst === true).toReversed(),
  ];
  refuseUnknown('@Caching', options, { decorator: 'Caching', options: KNOWN });
  if (advices.length === 0) throw badDeclaration('@Caching', 'give it cacheable, put, or evict');
  return advices;
}
