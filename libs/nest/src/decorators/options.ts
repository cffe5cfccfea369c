import { cacheKey, CacheError, type Duration, parseDuration } from 'nuthatch/engine';
import { badDeclaration, badKeyAnswer, badKeyArgument } from '../errors.js';
import type { Call } from './decorate.js';
import { nameMethod } from './declared-methods.js';
import type { Site } from './site.js';

/** What all decorators may be told. `Args` are the parameters of the method. */
export interface MethodOptions<Args extends readonly unknown[] = never[]> {
  /** The name of the cache; `'default'` when left out. One that does not exist fails the start. */
  readonly cache?: string | undefined;
  /** Told the arguments, answers whether the decorator is to act; where it is false, the method runs and the cache is not touched. */
  readonly condition?: ((...args: Args) => boolean) | undefined;
}

/** How a result is kept. `Result` is what the method's promise resolves to, or the list of what its Observable emits. */
export interface KeepOptions<
  Args extends readonly unknown[] = never[],
  Result = never,
> extends MethodOptions<Args> {
  /** Time to live, in milliseconds or as `'5m'`; the cache's own when left out. */
  readonly ttl?: Duration | undefined;
  /** What the entry can be invalidated by, beside its key; or a function of the arguments that answers it. */
  readonly tags?: Tags<Args> | undefined;
  /** Told the result and the arguments, answers whether the result is not to be kept. */
  readonly unless?: ((result: Result, ...args: Args) => boolean) | undefined;
}

/** Tags, or a function of a method's arguments that answers them. */
export type Tags<Args extends readonly unknown[]> =
  readonly string[] | ((...args: Args) => readonly string[]);

/** @throws CacheError `bad_option`, naming the decorator, where the time to live is none. */
export function checkTtl(decorator: string, ttl: Duration | undefined): void {
  if (ttl !== undefined) parseDuration(`ttl of @${decorator}`, ttl);
}

export function tagsOf(tags: Tags<never[]> | undefined, args: never[]): readonly string[] | undefined {
  return typeof tags === 'function' ? tags(...args) : tags;
}

/** The key that a key function answers. @throws CacheError `bad_key` naming the method. */
export function checkKey(call: Call, key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  throw badKeyAnswer(call.site.where, key);
}

/** `Class.method` and the arguments. @throws CacheError `bad_key` naming the method and the argument that cannot be in a key. */
export function defaultKey({ self, site, args }: Call): string {
  const prefix = prefixOf(site, Object.getPrototypeOf(self) as object);
  if (args.length === 0) return prefix;
  try {
    return `${prefix}:${cacheKey(...args)}`;
  } catch (error) {
    throw error instanceof CacheError ? badKeyArgument(prefix, error) : error;
  }
}

function prefixOf({ defaultKeys, target, name }: Site, prototype: object): string {
  const known = defaultKeys.get(prototype);
  if (known !== undefined) return known;
  const prefix = nameMethod(prototype, target, name);
  defaultKeys.set(prototype, prefix);
  return prefix;
}

/** Says at decoration what a decorator lacks, to those whom no compiler has told. */
export function requireOneOf(decorator: string, options: object, names: readonly string[]): void {
  const isGiven = names.some(
    (name) => Reflect.get(options, name) !== undefined && Reflect.get(options, name) !== false,
  );
  if (!isGiven) throw badDeclaration(`@${decorator}`, `give it ${names.join(', or ')}`);
}
