import type { Duration, LoadRules, WriteOptions } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';
import { checkAgeing, LOAD_RULES } from './ageing.js';
import type { CacheConfigOptions } from './cache-config.decorator.js';
import { given, refuseBoth, refuseUnknown } from './options.js';

/** A method that answers many ids at once: what it has found, in a list or by id. */
export type ManyMethod = (
  ids: never,
  ...rest: never[]
) => Promise<readonly unknown[] | ReadonlyMap<unknown, unknown>>;

/** What such a method is asked for. */
export type IdOf<M extends ManyMethod> = Parameters<M>[0] extends readonly (infer Id)[] ? Id : never;

/** What such a method is told beside the ids. */
export type RestOf<M extends ManyMethod> =
  Parameters<M> extends readonly [unknown?, ...infer Rest] ? Rest : [];

/** What such a method answers for one id. */
export type ElementOf<M extends ManyMethod> =
  Awaited<ReturnType<M>> extends ReadonlyMap<unknown, infer Value>
    ? Value
    : Awaited<ReturnType<M>> extends readonly (infer Value)[]
      ? Value
      : never;

/** How the elements of a list are told apart; a `Map` tells them by its keys. */
export type Matching<M extends ManyMethod> =
  Awaited<ReturnType<M>> extends ReadonlyMap<unknown, unknown>
    ? { readonly idOf?: undefined; readonly byPosition?: undefined }
    : { readonly idOf: (value: ElementOf<M>) => IdOf<M> } | { readonly byPosition: true };

/**
 * What `@CacheableMany` may be told; its functions are checked against the method that it stands on. `Rest` are the parameters behind the ids, and
 * `Value` is one element of what the method answers.
 */
export interface CacheableManyOptions<Id = never, Rest extends readonly unknown[] = never[], Value = never>
  extends LoadRules, Omit<WriteOptions, 'ttl' | 'tags'> {
  /** The name of the cache; that of `@CacheConfig`, or else `'default'`, when left out. */
  readonly cache?: string | undefined;
  /**
   * Told an id and the other arguments, answers its key: that of the `@Cacheable` method for one id, so that both share their entries; `Class.method` and
   * `cacheKey(id, ...rest)` when left out.
   */
  readonly key?: ((id: Id, ...rest: Rest) => string) | undefined;
  /** Told an element of the list that the method answers, answers its id. Elements that are `null` or `undefined` are left out before. */
  readonly idOf?: ((value: Value) => unknown) | undefined;
  /** Whether the list that the method answers has an element for each id that it was told, in their order; false by default. */
  readonly byPosition?: boolean | undefined;
  /** Time to live, in milliseconds or as `'5m'`, or a function that answers that of an element; the cache's own when left out. */
  readonly ttl?: Duration | ((value: Value | undefined, id: Id, ...rest: Rest) => Duration) | undefined;
  /** What the entries can be invalidated by, beside their keys; or a function of the id that answers it. */
  readonly tags?: readonly string[] | ((id: Id, ...rest: Rest) => readonly string[]) | undefined;
  /** Told an id, answers whether the cache is to be asked for it; the method is asked for the others by a call of their own. */
  readonly condition?: ((id: Id, ...rest: Rest) => boolean) | undefined;
  /** Told an element, or `undefined` for what was not found, answers whether it is not to be kept. */
  readonly unless?: ((value: Value | undefined, id: Id, ...rest: Rest) => boolean) | undefined;
  /** For how many ids the method is called at once; for all that are missing when left out. */
  readonly maxBatch?: number | undefined;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof CacheableManyOptions, true>> = {
  cache: true,
  key: true,
  idOf: true,
  byPosition: true,
  ttl: true,
  tags: true,
  condition: true,
  unless: true,
  maxBatch: true,
  ...LOAD_RULES,
};

/** Says before the first call what each call would say. @throws CacheError `bad_declaration`, `bad_option` naming the method. */
export function checkMany(where: string, options: CacheableManyOptions, config: CacheConfigOptions): void {
  refuseUnknown(where, options, { decorator: 'CacheableMany', options: KNOWN });
  refuseBoth(where, options, ['idOf', 'byPosition']);
  const { maxBatch = 1 } = options;
  if (!Number.isSafeInteger(maxBatch) || maxBatch < 1)
    throw badDeclaration(where, `maxBatch must be a positive integer, got ${maxBatch}`);
  checkAgeing(where, { ...config, ...given(options) });
}
