import { type Duration, parseDuration } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';

/** What all decorators may be told. `Args` are the parameters of the method. */
export interface MethodOptions<Args extends readonly unknown[] = never[]> {
  /** The name of the cache; that of `@CacheConfig`, or else `'default'`, when left out. One that does not exist fails the start. */
  readonly cache?: string | undefined;
  /** Told the arguments, answers whether the decorator is to act; where it is false, the method runs and the cache is not touched. */
  readonly condition?: ((...args: Args) => boolean) | undefined;
}

/** How a result is kept. `Result` is what the method's promise resolves to, or the list of what its Observable emits. */
export interface KeepOptions<
  Args extends readonly unknown[] = never[],
  Result = never,
> extends MethodOptions<Args> {
  /** Time to live, in milliseconds or as `'5m'`; that of `@CacheConfig`, or else the cache's own, when left out. */
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

/** Says at decoration what a decorator lacks, to those whom no compiler has told. */
export function requireOneOf(decorator: string, options: object | undefined, names: readonly string[]): void {
  if (options === undefined || !names.some((name) => isGiven(options, name)))
    throw badDeclaration(`@${decorator}`, `give it ${names.join(', or ')}`);
}

/** Says at decoration which options have no meaning together. */
export function refuseBoth(
  where: string,
  options: object,
  [one, ...others]: readonly [string, ...string[]],
): void {
  const other = others.find((name) => isGiven(options, name));
  if (isGiven(options, one) && other !== undefined)
    throw badDeclaration(where, `${one} and ${other} contradict each other; give one of them`);
}

/** Says at decoration which option there is not. */
export function refuseUnknown(where: string, options: object, known: Known): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known.options, name));
  if (unknown !== undefined)
    throw badDeclaration(
      where,
      `@${known.decorator} has no option ${unknown}; it has ${Object.keys(known.options).join(', ')}`,
    );
}

/** The options that a decorator has. */
export interface Known {
  readonly decorator: string;
  readonly options: Readonly<Record<string, true>>;
}

/** What is undefined counts as left out. */
export function given<T extends object>(options: T): T {
  // Members that are undefined are those that may be left out.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function isGiven(options: object, name: string): boolean {
  const value: unknown = Reflect.get(options, name);
  return value !== undefined && value !== false;
}
