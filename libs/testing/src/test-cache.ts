import { type Cache, type CacheOptions, createCache } from 'nuthatch/engine';
import { FakeClock } from './fake-clock.js';
import { watchLoads } from './load-log.js';

/** A cache for a test, and the clock that it lives by. */
export interface TestCache<V> {
  readonly cache: Cache<V>;
  readonly clock: FakeClock;
}

/** What a test says of its cache. */
export interface TestCacheOptions<V = unknown> extends Omit<CacheOptions<V>, 'clock'> {
  /** The clock that it is to live by; one of its own by default. */
  readonly clock?: FakeClock | undefined;
}

/**
 * Opens a cache on a clock that stands still until it is told to move, and watches its loads, for a service that is tested without Nest. It sets no
 * timer of the machine, so nothing keeps the test runner waiting, even where it is not closed.
 *
 * ```ts
 * const { cache, clock } = await createTestCache<User>({ ttl: '5m' });
 * const users = new UserService(cache);
 * ```
 */
export async function createTestCache<V = unknown>(options: TestCacheOptions<V> = {}): Promise<TestCache<V>> {
  const { clock = new FakeClock(), ...given } = options;
  const cache = await createCache<V>({ ...given, clock });
  watchLoads(cache);
  return { cache, clock };
}
