import type { CacheOptions } from 'nuthatch/engine';

/** A way to keep values fresh: a line of the table. */
export interface Strategy {
  readonly name: string;
  readonly options: Pick<CacheOptions, 'staleWhileRevalidate' | 'refreshAhead' | 'earlyExpiration'>;
}

export const PLAIN = 'plain TTL';

/** @param ttlMs for as long a value is served after its time where it is served stale. */
export function strategiesFor(ttlMs: number): readonly Strategy[] {
  return [
    { name: PLAIN, options: {} },
    { name: 'stale-while-revalidate', options: { staleWhileRevalidate: ttlMs } },
    { name: 'refresh-ahead', options: { refreshAhead: true } },
    { name: 'XFetch', options: { earlyExpiration: true } },
    { name: 'simple formula', options: { earlyExpiration: { formula: 'simple' } } },
  ];
}
