import { types } from 'node:util';
import { badBulkAnswer, foreignBulkAnswer } from '../kernel/load-errors.js';
import type { BulkAnswer } from './bulk-loader.js';

/** The answer for each key. @throws CacheError `bad_load` where the answer is no list of that length and no `Map`, or one of other keys. */
export function answersOf<V>(
  keys: readonly string[],
  answer: BulkAnswer<V>,
): ReadonlyMap<string, V | Error | undefined> {
  // A map of another realm is a map too, which the compiler cannot know.
  if (types.isMap(answer)) return ofTheseKeys(keys, answer as ReadonlyMap<string, V | Error | undefined>);
  if (!Array.isArray(answer) || answer.length !== keys.length) throw badBulkAnswer(keys.length, answer);
  const answers: readonly (V | Error | undefined)[] = answer;
  return new Map(keys.map((key, index) => [key, answers[index]]));
}

/** Whether this stands for the error of one key. Errors of another realm are errors too. */
export function isError(answer: unknown): boolean {
  return answer instanceof Error || types.isNativeError(answer);
}

/** A `Map` may know more keys than were asked for; where it knows only others, its keys are not written as the cache's are. */
function ofTheseKeys<V>(keys: readonly string[], answer: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  if (answer.size === 0 || keys.some((key) => answer.has(key))) return answer;
  const [found] = answer.keys();
  throw foreignBulkAnswer(keys[0] ?? '', found);
}
