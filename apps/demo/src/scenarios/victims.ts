import type { Cache } from 'nuthatch/engine';

/** The keys in memory, the next victim first: the order in which a snapshot keeps them. */
export async function victimsOf<V>(cache: Cache<V>): Promise<string[]> {
  const { entries } = await cache.snapshot();
  return entries.map(({ key }) => key);
}
