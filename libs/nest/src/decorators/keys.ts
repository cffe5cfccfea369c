import { cacheKey, CacheError } from 'nuthatch/engine';
import { badKeyAnswer, badKeyArgument, badPrefix, badTags, keyThrew } from '../errors.js';
import { prefixFor } from '../key-prefix.js';
import type { Call } from './advice.js';
import { nameMethod } from './declared-methods.js';
import type { Tags } from './options.js';
import type { Site } from './site.js';

/** What stands before the keys and tags of this call. @throws CacheError `bad_key` naming the method, where nobody can tell whose they are. */
export function prefixOf({ manager, place, self, site }: Call): string {
  try {
    const outer = manager.prefixOf(place.cache, self);
    return place.keyPrefix === undefined ? outer : outer + prefixFor(place.keyPrefix, self);
  } catch (error) {
    throw badPrefix(site.where, error);
  }
}

/** The key that a key function answers. @throws CacheError `bad_key` naming the method. */
export function keyFrom(
  { site }: Call,
  key: (...args: never[]) => unknown,
  args: readonly unknown[],
): string {
  const answer = ask(site, key, args);
  if (typeof answer === 'string' && answer !== '') return answer;
  throw badKeyAnswer(site.where, answer);
}

/** The keys that a function answers that may answer several. @throws CacheError `bad_key` naming the method. */
export function keysFrom(
  { site }: Call,
  key: (...args: never[]) => unknown,
  args: readonly unknown[],
): string[] {
  return [ask(site, key, args)].flat().map((answer) => {
    if (typeof answer === 'string' && answer !== '') return answer;
    throw badKeyAnswer(site.where, answer);
  });
}

/** `Class.method` and the arguments. @throws CacheError `bad_key` naming the method and the argument that cannot be in a key. */
export function defaultKey({ self, site }: Call, args: readonly unknown[]): string {
  const name = nameFor(site, Object.getPrototypeOf(self) as object);
  if (args.length === 0) return name;
  try {
    return `${name}:${cacheKey(...args)}`;
  } catch (error) {
    throw error instanceof CacheError ? badKeyArgument(name, error) : error;
  }
}

/** The tags of a call, behind its prefix. @throws CacheError `bad_option` naming the method, where a function answers none. */
export function tagsFrom(
  { site }: Call,
  tags: Tags<never[]> | undefined,
  { args, prefix }: { readonly args: readonly unknown[]; readonly prefix: string },
): readonly string[] | undefined {
  if (tags === undefined) return undefined;
  // What a function takes was checked against the method when it was compiled.
  const answer: unknown = typeof tags === 'function' ? tags(...(args as never[])) : tags;
  if (!Array.isArray(answer) || !answer.every((tag) => typeof tag === 'string' && tag !== ''))
    throw badTags(site.where, answer);
  // Each of them has just been looked at.
  return prefix === '' ? (answer as string[]) : answer.map((tag: string) => prefix + tag);
}

function ask({ where }: Site, key: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
  try {
    // What it takes was checked against the method when it was compiled.
    return key(...(args as never[]));
  } catch (error) {
    throw keyThrew(where, error);
  }
}

function nameFor({ defaultKeys, target, name }: Site, prototype: object): string {
  const known = defaultKeys.get(prototype);
  if (known !== undefined) return known;
  const named = nameMethod(prototype, target, name);
  defaultKeys.set(prototype, named);
  return named;
}
