import type { CacheMetrics } from 'nuthatch/engine';

type Reads = Pick<CacheMetrics, 'hits' | 'misses'>;

const NONE: Reads = { hits: 0, misses: 0 };

/** The hit ratio of late: a cache that was good for a week would hide for days, in the ratio since its start, that it no longer is. */
export class HitRatioWindow {
  private since = NONE;
  private ratio: number | undefined;

  /** The ratio of the last `minReads` reads or more, counted from check to check; `undefined` until there have been as many. */
  read({ hits, misses }: Reads, minReads: number): number | undefined {
    const found = hits - this.since.hits;
    const reads = found + misses - this.since.misses;
    if (reads < minReads) return this.ratio;
    this.since = { hits, misses };
    return (this.ratio = found / reads);
  }
}
