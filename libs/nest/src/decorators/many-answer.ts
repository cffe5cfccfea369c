import { badMatch, badMany } from '../errors.js';
import type { CacheableManyOptions } from './cacheable-many-options.js';
import type { Site } from './site.js';

/** An id that was asked for. */
export interface Element {
  readonly id: unknown;
  readonly key: string;
}

/** How an answer of the method is read. */
interface Reading {
  readonly site: Site;
  readonly options: CacheableManyOptions;
  readonly keyOf: (id: unknown) => string;
}

/**
 * What a method has answered for each key that it was asked for; what it has not found is left out.
 * @throws CacheError `bad_load` where the answer cannot be told apart: to take everything for not found would be kept, too.
 */
export function elementsOf(
  answer: unknown,
  asked: readonly Element[],
  { site, options, keyOf }: Reading,
): ReadonlyMap<string, unknown> {
  const { idOf, byPosition } = options;
  if (idOf === undefined && byPosition !== true) {
    if (!(answer instanceof Map)) throw badMany(site.where, 'a Map, or be given idOf or byPosition', answer);
    return matched(
      Array.from(answer, ([id, value]) => [keyOf(id), value]),
      asked,
      site,
    );
  }
  if (!Array.isArray(answer)) throw badMany(site.where, 'an array, as idOf and byPosition say', answer);
  if (idOf === undefined) return byPlace(answer, asked, site);
  // What the method answers was checked against this function when it was compiled.
  const pairs = answer.filter(isThere).map((value) => [keyOf(idOf(value as never)), value] as const);
  return matched(pairs, asked, site);
}

/** The answer to the caller, in the order of its ids. */
export function answerFor(
  elements: readonly Element[],
  values: ReadonlyMap<string, unknown>,
  { idOf, byPosition }: CacheableManyOptions,
): unknown {
  const list = elements.map(({ key }) => values.get(key));
  if (byPosition === true) return list;
  if (idOf !== undefined) return list.filter(isThere);
  const entries = elements.map(({ id, key }) => [id, values.get(key)] as const);
  return new Map(entries.filter(([, value]) => value !== undefined));
}

function byPlace(answer: readonly unknown[], asked: readonly Element[], site: Site) {
  if (answer.length !== asked.length)
    throw badMany(site.where, `an element for each of the ${asked.length} ids, as byPosition says`, answer);
  return new Map(asked.map(({ key }, place) => [key, answer[place]]));
}

function matched(
  pairs: readonly (readonly [key: string, value: unknown])[],
  asked: readonly Element[],
  site: Site,
): ReadonlyMap<string, unknown> {
  const values = new Map(pairs);
  if (values.size === 0 || asked.some(({ key }) => values.has(key))) return values;
  throw badMatch(site.where, pairs.length);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
