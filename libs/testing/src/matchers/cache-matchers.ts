import { inspect, isDeepStrictEqual } from 'node:util';
import { type Duration, parseDuration } from 'nuthatch/engine';
import { cacheOf, loadsOf, type ReceivedCache, times } from './received.js';

/** What a matcher answers: the shape that jest and vitest share. */
export interface MatcherResult {
  readonly pass: boolean;
  /** What to say where this is not what the test expects. */
  message(): string;
}

/**
 * Assertions about caches, for the `expect` of jest and vitest: `expect.extend(cacheMatchers)`. Each is a function that answers
 * `{ pass, message }`, so that any other runner can use it, too.
 *
 * Caches may be typed ones, whose keys are then the arguments of their methods.
 */
export const cacheMatchers = {
  /**
   * That a cache, or a loader that is a mock function, has loaded a key once, or where no key is given, that there was one load. Of a cache counts what it
   * has loaded since it is watched; see `watchLoads`.
   */
  toHaveLoadedOnce(received: unknown, key?: unknown): MatcherResult {
    return judgeLoads('toHaveLoadedOnce', received, { key, expected: 1 });
  },

  /** As `toHaveLoadedOnce`, so many times; 0 for never. */
  toHaveLoadedTimes(received: unknown, expected: number, key?: unknown): MatcherResult {
    return judgeLoads('toHaveLoadedTimes', received, { key, expected });
  },

  /**
   * That there is a fresh entry, in memory or behind it, and that its value equals the one that is given, if one is. To be awaited. Counts as no use, but
   * for the value of an entry that memory has not.
   */
  async toHaveCached(
    this: unknown,
    received: unknown,
    ...[key, ...values]: readonly [key: unknown, value?: unknown]
  ): Promise<MatcherResult> {
    const found = cacheOf('toHaveCached', received);
    const text = found.keyOf(key);
    const { foundIn } = await found.cache.explain(text);
    const what = `${found.name} to have ${JSON.stringify(text)} cached`;
    if (foundIn === undefined) return judge(false, what, 'it has not');
    if (values.length === 0) return judge(true, what, `it has, in ${foundIn}`);
    const value = foundIn === 'memory' ? found.cache.peek(text) : await found.cache.get(text);
    const [expected] = values;
    const isEqual = equalityOf(this)(value, expected);
    return judge(isEqual, `${what} as ${inspect(expected)}`, `it has ${inspect(value)}`);
  },

  /**
   * That an entry is fresh for so long from now on: to 1 percent, since clocks of machines go on; to the millisecond on a `FakeClock`, where nothing
   * else is said (`ttlJitter`). `Infinity` where it never expires. To be awaited. Counts as no use.
   */
  async toBeCachedFor(received: unknown, key: unknown, life: Duration): Promise<MatcherResult> {
    const expectedMs = parseDuration('life', life);
    const found = cacheOf('toBeCachedFor', received);
    const text = found.keyOf(key);
    const freshMs = await freshness(found, text);
    const what = `${found.name} to have ${JSON.stringify(text)} cached for ${shown(expectedMs)}`;
    if (freshMs === undefined) return judge(false, what, 'it has not');
    const isRight = freshMs === expectedMs || Math.abs(freshMs - expectedMs) <= expectedMs / 100;
    return judge(isRight, what, `it has, for ${shown(freshMs)}`);
  },
};

function judgeLoads(
  matcher: string,
  received: unknown,
  { key, expected }: { readonly key: unknown; readonly expected: number },
): MatcherResult {
  const loads = loadsOf(matcher, received);
  const what = `${loads.name} to have loaded ${key === undefined ? 'anything' : inspect(key)} ${times(expected)}`;
  return judge(loads.count(key) === expected, what, loads.summary());
}

function judge(pass: boolean, what: string, found: string): MatcherResult {
  const message = (): string =>
    `expected ${pass ? what.replace(' to have ', ' not to have ') : what}, but ${found}`;
  return { pass, message };
}

async function freshness({ cache }: ReceivedCache, key: string): Promise<number | undefined> {
  const { foundIn, memory, store } = await cache.explain(key);
  if (foundIn === undefined) return undefined;
  return foundIn === 'memory' ? memory?.freshMs : store?.freshMs;
}

/** That of the test runner, which knows asymmetric matchers; Node's own elsewhere. */
function equalityOf(context: unknown): (one: unknown, other: unknown) => boolean {
  const equals: unknown =
    typeof context === 'object' && context !== null ? Reflect.get(context, 'equals') : undefined;
  if (typeof equals !== 'function') return isDeepStrictEqual;
  return (one, other) => equals.call(context, one, other) === true;
}

function shown(ms: number): string {
  return ms === Infinity ? 'ever' : `${ms} ms`;
}
