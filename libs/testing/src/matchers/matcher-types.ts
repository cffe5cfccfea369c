import type { Duration } from 'nuthatch/engine';

/**
 * The types of `cacheMatchers`, to be merged into those of your test runner: see docs/testing.md for the three lines. `Result` is what an assertion
 * answers there.
 */
export interface CacheMatchers<Result = void> {
  /** That a cache, or a mock function that is a loader, has loaded the key once; without a key, that there was one load. */
  toHaveLoadedOnce(key?: unknown): Result;
  /** As `toHaveLoadedOnce`, so many times. */
  toHaveLoadedTimes(times: number, key?: unknown): Result;
  /** That there is a fresh entry, and that it equals the value, if one is given. To be awaited. */
  toHaveCached(key: unknown, value?: unknown): Promise<void>;
  /** That an entry is fresh for so long from now on. To be awaited. */
  toBeCachedFor(key: unknown, life: Duration): Promise<void>;
}
